import assert from 'node:assert/strict';
import {test} from 'node:test';

import {blend, disc, stamp} from './dots.js';

const OPACITY = 0.8;
const blank = (width, height) => ({width, height, data: new Uint8ClampedArray(4 * width * height)});
const at = (x, y, hidden = [0]) => ({x: [x], y: [y], hidden});
const pixels = {x: [1, 0], y: [1, 0]};
const alpha = ({data}) => data.reduce((sum, value, i) => (i % 4 === 3 ? sum + value / 255 : sum), 0);

test('a disc covers its area, wherever its centre lies in a pixel', () => {
  for (const diameter of [3, 6, 11]) {
    for (const phase of [0, 0.3, 0.5, 0.9]) {
      const image = blank(30, 30);
      blend(image, disc(diameter), at(15 + phase, 14 + phase), pixels, [0], [255, 0, 0]);
      const area = (OPACITY * Math.PI * diameter ** 2) / 4;
      assert(Math.abs(alpha(image) / area - 1) < 0.08, `${diameter} at ${phase}: ${alpha(image)} for ${area}`);
    }
  }
});

test('its colour is the point\'s, and a second one lies over it', () => {
  const image = blank(9, 9);
  const middle = () => [...image.data.subarray(4 * (4 * 9 + 4), 4 * (4 * 9 + 4) + 4)];
  blend(image, disc(7), at(4.5, 4.5), pixels, [1], [9, 9, 9, 200, 100, 50]);
  assert.deepEqual(middle(), [200, 100, 50, 255 * OPACITY]);
  blend(image, disc(7), at(4.5, 4.5), pixels, [0], [0, 0, 0]);
  const under = OPACITY * (1 - OPACITY);
  assert.deepEqual(middle().slice(3), [Math.round(255 * (OPACITY + under))]);
  assert(Math.abs(middle()[0] - (200 * under) / (OPACITY + under)) <= 1);
});

test('hidden points and those outside leave nothing, those on the edge a part', () => {
  const mark = disc(6);
  for (const points of [at(5, 5, [1]), at(-20, 5), at(5, 500)]) {
    const image = blank(10, 10);
    blend(image, mark, points, pixels, [0], [255, 255, 255]);
    assert.equal(alpha(image), 0);
  }
  const [half, full] = [blank(20, 20), blank(20, 20)];
  blend(half, mark, at(0, 10), pixels, [0], [255, 255, 255]);
  blend(full, mark, at(10, 10), pixels, [0], [255, 255, 255]);
  assert(Math.abs(alpha(half) / alpha(full) - 0.5) < 0.1);
});

test('a square is opaque, as large as asked and lies around its point; what has no place leaves nothing', () => {
  const image = blank(10, 8);
  stamp(image, 2, {x: [5, NaN, -3, 9.9], y: [4, 4, 4, 4], hidden: [0, 0, 0, 0]}, pixels, [1, 0, 0, 0], [0, 0, 0, 10, 20, 30]);
  assert.equal(alpha(image), 4);
  for (const [column, row] of [[4, 3], [5, 3], [4, 4], [5, 4]]) {
    assert.deepEqual([...image.data.subarray(4 * (10 * row + column), 4 * (10 * row + column) + 4)], [10, 20, 30, 255]);
  }
  const none = blank(10, 8);
  blend(none, disc(6), {x: [NaN, 4], y: [4, Infinity], hidden: [0, 0]}, pixels, [0, 0], [1, 2, 3]);
  stamp(none, 2, at(5, 4, [1]), pixels, [0], [1, 2, 3]);
  assert.equal(alpha(none), 0);
});
