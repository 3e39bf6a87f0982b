import assert from 'node:assert/strict';
import {test} from 'node:test';

import {bounded, bounds, extent, home, projected, reshaped, same, shifted, zoomed} from './view.js';

const AREA = {left: 30, top: 10, width: 400, height: 200};
const span = ([low, high]) => high - low;
const square = view => assert(Math.abs(span(view.x) / AREA.width - span(view.y) / AREA.height) < 1e-9);

test('the extent leaves out points without a place', () => {
  assert.deepEqual(extent({x: [1, NaN, -2, 9], y: [5, 3, 4, NaN]}), {x: [-2, 1], y: [4, 5]});
  assert.equal(extent({x: [], y: []}), null);
  assert.equal(extent({x: [NaN], y: [1]}), null);
});

test('home shows all points on one scale, also where there is one, or none', () => {
  const points = {x: [-3, 5, 1], y: [0, 2, 1]};
  const view = home(extent(points), AREA);
  square(view);
  for (let i = 0; i < 3; i++) assert(projected(view, AREA).inside(...projected(view, AREA).toPixel(points.x[i], points.y[i])));
  for (const box of [extent({x: [4], y: [-1]}), extent({x: [2, 2], y: [7, 7]}), null]) {
    const alone = home(box, AREA);
    square(alone);
    assert(Object.values(alone).flat().every(Number.isFinite));
    assert.equal((alone.x[0] + alone.x[1]) / 2, box ? box.x[0] : 0);
  }
  square(home({x: [0, 0], y: [1, 3]}, AREA)); // a line
});

test('a zoom keeps the place under the pointer, a reshape the middle and the width', () => {
  const view = home({x: [0, 4], y: [0, 4]}, AREA);
  const near = zoomed(view, 3, [1, 2]);
  square(near);
  const [before, after] = [view, near].map(each => projected(each, AREA).toPixel(1, 2));
  before.forEach((pixel, i) => assert(Math.abs(pixel - after[i]) < 1e-9));
  assert(Math.abs(span(near.x) - span(view.x) / 3) < 1e-9);
  const tall = reshaped(near, {width: 100, height: 300});
  assert.deepEqual(tall.x, near.x);
  assert(Math.abs(span(tall.y) - 3 * span(near.x)) < 1e-9);
});

test('no view shows more than twice of home, nor what lies beyond', () => {
  const whole = home({x: [0, 4], y: [0, 4]}, AREA);
  const limit = bounds(whole);
  assert.equal(span(limit.x), 2 * span(whole.x));
  const views = [zoomed(whole, 0.1), zoomed(whole, 0.4, [9, 9]), shifted(whole, 50, -50), shifted(zoomed(whole, 5), -99, 0)];
  for (const view of views) {
    const kept = bounded(view, whole);
    square(kept);
    for (const axis of ['x', 'y']) assert(kept[axis][0] >= limit[axis][0] - 1e-9 && kept[axis][1] <= limit[axis][1] + 1e-9);
  }
  const close = bounded(zoomed(whole, 1e9), whole);
  assert(Math.abs(span(close.x) / span(limit.x) - 1e-4) < 1e-6);
  const inside = shifted(zoomed(whole, 2), 0.1, 0.1);
  assert.deepEqual(bounded(inside, whole), inside);
  assert(same(bounded(inside, whole), inside) && !same(inside, whole));
});

test('pixels and places are each other\'s inverse', () => {
  const {toPixel, toData, inside, perPixel} = projected(home({x: [-1, 1], y: [3, 5]}, AREA), AREA);
  const [px, py] = toPixel(0.3, 4.2);
  toData(px, py).forEach((value, i) => assert(Math.abs(value - [0.3, 4.2][i]) < 1e-9));
  assert(toPixel(0, 5)[1] < toPixel(0, 3)[1], 'pixels grow downwards');
  assert(inside(30, 10) && !inside(29, 10));
  assert(Math.abs(toData(px + 1, py)[0] - 0.3 - perPixel) < 1e-9);
});
