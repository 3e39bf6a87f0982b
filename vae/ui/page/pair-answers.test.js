import assert from 'node:assert/strict';
import {test} from 'node:test';

import {createPairAnswers} from './pair-answers.js';

const packed = array => Buffer.from(array.buffer).toString('base64');

/** A model of two images, 4 and 9, called so. */
const model = (name, mu) => ({
  overview: {handle: `${name}@1`, name, title: name, dims: 2, decoder: {file: name}, index: packed(Int32Array.of(4, 9)), steps: [-1, 1], quantiles: [[-2, 2], [-3, 3]], colours: ['class', 'distortion'], missing: null, lattice: null},
  mu: packed(Float32Array.from(mu)),
  maps: {pca: packed(Float32Array.of(0, 0, 1, 0))},
  reach: {pca: 0.05},
  neighbours: 1,
  columns: {
    class: {kind: 'discrete', codes: packed(Uint8Array.of(1, 0)), names: ['cat', 'dog']},
    distortion: {kind: 'continuous', values: packed(Float32Array.of(7, 8))},
  },
  attributes: [],
  sheets: [],
});
const side = name => ({name, title: name, decoder: {file: name}, reader_file: {file: 'reader'}, quantiles: [[-2, 2], [-3, 3]]});
const couple = more => ({
  overview: {left: side('a'), right: side('b'), index: packed(Int32Array.of(4, 9)), rows: [Int32Array.of(0, 1), Int32Array.of(0, 1)].map(packed), missing: null, reader: [{kind: 'ordered', values: ['small', 'large']}], ...more},
  informations: null,
  spills: [{of: 'a'}, {of: 'b'}],
  rates: {figure: 'plane'},
  figure: {svg: '<svg>image {index}</svg>', index: '{index}', cells: [], rows: [{dims: [1, null], signs: [-1, 1]}]},
});

/** Answers whose pictures are the codes that were decoded, and whose figures are what was to be drawn. */
function answering(more = {}) {
  const decode = async (file, zs, reader) => ({pixels: Uint8ClampedArray.from(zs.flat()), width: 1, height: 1, readings: reader ? Float32Array.of(0.75) : Float32Array.of()});
  const tools = {decode, drawn: ({pixels}, columns) => `${columns}:${pixels.join()}`, cut: async (of, row) => `cut ${of.overview.name} ${row}`, figure: async (plan, strips, kind) => ({plan, strips, kind})};
  return createPairAnswers([model('a', [1, 2, 3, 4]), model('b', [5, 6, 7, 8])], couple(more), tools);
}

test('an image goes through both models', async () => {
  const {ok} = await answering().pick_pair('a@1', 'b@1', 9);
  assert.deepEqual([ok.index, ok.row, ok.original, ok.facts], [9, 1, 'cut b 1', [['class', 'cat']]]);
  assert.deepEqual(ok.left, {z: [3, 4], error: 8, image: '1:3,4', reading: {at: [[0.75]], values: ['large']}});
  assert.deepEqual(ok.right.z, [7, 8]);
  assert.equal((await answering().pick_pair('a@1', 'b@1', 5)).key, 'error.index');
});

test('where the images are missing the right reconstruction stands for one', async () => {
  assert.equal((await answering({missing: {key: 'x', values: {}}}).pick_pair('a', 'b', 4)).ok.original, '1:5,6');
});

test('nothing is read without a reader', async () => {
  const {ok} = await answering({reader: null}).decode_pair('a@1', [1, 1], 'b@1', [2, 2]);
  assert.deepEqual(ok, {left: {image: '1:1,1', reading: null}, right: {image: '1:2,2', reading: null}});
});

test('a side that has no row is not walked', async () => {
  const {ok} = await answering().traverse_pair('a@1', [0, 0], [1], 'b@1', [0, 0], []);
  assert.deepEqual([ok.left.dims, ok.left.values, ok.right], [[1], [[-3, 3]], null]);
});

test('spill, rates and overview are those that the page brings', async () => {
  const server = answering();
  assert.deepEqual((await server.spill('b@1')).ok, {of: 'b'});
  assert.equal((await server.spill('other')).key, 'error.model');
  assert.deepEqual((await server.rates('a@1', 'b@1')).ok, {figure: 'plane'});
  assert.equal((await server.compare('a', 'b')).ok.left.title, 'a');
});

test('figure 1 is drawn of the image, its strips rise with the factor, and one that has no latent stands still', async () => {
  const {ok: {uri, name}} = await answering().figure_one('a@1', 'b@1', 9, 'png');
  assert.equal(name, 'a-b-9.png');
  assert.deepEqual([uri.plan.svg, uri.kind], ['<svg>image 9</svg>', 'png']);
  assert.deepEqual(uri.strips, [[{file: 'a', zs: [[3, 3], [3, -3]]}, {file: 'b', zs: [[7, 8], [7, 8]]}]]);
});
