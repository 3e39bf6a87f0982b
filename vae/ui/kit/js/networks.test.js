import assert from 'node:assert/strict';
import {test} from 'node:test';

import {createNetworks, Unavailable} from './networks.js';
import {SOURCE} from './worker-source.js';

/** A worker by hand: `sent` are the questions, `answer` says something to the page. */
function pretend() {
  const worker = {sent: [], postMessage: question => worker.sent.push(question), terminate: () => (worker.ended = true)};
  worker.answer = data => worker.onmessage({data});
  return worker;
}
const known = {cost: 1, input: [2], output: [3, 4, 5]};
const settled = () => new Promise(done => setTimeout(done));

test('a network is fetched and loaded once, and decodes with its reader', async () => {
  const worker = pretend();
  const fetched = [];
  const networks = createNetworks({begin: () => worker, fetched: async file => fetched.push(file) && new ArrayBuffer(1)});
  const first = networks.decode('a', [[1, 2], [3, 4]], 'r');
  const second = networks.decode('a', [[5, 6]]);
  await settled();
  assert.deepEqual(fetched, ['a', 'r']);
  for (const {id, act} of [...worker.sent]) if (act === 'load') worker.answer({id, ...known});
  await settled();
  const [one, two] = worker.sent.filter(({act}) => act === 'decode');
  const [of, alone] = [one, two].sort((x, y) => y.z.length - x.z.length);
  assert.deepEqual([[...of.z], of.reader, [...alone.z], alone.reader], [[1, 2, 3, 4], 'r', [5, 6], null]);
  worker.answer({id: of.id, pixels: 'p', readings: 'q', seconds: 1});
  worker.answer({id: alone.id, pixels: 's', readings: [], seconds: 1});
  assert.deepEqual(await first, {pixels: 'p', readings: 'q', seconds: 1, width: 5, height: 4});
  assert.equal((await second).pixels, 's');
});

test('a file that does not come, or is none, is unavailable and may be tried again', async () => {
  const worker = pretend();
  let there = false;
  const networks = createNetworks({begin: () => worker, fetched: async () => (there ? new ArrayBuffer(1) : Promise.reject(new Error('404')))});
  await assert.rejects(networks.load('a'), Unavailable);
  there = true;
  const again = networks.load('a');
  await settled();
  worker.answer({id: worker.sent[0].id, error: 'network.cut_off'});
  await assert.rejects(again, Unavailable);
  const third = networks.load('a');
  await settled();
  worker.answer({id: worker.sent[1].id, ...known});
  assert.equal((await third).cost, 1);
});

test('the networks used longest ago are forgotten', async () => {
  const worker = pretend();
  const networks = createNetworks({begin: () => worker, fetched: async () => new ArrayBuffer(1)});
  for (let i = 0; i < 10; i++) {
    networks.load(`n${i}`).catch(() => {});
    networks.load('n0').catch(() => {});
  }
  await settled();
  assert.deepEqual(worker.sent.filter(({act}) => act === 'forget').map(({name}) => name), ['n1', 'n2']);
  worker.onerror(); // nothing is left to be waited for
});

test('with a worker that dies everything is refused, and its mourners hear of it once', async () => {
  const worker = pretend();
  const networks = createNetworks({begin: () => worker, fetched: async () => new ArrayBuffer(1)});
  let heard = 0;
  networks.onDeath(() => (heard += 1));
  const pending = networks.load('a');
  await settled();
  worker.onerror();
  worker.onerror();
  await assert.rejects(pending, Unavailable);
  await assert.rejects(networks.decode('a', [[1]]), Unavailable);
  assert.deepEqual([heard, networks.alive(), worker.ended], [1, false, true]);
});

test('a browser without workers is one whose worker has died', async () => {
  const begin = () => {
    throw new ReferenceError('Worker is not defined');
  };
  const networks = createNetworks({begin, fetched: async () => new ArrayBuffer(1)});
  await assert.rejects(networks.load('a'), Unavailable);
  assert.equal(networks.alive(), false);
});

test('the source of the worker is a script that serves it', () => {
  const scope = {};
  new Function('self', SOURCE)(scope);
  assert.equal(typeof scope.onmessage, 'function');
});
