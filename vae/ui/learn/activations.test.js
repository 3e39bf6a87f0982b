import assert from 'node:assert/strict';
import {test} from 'node:test';

import {evenly, layersOf, movement, movers, probes, tint, variety} from './activations.js';

const node = (op, shape, cost = 0, settings = {}) => ({op, settings, shape, cost});

test('a layer is a mixing node with what follows it and what prepares it', () => {
  const nodes = [
    node('linear', [8], 16, {out: 8}),
    node('relu', [8], 8),
    node('reshape', [2, 2, 2]),
    node('upsample', [2, 4, 4]),
    node('conv', [3, 4, 4], 96),
    node('leaky_relu', [3, 4, 4], 48),
    node('conv_transpose', [1, 8, 8], 768),
    node('crop', [1, 6, 6]),
  ];
  const layers = layersOf({input: [2], nodes});
  assert.deepEqual(
    layers.map(({op, ops, from, shape, value, cost}) => [op, ops.join(' '), from, shape, value, cost]),
    [
      ['linear', 'linear relu reshape', [2], [2, 2, 2], 3, 24],
      ['conv', 'upsample conv leaky_relu', [2, 2, 2], [3, 4, 4], 6, 144],
      ['conv_transpose', 'conv_transpose crop', [3, 4, 4], [1, 6, 6], 8, 768],
    ],
  );
  assert.equal(layers[0].settings.out, 8);
  const odd = layersOf({input: [1, 2, 2], nodes: [node('sigmoid', [1, 2, 2], 4), node('upsample', [1, 4, 4])]});
  assert.deepEqual(odd.map(({op, value, shape}) => [op, value, shape]), [['sigmoid', 2, [1, 4, 4]]], 'no value is lost');
});

test('of many layers the first, the last and some between', () => {
  assert.deepEqual(evenly([1, 2, 3], 3), [1, 2, 3]);
  assert.deepEqual(evenly([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], 4), [0, 3, 6, 9]);
});

test('probes move one latent each', () => {
  assert.deepEqual(probes(3, [2, 0], 2), [[0, 0, -2], [0, 0, 2], [-2, 0, 0], [2, 0, 0]]);
});

test('the channels that vary most come first, whatever their level', () => {
  const values = [Float32Array.of(0, 9, -1, 0, 9, 2), Float32Array.of(0, 9, -1, 1, 9, 2)]; // 2 pixels of 3 channels
  const found = variety(values, 3);
  assert.deepEqual(found.map(({channel}) => channel), [2, 0, 1]);
  assert.deepEqual(found.map(({most}) => most), [2, 1, 9]);
  assert.deepEqual(found.map(({variance}) => Math.round(1e4 * variance) / 1e4), [2.25, 0.1875, 0]);
});

test('who moves a channel most, and that nobody does', () => {
  const before = Float32Array.of(1, 0, 0, 1, 0, 0);
  const one = movement(before, Float32Array.of(2, 0, 0, 1, 0.5, 0), 3);
  const other = movement(before, Float32Array.of(1, 1, 0, 1, -1, 0), 3);
  assert.deepEqual([[...one], [...other]], [[0.5, 0.25, 0], [0, 1, 0]]);
  assert.deepEqual(movers([one, other]), [{place: 0, share: 1}, {place: 1, share: 0.8}, null]);
});

test('a channel is nothing at 0, and of two colours on either side', () => {
  const rgba = new Uint8ClampedArray(12);
  tint(Float32Array.of(7, 0, 7, 2, 7, -1), 2, 1, 2, rgba);
  const pixels = [0, 4, 8].map(at => [...rgba.slice(at, at + 4)]);
  assert.deepEqual(pixels.map(pixel => pixel[3]), [0, 255, 180]);
  assert.notDeepEqual(pixels[1].slice(0, 3), pixels[2].slice(0, 3));
  tint(Float32Array.of(0, 0), 2, 1, 0, rgba.subarray(0, 4));
  assert.equal(rgba[3], 0);
});
