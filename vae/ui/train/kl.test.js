import assert from 'node:assert/strict';
import {test} from 'node:test';

import {top} from './kl.js';

test('the axis grows at once and shrinks late, and the number on the highest bar has room', () => {
  const tops = [];
  for (const highest of [0.01, 0.9, 3, 2, 0.8, 0, 2000]) tops.push(top(tops.at(-1) ?? 1, highest));
  assert.deepEqual(tops, [1, 1.5, 4, 4, 1, 1, 2400]);
});
