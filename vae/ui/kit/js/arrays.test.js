import assert from 'node:assert/strict';
import {test} from 'node:test';

import {another, float32, int32, nearest, uint8} from './arrays.js';

const base64 = array => Buffer.from(array.buffer).toString('base64');

test('arrays come back from base64', () => {
  for (const [read, array] of [
    [uint8, Uint8Array.of(0, 127, 128, 255)],
    [float32, Float32Array.of(0, -1.5, 3e38, 1 / 3)],
    [int32, Int32Array.of(0, -1, 2 ** 31 - 1)],
    [uint8, new Uint8Array()],
  ]) assert.deepEqual(read(base64(array)), array);
});

test('one at random is another one', () => {
  assert.equal(another(Int32Array.of(3, 7), 7), 3);
  assert.equal(another([3, 7], 3), 7);
  assert.equal(another([7], 7), 7);
  assert([0, 1, 2].includes(another([0, 1, 2], undefined)));
});

test('the nearest value, the first of two that are as near', () => {
  assert.equal(nearest([-3, -1, 0, 2], 0.9), 2);
  assert.equal(nearest([0, 2], 1), 0);
  assert.equal(nearest([5], -100), 0);
});
