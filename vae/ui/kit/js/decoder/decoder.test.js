import assert from 'node:assert/strict';
import {test} from 'node:test';

import {createNetwork, readGraph, VERSION} from './graph.js';
import {plainMachine, simdMachine} from './machine.js';
import {OPERATIONS} from './operations.js';
import {paint} from './pixels.js';
import {readFile} from './file.js';
import {serve} from './worker.js';

const LIMITS = {most_nodes: 20, most_values: 10_000, most_weights: 10_000, most_cost: 1_000_000};
const line = (...nodes) => ({version: VERSION, input: [2], nodes});
const linear = {op: 'linear', inputs: [0], out: 3, bias: true};
const WEIGHTS = {'0.weight': Float32Array.of(1, 2, 3, 4, 5, 6), '0.bias': Float32Array.of(0.5, 0, -1)};

/** A file as Python writes it. */
function file(header, tensors) {
  const places = {};
  let end = 0;
  for (const [name, {dtype, shape, bytes}] of Object.entries(tensors)) {
    places[name] = {dtype, shape, data_offsets: [end, (end += bytes.length)]};
  }
  const head = new TextEncoder().encode(JSON.stringify({__metadata__: {latent_explorer: JSON.stringify(header)}, ...places}));
  const whole = new Uint8Array(8 + head.length + end);
  new DataView(whole.buffer).setBigUint64(0, BigInt(head.length), true);
  whole.set(head, 8);
  let at = 8 + head.length;
  for (const {bytes} of Object.values(tensors)) {
    whole.set(bytes, at);
    at += bytes.length;
  }
  return whole.buffer;
}
const singles = (...values) => ({dtype: 'F32', shape: [values.length], bytes: new Uint8Array(Float32Array.from(values).buffer)});

test('a network is the sum that its description says', () => {
  const graph = readGraph(line(linear, {op: 'relu', inputs: [1]}, {op: 'add', inputs: [1, 2]}), LIMITS);
  assert.deepEqual(graph.shapes, [[2], [3], [3], [3]]);
  assert.deepEqual([graph.costs, graph.cost], [[6, 3, 3], 6 + 3 + 3]);
  const values = createNetwork(graph, WEIGHTS)(Float32Array.of(1, -1));
  assert.deepEqual(values.map(value => [...value]), [[1, -1], [-0.5, -1, -2], [0, 0, 0], [-0.5, -1, -2]]);
});

test('WebAssembly says what plain JavaScript says, of any number of channels, outputs and taps', () => {
  const wave = length => Float32Array.from({length}, (_, i) => (i % 3 ? Math.sin(7 * i) : 0));
  for (const [channels, out, kernel, stride, padding] of [
    [1, 1, 1, 1, 0],
    [3, 7, 3, 2, 1],
    [5, 8, 2, 3, 2],
    [4, 17, 4, 1, 3],
  ]) {
    const size = [kernel, kernel];
    const own = {out, bias: true, kernel: size, stride: [stride, stride], padding: [padding, padding]};
    const nodes = [
      {op: 'conv', inputs: [0], ...own},
      {op: 'conv_transpose', inputs: [1], ...own, out: channels, bias: false, output_padding: [0, 0]},
    ];
    const graph = readGraph({version: VERSION, input: [channels, 5, 6], nodes}, LIMITS);
    const weights = {'0.weight': wave(out * channels * kernel ** 2), '0.bias': wave(out), '1.weight': wave(out * channels * kernel ** 2)};
    const [plain, simd] = [plainMachine, simdMachine].map(make => createNetwork(graph, weights, make())(wave(channels * 30)).at(-1));
    assert.equal(simd.length, plain.length);
    plain.forEach((value, i) => assert(Math.abs(value - simd[i]) < 1e-5 * (1 + Math.abs(value)), `${channels} → ${out}: ${value}, ${simd[i]}`));
  }
});

test('where a browser allows no WebAssembly, plain JavaScript computes', context => {
  context.mock.method(WebAssembly, 'Module', () => {
    throw new WebAssembly.CompileError('blocked');
  });
  assert.equal(simdMachine(), null);
  const graph = readGraph(line(linear), LIMITS);
  assert.deepEqual([...createNetwork(graph, WEIGHTS)(Float32Array.of(1, -1)).at(-1)], [-0.5, -1, -2]);
});

test('what is no network is refused before anything is allocated', () => {
  const wrong = [
    null,
    {...line(linear), version: 2},
    {...line(linear), input: [2, 2]},
    {...line(linear), input: [1e9]},
    line(),
    line({...linear, op: 'eval'}),
    line({...linear, op: 'constructor'}),
    line({...linear, inputs: [1]}),
    line({...linear, inputs: []}),
    line({...linear, inputs: [0, 0]}),
    line({...linear, out: 0}),
    line({...linear, out: 1.5}),
    line({...linear, out: 60_000}),
    line({...linear, more: 1}),
    line({op: 'linear', inputs: [0], out: 3}),
    line({op: 'upsample', inputs: [0], factor: 2}),
    line({op: 'reshape', inputs: [0], shape: [3]}),
    line(...Array(21).fill({op: 'relu', inputs: [0]})),
  ];
  for (const plain of wrong) assert.throws(() => readGraph(plain, LIMITS), /^Error: network\./, JSON.stringify(plain));
});

test('weights fit, and are numbers', () => {
  const graph = readGraph(line(linear), LIMITS);
  for (const other of [
    {},
    {...WEIGHTS, '0.bias': Float32Array.of(1)},
    {...WEIGHTS, '0.bias': Float32Array.of(0, NaN, 0)},
    {...WEIGHTS, '0.bias': Float32Array.of(0, Infinity, 0)},
  ]) assert.throws(() => createNetwork(graph, other), /^Error: network\.0\./);
  assert.throws(() => createNetwork(graph, WEIGHTS)(new Float32Array(3)), /input/);
});

test('pixels are rounded as Python rounds them, and grey ones are grey', () => {
  const rgba = new Uint8ClampedArray(8);
  paint(Float32Array.of(0, 30, -30, 0.5, 1, 0), 3, 'bernoulli', rgba);
  assert.deepEqual([...rgba], [128, 255, 0, 255, 159, 186, 128, 255]);
  paint(Float32Array.of(-1, 0.5), 1, 'gaussian', rgba);
  assert.deepEqual([...rgba], [0, 0, 0, 255, 128, 128, 128, 255]);
});

test('a file gives back header and numbers, single and half', () => {
  const half = {dtype: 'F16', shape: [2, 3], bytes: new Uint8Array(Uint16Array.of(0x3c00, 0xc000, 1, 0x8000, 0x7bff, 0x3555).buffer)};
  const {header, tensors} = readFile(file({graph: 1}, {half, single: singles(0.1)}));
  assert.deepEqual(header, {graph: 1});
  assert.deepEqual([...tensors.half], [1, -2, 2 ** -24, -0, 65504, 0.333251953125]);
  assert.deepEqual([...tensors.single], [Math.fround(0.1)]);
});

test('a file that was cut off is refused', () => {
  const whole = file({graph: 1}, {single: singles(1, 2)});
  for (const size of [0, 4, 8, 40, whole.byteLength - 1]) assert.throws(() => readFile(whole.slice(0, size)));
  assert.throws(() => readFile(file({}, {x: {dtype: 'I32', shape: [1], bytes: new Uint8Array(4)}})), /cut_off/);
});

test('the worker answers each question under its number, a wrong one with an error', () => {
  const scope = {postMessage: answer => answers.push(answer)};
  const answers = [];
  serve(scope);
  const ask = question => {
    scope.onmessage({data: question});
    return answers.pop();
  };
  const picture = {version: VERSION, input: [2], nodes: [{op: 'linear', inputs: [0], out: 4, bias: false}, {op: 'reshape', inputs: [1], shape: [1, 2, 2]}]};
  const buffer = file({graph: picture, likelihood: 'gaussian'}, {'0.weight': {...singles(1, 0, 0, 1, 1, 1, 0, 0), shape: [4, 2]}});
  const loaded = ask({id: 1, act: 'load', name: 'a', buffer, limits: LIMITS});
  const nodes = [{op: 'linear', settings: {out: 4, bias: false}, shape: [4], cost: 8}, {op: 'reshape', settings: {shape: [1, 2, 2]}, shape: [1, 2, 2], cost: 0}];
  assert.deepEqual(loaded, {id: 1, cost: 8, input: [2], output: [1, 2, 2], likelihood: 'gaussian', nodes});
  const {pixels} = ask({id: 2, act: 'decode', name: 'a', z: Float32Array.of(1, 0, 0, 0.2)});
  assert.deepEqual([...pixels].filter((_, i) => i % 4 === 0), [255, 0, 255, 0, 0, 51, 51, 0]);
  const asked = ask({id: 2, act: 'decode', name: 'a', z: Float32Array.of(1, 0, 0, 2), values: [1, 0]});
  assert.deepEqual(asked.values.map(value => [...value]), [[1, 0, 1, 0, 0, 2, 2, 0], [1, 0, 0, 2]]);
  assert.equal(ask({id: 3, act: 'decode', name: 'b', z: Float32Array.of(1, 0)}).id, 3);
  assert(ask({id: 4, act: 'load', name: 'c', buffer: buffer.slice(0, 50), limits: LIMITS}).error);
  assert.deepEqual(ask({id: 5, act: 'forget', name: 'a'}), {id: 5});
  assert(ask({id: 6, act: 'decode', name: 'a', z: Float32Array.of(1, 0)}).error);
});

test('every operation has all that a table needs', () => {
  for (const [name, operation] of Object.entries(OPERATIONS)) {
    for (const part of ['least', 'most', 'settings', 'shape', 'weights', 'cost', 'run']) assert(part in operation, `${name}: ${part}`);
  }
});
