import assert from 'node:assert/strict';
import {test} from 'node:test';

import {between, createCodes} from './codes.js';

const POINTS = Float32Array.of(0, 0, 1, 0, 0, 3);
const CODES = Float32Array.of(2, 0, 4, 8, -6, 1); // of three images, two latents each

/** A file of codes as Python writes it. */
function written() {
  const header = {neighbours: 2, far: {pca: 0.3}};
  const places = {codes: {dtype: 'F32', shape: [3, 2], data_offsets: [0, 24]}, pca: {dtype: 'F32', shape: [3, 2], data_offsets: [24, 48]}};
  const head = new TextEncoder().encode(JSON.stringify({__metadata__: {latent_explorer: JSON.stringify(header)}, ...places}));
  const whole = new Uint8Array(8 + head.length + 48);
  new DataView(whole.buffer).setBigUint64(0, BigInt(head.length), true);
  whole.set(head, 8);
  whole.set(new Uint8Array(CODES.buffer), 8 + head.length);
  whole.set(new Uint8Array(POINTS.buffer), 32 + head.length);
  return whole.buffer;
}

test('a place is a mixture of its nearest neighbours, the nearer the more', () => {
  const {z, rows, distances, distance} = between([0.25, 0], POINTS, CODES, 2);
  assert.deepEqual([z, rows, distances], [[2.5, 2], [0, 1], [0.25, 0.75]]);
  assert.equal(distance, Math.hypot(0.5, 2));
  assert.deepEqual(between([0, 3], POINTS, CODES, 3).rows, [2, 0, 1]);
  assert.deepEqual(between([0.5, 0], POINTS, CODES, 1).rows, [0], 'of two that are as near, the first');
});

test('an image without a place on the map is no neighbour', () => {
  assert.deepEqual(between([0, 0], [NaN, NaN, 1, 1], [7, 8], 1).rows, [1]);
});

test('a place is known once the codes of its model have come', async () => {
  const files = {a: written(), b: new ArrayBuffer(9)};
  const fetched = [];
  const codes = createCodes({fetched: async file => fetched.push(file) && files[file]});
  codes.open({codes: 'a'});
  assert.deepEqual([codes.place('pca', 0.25, 0), codes.coordinates('z0')], [null, null]);
  await Promise.all([codes.load(), codes.load()]);
  await codes.load();
  assert.deepEqual([fetched, codes.here()], [['a'], true]);
  assert.deepEqual(codes.place('pca', 0.25, 0), {z: [2.5, 2], neighbours: [0, 1], distance: Math.hypot(0.5, 2), far: false});
  assert.equal(codes.place('pca', 0.5, 0).far, true);
  assert.equal(codes.place('umap', 0, 0), null, 'a map that the file does not hold');
  assert.deepEqual(['pca', 'z1', 'umap'].map(name => codes.coordinates(name)), [POINTS, Float32Array.of(0, 8, 1), null]);
  codes.open({codes: null});
  await codes.load();
  assert.deepEqual([fetched, codes.here()], [['a'], false]);
});

test('codes that do not come whole leave places to the server, and those of another model are not taken', async t => {
  t.mock.method(console, 'warn', () => {});
  let answer;
  const codes = createCodes({fetched: file => (file === 'b' ? Promise.resolve(new ArrayBuffer(9)) : new Promise(done => (answer = done)))});
  codes.open({codes: 'b'});
  await codes.load();
  assert.equal(codes.here(), false);
  codes.open({codes: 'a'});
  const coming = codes.load();
  codes.open({codes: 'c'});
  answer(written());
  await coming;
  assert.equal(codes.here(), false);
});
