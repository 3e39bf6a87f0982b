import assert from 'node:assert/strict';
import {test} from 'node:test';

import {walked} from './figures.js';

test('a training is drawn up to a step, its dot on the last point', () => {
  const curve = {data: [{x: [1, 2, 3], y: [900, 700, 500]}, {x: [3], y: [500]}], layout: {xaxis: {range: [1, 3]}, meta: {label: 't:{}'}}};
  const {data, layout} = walked(curve, 2);
  assert.deepEqual(data, [{x: [1, 2], y: [900, 700]}, {x: [2], y: [700]}]);
  assert.deepEqual(layout.xaxis, curve.layout.xaxis);
  assert.match(layout.meta.label, /900.*700/);
  assert.deepEqual(walked(curve, 0).data, [{x: [], y: []}, {x: [], y: []}]);
  assert.deepEqual(curve.data[0].x, [1, 2, 3], 'as it came');
});
