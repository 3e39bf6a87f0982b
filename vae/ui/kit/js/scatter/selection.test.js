import assert from 'node:assert/strict';
import {test} from 'node:test';

import {distribution, membership, surrounds} from './selection.js';

const grid = Array.from({length: 25}, (_, i) => [i % 5, Math.floor(i / 5)]); // row = 5 y + x
const made = () => ({x: Float32Array.from(grid, ([x]) => x), y: Float32Array.from(grid, ([, y]) => y), hidden: new Uint8Array(25)});
const rows = mask => [...mask.keys()].filter(row => mask[row]);

test('a box holds what lies in it, whichever corner was first', () => {
  assert.deepEqual(rows(membership(made(), {range: {x: [0.5, 2.5], y: [3.5, 1.5]}})), [11, 12, 16, 17]);
  assert.equal(membership(made(), {range: {x: [0.1, 0.9], y: [0, 4]}}), null);
});

test('a lasso holds what it goes round, not what is hidden, has no place or lies in a bay', () => {
  const points = made();
  points.hidden[12] = 1;
  points.x[6] = NaN;
  const bay = {x: [-1, 5, 5, 2.5, 2.5, -1], y: [-1, -1, 1.5, 1.5, 2.5, 2.5]};
  assert.deepEqual(rows(membership(points, {lassoPoints: bay})), [0, 1, 2, 3, 4, 5, 7, 8, 9, 10, 11]);
  assert(surrounds(bay, 2, 2) && !surrounds(bay, 3, 2));
});

test('the distribution of a selection', () => {
  const mask = Uint8Array.from([1, 1, 0, 1, 1]);
  assert.deepEqual(distribution({kind: 'discrete', codes: [2, 7, 7, 7, 2]}, mask), [[2, 2], [7, 2]]);
  assert.deepEqual(distribution({kind: 'discrete', codes: [0, 7, 7, 7, 7]}, mask), [[7, 3], [0, 1]]);
  const values = Float32Array.from([3, NaN, 9, 1, 2]);
  assert.deepEqual(distribution({kind: 'continuous', values}, mask), {low: 1, median: 2, high: 3});
  assert.equal(distribution({kind: 'continuous', values: Float32Array.from([NaN])}, Uint8Array.from([1])), null);
});
