import assert from 'node:assert/strict';
import {test} from 'node:test';

import {createDecoding} from './decoding.js';
import {Unavailable} from '../kit/js/networks.js';

const SIDES = ['left', 'right'];
const READER = [{kind: 'ordered', values: ['low', 'high']}];
const settled = () => new Promise(done => setImmediate(done));

/** Networks by hand: `loads` are the files asked for, with what answers them; `lives` and `fails` may be set. */
function pretend() {
  const networks = {loads: [], decoded: [], lives: true, fails: null};
  networks.alive = () => networks.lives;
  networks.load = file => new Promise((resolve, reject) => networks.loads.push({file, resolve, reject}));
  networks.decode = async (file, zs, reader) => {
    if (networks.fails) throw networks.fails;
    networks.decoded.push([file, zs, reader]);
    return {pixels: file, width: 1, height: 1, readings: Float32Array.of(0.75), seconds: 0};
  };
  return networks;
}
const side = (name, reader = `${name}-reader`) => ({decoder: {file: name, cost: 1}, reader_file: reader && {file: reader, cost: 1}});
const couple = {left: side('a'), right: side('b'), reader: READER};
const z = {left: [1, 2], right: [3]};

test('a pair is decoded in the page with its readers, once all of its networks are there', async () => {
  const networks = pretend();
  const decoding = createDecoding(networks, SIDES);
  decoding.fetch(couple);
  assert.deepEqual(networks.loads.map(({file}) => file), ['a', 'a-reader', 'b', 'b-reader']);
  const [last, ...others] = networks.loads;
  for (const {resolve} of others) resolve();
  await settled();
  assert.equal(await decoding.pictures(couple, z), null);
  last.resolve();
  await settled();
  const found = await decoding.pictures(couple, z);
  assert.deepEqual(networks.decoded, [['a', [[1, 2]], 'a-reader'], ['b', [[3]], 'b-reader']]);
  assert.deepEqual(found.right, {pixels: 'b', width: 1, height: 1, reading: {at: [[0.75]], values: ['high']}});
});

test('what nothing reads is decoded without a reading', async () => {
  const networks = pretend();
  const decoding = createDecoding(networks, SIDES);
  const bare = {left: side('a', null), right: side('b', null), reader: null};
  decoding.fetch(bare);
  for (const {resolve} of networks.loads) resolve();
  await settled();
  const found = await decoding.pictures(bare, z);
  assert.deepEqual([found.left.reading, networks.decoded[0]], [null, ['a', [[1, 2]], null]]);
});

test('the server is asked where a decoder or a reader is not for the page', async () => {
  for (const right of [{decoder: null, reader_file: null}, side('b', null)]) {
    const networks = pretend();
    const decoding = createDecoding(networks, SIDES);
    await decoding.fetch({...couple, right});
    assert.deepEqual([networks.loads, await decoding.pictures({...couple, right}, z)], [[], null]);
  }
});

test('the server is asked where a file does not come, and where the worker dies', async () => {
  const networks = pretend();
  const decoding = createDecoding(networks, SIDES);
  decoding.fetch(couple);
  networks.loads[0].reject(new Unavailable('404'));
  await settled();
  assert.equal(await decoding.pictures(couple, z), null);

  const again = decoding.fetch(couple);
  for (const {resolve} of networks.loads.slice(4)) resolve();
  await again;
  assert.notEqual(await decoding.pictures(couple, z), null);
  networks.fails = new Unavailable('worker');
  assert.equal(await decoding.pictures(couple, z), null);
  networks.fails = null;
  assert.equal(await decoding.pictures(couple, z), null); // not tried with every move
});

test('networks that come late are not those of the couple that has come since', async () => {
  const networks = pretend();
  const decoding = createDecoding(networks, SIDES);
  decoding.fetch(couple);
  decoding.fetch({...couple, right: side('c')});
  for (const {resolve} of networks.loads.slice(0, 4)) resolve();
  await settled();
  assert.equal(await decoding.pictures(couple, z), null);
});
