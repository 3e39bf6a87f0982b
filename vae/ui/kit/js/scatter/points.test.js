import assert from 'node:assert/strict';
import {test} from 'node:test';

import {createPoints} from './points.js';

const grid = Array.from({length: 25}, (_, i) => [i % 5, Math.floor(i / 5)]); // row = 5 y + x
const made = () => createPoints(Float32Array.from(grid, ([x]) => x), Float32Array.from(grid, ([, y]) => y));

test('the nearest visible row within reach', () => {
  const points = made();
  assert.equal(points.nearest(2.2, 3.4), 17);
  assert.equal(points.nearest(2.2, 3.4, 0.1), -1);
  points.hidden[17] = 1;
  assert.equal(points.nearest(2.2, 3.4), 22);
});

test('the next visible row in a direction', () => {
  const points = made();
  assert.deepEqual([[1, 0], [-1, 0], [0, 1], [0, -1]].map(([dx, dy]) => points.towards(12, dx, dy)), [13, 11, 17, 7]);
  points.hidden[13] = 1;
  assert.equal(points.towards(12, 1, 0), 14, 'straight on before aside');
  assert.equal(points.towards(24, 1, 0), -1);
});

test('empty places lie in the holes, apart from each other and inside of what the points span', () => {
  const points = made();
  for (const row of [6, 7, 8, 11, 12, 13, 16, 17, 18]) points.hidden[row] = 1; // the rim alone is left
  const [first, ...more] = points.emptiest(3);
  assert(Math.hypot(first[0] - 2, first[1] - 2) < 0.3, `${first}`);
  for (const [x, y] of [first, ...more]) assert(x > 0 && x < 4 && y > 0 && y < 4);
  for (const [x, y] of more) assert(Math.hypot(x - first[0], y - first[1]) > 0.3 * 4);
});

test('a point without a place is never found', () => {
  const points = createPoints(Float32Array.of(0, NaN, 2), Float32Array.of(0, 0, NaN));
  assert.equal(points.placed, 1);
  assert.equal(points.nearest(9, 9), 0);
  assert.equal(points.towards(0, 1, 0), -1);
});
