import assert from 'node:assert/strict';
import {test} from 'node:test';

import {coloured, paled} from './colours.js';

const continuous = (values, low = 0, high = 2) => ({kind: 'continuous', scale: ['#000000', '#ff8040'], low, high, values: Float32Array.from(values)});
const of = ({palette, codes}, row) => [...palette.subarray(3 * codes[row], 3 * codes[row] + 3)];

test('a class has its colour, a number its shade, what is beyond the ends theirs', () => {
  const classes = coloured({kind: 'discrete', colours: ['#010203', '#fffefd'], codes: Uint8Array.of(1, 0)});
  assert.deepEqual([of(classes, 0), of(classes, 1)], [[255, 254, 253], [1, 2, 3]]);
  const shades = coloured(continuous([0, 2, 1, -5, 9]));
  assert.deepEqual([0, 1, 3, 4].map(row => of(shades, row)), [[0, 0, 0], [255, 128, 64], [0, 0, 0], [255, 128, 64]]);
  of(shades, 2).forEach((value, i) => assert(Math.abs(value - [127.5, 64, 32][i]) < 3));
});

test('a row without a value is grey, and one value everywhere is no fault', () => {
  const [grey, black] = [0, 1].map(row => of(coloured(continuous([NaN, 0])), row));
  assert(Math.max(...grey) - Math.min(...grey) < 30);
  assert.notDeepEqual(grey, black);
  assert(of(coloured(continuous([1, 1], 1, 1)), 0).every(value => value > 20 && value < 150));
});

test('what is not selected is pale, also beside 256 classes', () => {
  const colours = Array.from({length: 256}, (_, i) => `#0000${i.toString(16).padStart(2, '0')}`);
  const column = {kind: 'discrete', colours, codes: Uint8Array.of(255, 255, 7)};
  const pale = paled(coloured(column), [1, 0, 0], '#e0e1e2');
  assert.deepEqual([0, 1, 2].map(row => of(pale, row)), [[0, 0, 255], [224, 225, 226], [224, 225, 226]]);
});
