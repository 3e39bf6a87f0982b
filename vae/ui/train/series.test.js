import assert from 'node:assert/strict';
import {test} from 'node:test';

import {filled, fitted, marked, xAt} from './series.js';

const columns = ['step', 'images', 'seconds', 'loss', 'recon', 'kl'];
const pattern = name => ({name, x: 0, x0: 0, x1: 0, visible: false});
const figure = {
  data: ['loss', 'recon', 'train', 'test', 'kl'].map(uid => ({uid, meta: [uid, '', 'nats'], yaxis: uid === 'kl' ? 'y2' : 'y'})),
  layout: {shapes: [pattern('change'), pattern('at')], annotations: [pattern('change')], xaxis: {nticks: 7}, yaxis: {}, yaxis2: {}},
};
// A loss that falls steeply, then rests, and leaps once.
const rows = Array.from({length: 200}, (_, i) => [10 * i, 640 * i, 2 * i, i < 10 ? 1000 - 90 * i : i === 150 ? 5000 : 100 + (i % 3), 80, 20]);
const bounds = [[0, 900, 910], [505, 101, 111], [1500, 100, null]];
const run = {columns, rows, bounds, changes: [], at: null};
const view = {over: 'images', hidden: new Set(), all: false, width: 400};

test('a curve has all of its values over images or seconds, bounds lie between the rows, and what is no number is a gap', () => {
  const {data} = filled(figure, run, view);
  const [loss, , train, testing, kl] = data;
  assert.deepEqual([...loss.x], rows.map(row => row[1]));
  assert.deepEqual([...loss.y], rows.map(row => row[3]));
  assert(kl.y.every(y => y === 20));
  assert.deepEqual([...train.x], [0, 50.5 * 640, 150 * 640]);
  assert.deepEqual([...train.y], [900, 101, 100]);
  assert(Number.isNaN(testing.y[2]));
  assert.deepEqual(data.map(({meta}) => meta[1]), ['101.0', '80.00', '100.0', '111.0', '20.00']);
  assert.deepEqual([...filled(figure, run, {...view, over: 'seconds'}).data[0].x], rows.map(row => row[2]));
  assert.deepEqual(filled(figure, {...run, rows: [], bounds: []}, view).data[0].meta, ['loss', '–', 'nats']);
});

test('the axis is fitted to what came last and not to a fall or a leap; it reaches them where it is told to', () => {
  const {layout} = filled(figure, run, view);
  assert.deepEqual(layout.xaxis, {nticks: 7, range: [0, 199 * 640]});
  const [low, high] = layout.yaxis.range;
  assert(70 < low && low < 80 && 111 < high && high < 120, layout.yaxis.range);
  assert.equal(layout.yaxis2.range[0], 0);
  const all = filled(figure, run, {...view, all: true}).layout.yaxis.range;
  assert(all[0] < 80 && all[1] > 5000);
  const rest = filled(figure, run, {...view, hidden: new Set(['recon', 'train', 'test'])});
  assert(rest.layout.yaxis.range[0] > 95, 'a hidden curve has no say');
  assert.deepEqual(rest.data.map(({visible}) => visible), [true, 'legendonly', 'legendonly', 'legendonly', true]);
});

test('few values are all within the axis, and none make one too', () => {
  const [low, high] = fitted([Float64Array.of(3, NaN, 1, 900)], 0.5);
  assert(low < 1 && high > 900);
  assert.deepEqual(fitted([Float64Array.of(NaN), new Float64Array()]), [0, 1]);
});

test('a step lies between the rows around it, and never beyond them', () => {
  const [steps, xs] = [[10, 20], [100, 300]];
  assert.deepEqual([0, 10, 15, 20, 99].map(step => xAt(step, steps, xs)), [100, 100, 200, 300, 300]);
  assert.equal(xAt(5, [], []), 0);
});

test('turned knobs are marked with their value, and the moment that is travelled to with a line', () => {
  const changes = [{step: 100, knob: 'beta', value: 2}, {step: 1000, knob: 'capacity', value: 0.5}];
  const {layout} = filled(figure, {...run, changes, at: 1500}, {...view, paper: '#fff'});
  assert.deepEqual(layout.shapes.map(({name, x0, x1, visible}) => [name, Math.round(x0), Math.round(x1), visible]), [['change', 6400, 6400, true], ['change', 64_000, 64_000, true], ['at', 96_000, 96_000, true]]);
  assert.deepEqual(layout.annotations.map(({text, x, bgcolor}) => [text, Math.round(x), bgcolor]), [['β 2', 6400, '#fff'], ['C 0.5', 64_000, '#fff']]);
  assert.equal(figure.layout.shapes[0].visible, false);
});

test('a drag is one change; texts that would lie on each other go lower, and at the right end they stand left', () => {
  const turn = (step, value, knob = 'beta') => ({step, knob, value});
  const marks = marked([turn(10, 1), turn(12, 2), turn(20, 3), turn(21, 0.1, 'lr'), turn(100, 4), turn(199, 5)], step => step, 200);
  assert.deepEqual(marks.map(({x, text}) => [x, text]), [[10, 'β 3'], [21, 'Learning rate 0.1'], [100, 'β 4'], [199, 'β 5']]);
  assert.deepEqual(marks.map(({line}) => line), [0, 1, 0, 0]);
  assert.deepEqual(marks.map(({left}) => left), [false, false, false, true]);
  const crowded = Array.from({length: 40}, (_, i) => turn(20 * i, i));
  assert(marked(crowded, step => step / 4, 200).length <= 200 / 14 + 1);
});
