import assert from 'node:assert/strict';
import {test} from 'node:test';

import {Unavailable} from '../kit/js/networks.js';
import {createAnswers} from './answers.js';

const packed = array => Buffer.from(array.buffer).toString('base64');
const model = () => ({
  overview: {handle: 'toy@1', name: 'toy', dims: 2, decoder: {file: 'f'}, index: packed(Int32Array.of(4, 9)), steps: [-1, 1], quantiles: [[-2, 2], [-3.00004, 3]], colours: ['class', 'hat', 'kl'], missing: null, lattice: null},
  mu: packed(Float32Array.of(0.5, 1, -1, 2)),
  maps: {pca: packed(Float32Array.of(0, 0, 1, 0))},
  reach: {pca: 0.05},
  neighbours: 1,
  columns: {
    class: {kind: 'discrete', codes: packed(Uint8Array.of(1, 0)), names: ['cat', 'dog']},
    hat: {kind: 'discrete', codes: packed(Uint8Array.of(1, 0)), names: ['without', 'with']},
    kl: {kind: 'continuous', values: ''},
  },
  attributes: ['hat'],
  sheets: ['sheet'],
  lattice: null,
  information: null,
  forecast: {findings: []},
});

/** Answers whose pictures are the codes that were decoded. */
function answering(decode = async (file, zs) => ({pixels: Uint8ClampedArray.from(zs.flat()), width: 1, height: 1, zs}), of = model()) {
  const asked = [];
  const noted = (file, zs) => {
    asked.push(zs);
    return decode(file, zs);
  };
  return {asked, server: createAnswers([of], {decode: noted, drawn: ({pixels}, columns) => `${columns}:${pixels.length}`, cut: async (of, row) => `cut ${row}`})};
}

test('an image is picked by its index, with what is known of it', async () => {
  const {server} = answering();
  const {ok} = await server.pick('toy@1', 4);
  assert.deepEqual(ok.facts, [['class', 'dog'], ['attributes', ['hat']]]);
  assert.deepEqual([ok.row, ok.z, ok.original], [0, [0.5, 1], 'cut 0']);
  assert.deepEqual((await server.pick('toy@1', 9)).ok.facts, [['class', 'cat']]);
  assert.deepEqual(await server.pick('toy@1', 5), {error: 'error.index', key: 'error.index', values: {index: 5}});
});

test('a traversal is decoded row by row', async () => {
  const {server, asked} = answering();
  const {ok} = await server.traverse('toy@1', [0, 7], [1, 0], 'quantiles');
  assert.deepEqual(ok, {dims: [1, 0], range: 'quantiles', values: [[-3, 3], [-2, 2]], sheet: '2:8'});
  assert.deepEqual(asked, [[[0, -3], [0, 3]], [[-2, 7], [2, 7]]]);
});

test('an empty place is that of its neighbours, and far where none is near', async () => {
  const {server} = answering();
  const near = (await server.place('toy@1', 'pca', 0.04, 0)).ok;
  assert.deepEqual([near.z, near.neighbours, near.far, near.distance], [[0.5, 1], [4], false, 0]);
  assert.equal((await server.place('toy@1', 'pca', 0.5, 0.5)).ok.far, true);
});

test('a draw from the prior is a picture of its own, a missing image its reconstruction', async () => {
  for (const [drawn, expected] of [[true, 'cut 0'], [false, '1:2']]) {
    const of = model();
    Object.assign(of.overview, {missing: {key: 'map.no_images', values: {}}, drawn});
    const {server} = answering(undefined, of);
    assert.equal((await server.pick('toy', 4)).ok.original, expected);
  }
});

test('what the page does not hold, or its worker cannot do, is refused in a sentence', async () => {
  assert.equal((await answering().server.open_model('other')).key, 'error.model');
  assert.equal((await answering().server.own_image('toy', '')).key, 'page.no_encoder');
  const {server} = answering(async () => {
    throw new Unavailable('worker');
  });
  assert.equal((await server.decode('toy', [0, 0])).key, 'page.no_worker');
});
