import assert from 'node:assert/strict';
import {test} from 'node:test';

import {duration, nats, ordinal, plain, rough} from './words.js';

test('numbers of a training in words', () => {
  assert.deepEqual([0.4, 45, 70, 3599.6, 7500, -3].map(duration), ['0 s', '45 s', '1 min 10 s', '1 h 0 min', '2 h 5 min', '0 s']);
  assert.deepEqual([1, 2, 3, 11, 22].map(ordinal), ['1st', '2nd', '3rd', '11th', '22nd']);
  assert.deepEqual([0.001, 4, 12.5, -2, 1 / 3].map(plain), ['0.001', '4', '12.5', '−2', '0.3333']);
  assert.deepEqual([3127, 99.4, 9.96, 3.7, 0.42, 0, NaN].map(rough), ['3,100', '99', '10', '3.7', '0.42', '0', '0']);
  assert.deepEqual([99.994, 123.45].map(nats), ['99.99', '123.5']);
});
