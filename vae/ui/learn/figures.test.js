import assert from 'node:assert/strict';
import {test} from 'node:test';

import {clouded, divided, estimated, walked, weighted} from './figures.js';

test('a training is drawn up to a step, its dot on the last point', () => {
  const curve = {data: [{x: [1, 2, 3], y: [900, 700, 500]}, {x: [3], y: [500]}], layout: {xaxis: {range: [1, 3]}, meta: {label: 't:{}'}}};
  const {data, layout} = walked(curve, 2);
  assert.deepEqual(data, [{x: [1, 2], y: [900, 700]}, {x: [2], y: [700]}]);
  assert.deepEqual(layout.xaxis, curve.layout.xaxis);
  assert.match(layout.meta.label, /900.*700/);
  assert.deepEqual(walked(curve, 0).data, [{x: [], y: []}, {x: [], y: []}]);
  assert.deepEqual(curve.data[0].x, [1, 2, 3], 'as it came');
});

test('a threshold divides a spectrum, and stops at the edge of its chart', () => {
  const annotations = [{text: 'title'}, {text: 'level', y: 0}];
  const spectrum = {data: [{y: [8, 2, 0.5], marker: {cmin: 0, color: [1, 1, 0]}}], layout: {yaxis: {range: [-1, 2]}, shapes: [{type: 'line', y0: 1, y1: 1}], annotations}};
  const {data, layout} = divided(spectrum, 3, 'three', 'label');
  assert.deepEqual(data[0].marker, {cmin: 0, color: [1, 0, 0]});
  assert(Math.abs(layout.shapes[0].y0 - 3) < 1e-9 && layout.shapes[0].y0 === layout.shapes[0].y1);
  assert.deepEqual(layout.annotations[0], annotations[0]);
  assert.deepEqual([layout.annotations[1].text, 10 ** layout.annotations[1].y, layout.meta.label], ['three', layout.shapes[0].y0, 'label']);
  assert.equal(divided(spectrum, 1e6, '', '').layout.shapes[0].y0, 100);
  assert.deepEqual(divided(spectrum, 1e6, '', '').data[0].marker.color, [0, 0, 0]);
});

test('the arms of loss B keep their slope, and both losses end inside the chart', () => {
  const chart = {data: [{name: 'H'}, {name: 'B'}], layout: {xaxis: {range: [0, 40]}, yaxis: {range: [0, 240]}, shapes: [{dash: 'dash'}]}};
  for (const [beta, gamma, capacity] of [[4, 8, 15], [16, 16, 0], [0.5, 0.5, 30], [16, 16, 30]]) {
    const {data, layout} = weighted(chart, {beta, gamma, capacity});
    const [line, arms] = data;
    assert(line.x.every((kl, i) => Math.abs(line.y[i] - beta * kl) < 1e-9));
    const slopes = arms.x.slice(1).map((kl, i) => (arms.y[i + 1] - arms.y[i]) / (kl - arms.x[i]));
    assert(slopes.every((slope, i) => Math.abs(slope - (arms.x[i] < capacity ? -gamma : gamma)) < 1e-6));
    assert.equal(Math.min(...arms.y), 0);
    for (const {x, y} of data) assert(Math.max(...y) <= 240 + 1e-9 && x[0] >= 0 && x.at(-1) <= 40 && (x.at(-1) === 40 || Math.abs(y.at(-1) - 240) < 1e-9));
    assert.deepEqual(layout.shapes, [{dash: 'dash', x0: capacity, x1: capacity}]);
  }
});

test('estimates fill both histograms around 0, with lines at their means', () => {
  const chart = {data: [{yaxis: 'y'}, {yaxis: 'y2'}], layout: {xaxis: {anchor: 'y2'}, shapes: [{yref: 'y domain'}, {yref: 'y2 domain'}]}};
  const both = [[1, 3], [-10, 20, 2]];
  const {data, layout} = estimated(chart, both, 'nats', 'z3');
  assert.deepEqual(data.map(({x}) => x), both);
  const {start, end, size} = data[1].xbins;
  assert.deepEqual(data[0].xbins, data[1].xbins);
  assert(start === -end && end > 20 && Math.abs(start + 40.5 * size) < 1e-9, 'a cell lies around 0');
  assert.deepEqual(layout.shapes.map(({x0, x1}) => [x0, x1]), [[2, 2], [4, 4]]);
  assert.deepEqual([layout.xaxis.anchor, layout.xaxis.title.text, layout.xaxis.range, layout.meta.label], ['y2', 'nats', [start, end], 'z3']);
  const [low, high] = estimated(chart, [[0], [0]], '', '').layout.xaxis.range;
  assert(low < high);
});

test('another cloud keeps the bells', () => {
  const chart = {data: [{x: [0], y: [0]}, {x: [0], yaxis: 'y2'}, {y: [0], xaxis: 'x2'}, {x: [1], y: [2]}, {x: [2], y: [1]}], layout: {}};
  const {data} = clouded(chart, [[5, 6], [7, 8]], 'label');
  assert.deepEqual(data, [{x: [5, 6], y: [7, 8]}, {x: [5, 6], yaxis: 'y2'}, {y: [7, 8], xaxis: 'x2'}, ...chart.data.slice(3)]);
});
