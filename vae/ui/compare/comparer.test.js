import assert from 'node:assert/strict';
import {test} from 'node:test';

globalThis.document = {hidden: true, addEventListener() {}};
globalThis.window = {gradio_config: {root: 'http://localhost', api_prefix: ''}};
const {createComparer} = await import('./comparer.js');
const {REST} = await import('../kit/js/rest.js');
const {answered, ask} = await import('../kit/js/connection.js');
const {Unavailable} = await import('../kit/js/networks.js');

const base64 = values => Buffer.from(new Int32Array(values).buffer).toString('base64');
const side = name => ({name, quantiles: [[-2, 0, 2], [-2, 0, 2]]});
const PAIRS = [{left: 0, right: 1, sign: 1}, {left: 1, right: 0, sign: -1}];
const settled = () => new Promise(done => setImmediate(done));

/** A comparer whose couples come when `answers[i]` is called, and the codes around which it was asked to walk. */
function compared() {
  const [answers, walks] = [[], []];
  const couple = (left, right) => ({left: side(left), right: side(right), index: base64([7]), pairs: PAIRS, first_pairs: 12, first: 7});
  const comparer = createComparer({
    compare: (left, right) => new Promise(done => answers.push(error => done(error ? {error} : {ok: couple(left, right)}))),
    pick_pair: async () => ({ok: {index: 7, left: {z: [0, 0]}, right: {z: [0, 0]}}}),
    decode_pair: async () => ({ok: {}}),
    traverse_pair: async (left, z, dims, right, other) => {
      walks.push([z, other]);
      return {ok: {}};
    },
  });
  return {comparer, answers, walks};
}

test('what was chosen last stays chosen while an older couple opens', async () => {
  const {comparer, answers} = compared();
  comparer.open('a', 'b');
  comparer.open('c', 'b');
  answers[0]();
  await settled();
  assert.equal(comparer.state.couple.left.name, 'a');
  assert.deepEqual(comparer.state.chosen, {left: 'c', right: 'b'});
  answers[1]();
  await settled();
  assert.deepEqual(comparer.state.chosen, {left: 'c', right: 'b'});
  assert.equal(comparer.state.couple.left.name, 'c');
  comparer.open('damaged', 'b');
  answers[2]('it is damaged');
  await settled();
  assert.deepEqual(comparer.state.chosen, {left: 'c', right: 'b'});
});

test('a pair that is moved leaves the others, and the strips follow once the hand rests', async t => {
  t.mock.timers.enable({apis: ['setTimeout']});
  const {comparer, answers, walks} = compared();
  comparer.open('a', 'b');
  answers[0]();
  await settled();
  walks.length = 0;
  comparer.setPair(0, 1);
  comparer.setPair(1, 2);
  assert.deepEqual(comparer.state.z, {left: [1, -2], right: [2, 1]});
  assert.deepEqual(walks, []);
  t.mock.timers.tick(REST);
  await settled();
  assert.deepEqual(walks, [[[1, -2], [2, 1]]]);
});

test('a couple of which a file has changed is opened anew', async () => {
  const version = {now: 1};
  const handle = name => `${name}@${version.now}`;
  const comparer = createComparer({
    compare: async (left, right) => ({ok: {left: {...side(left), handle: handle(left)}, right: {...side(right), handle: handle(right)}, index: base64([7]), pairs: PAIRS, first_pairs: 12, first: 7}}),
    pick_pair: async left => (left === handle('a') ? {ok: {index: 7, left: {z: [0, 0]}, right: {z: [0, 0]}}} : {error: 'changed', key: 'error.changed'}),
    decode_pair: async () => ({ok: {}}),
    traverse_pair: async () => ({ok: {}}),
  });
  comparer.open('a', 'b');
  await settled();
  version.now = 2;
  comparer.pick(7);
  await settled();
  await settled();
  assert.equal(comparer.state.couple.left.handle, 'a@2');
  assert.equal(comparer.state.picked.index, 7);
});

/**
 * A comparer whose page has all networks. `decodes` and `walks` are [file, z or codes of a strip, answer, fail] of what
 * the page was asked, `asked` counts the server.
 */
async function inPage() {
  const decodes = [];
  const walks = [];
  const asked = {pairs: 0, walks: 0};
  const seen = [];
  const networks = {
    alive: () => true,
    load: async () => ({}),
    decode(file, zs) {
      const strip = zs.length > 1;
      const pixels = strip ? new Uint8ClampedArray(4 * zs.length) : `${file} ${zs}`;
      const answer = {pixels, width: 1, height: 1, readings: []};
      return new Promise((done, reject) => (strip ? walks : decodes).push([file, strip ? zs : zs[0], () => done(answer), reject]));
    },
  };
  const known = name => ({...side(name), handle: name, decoder: {file: name, cost: 1}, reader_file: null});
  const comparer = createComparer(
    {
      compare: async (left, right) => ({ok: {left: known(left), right: known(right), reader: null, index: base64([7]), pairs: PAIRS, first_pairs: 12, first: 7}}),
      pick_pair: async () => ({ok: {index: 7, left: {z: [0, 0]}, right: {z: [0, 0]}}}),
      decode_pair: async () => ({ok: {asked: (asked.pairs += 1)}}),
      traverse_pair: async () => ({ok: {asked: (asked.walks += 1)}}),
    },
    {networks},
  );
  comparer.open('a', 'b');
  await settled();
  while (walks.length) {
    walks.pop()[2](); // of the image that was picked first
    await settled();
  }
  asked.walks = 0;
  comparer.on('pictures', answer => seen.push(answer.left?.pixels ?? 'server'));
  return {comparer, decodes, walks, asked, seen};
}

test('the page decodes a pair by itself, and the newest place wins', async () => {
  const {comparer, decodes, asked, seen} = await inPage();
  for (const value of [0.5, 1, 1.5]) comparer.setPair(0, value);
  await settled();
  assert.deepEqual(decodes.map(([file, z]) => [file, z]), [['a', [0.5, 0]], ['b', [0, 0.5]]]);
  for (const [, , answer] of decodes.splice(0)) answer();
  await settled();
  assert.deepEqual(decodes.map(([file, z]) => [file, z]), [['a', [1.5, 0]], ['b', [0, 1.5]]]);
  for (const [, , answer] of decodes.splice(0)) answer();
  await settled();
  assert.deepEqual([seen, asked.pairs], [['a 0.5,0', 'a 1.5,0'], 0]);
});

test('other models drop what the page is decoding', async () => {
  const {comparer, decodes, asked, seen} = await inPage();
  comparer.setPair(0, 0.5);
  comparer.open('c', 'b');
  await settled();
  seen.length = 0; // the new pair's own pictures
  for (const [, , answer] of decodes.splice(0)) answer();
  await settled();
  assert.deepEqual([seen, asked.pairs], [[], 0]);
});

test('the server decodes once the page cannot', async () => {
  const {comparer, decodes, asked, seen} = await inPage();
  comparer.setPair(0, 0.5);
  await settled();
  for (const [, , , reject] of decodes.splice(0)) reject(new Unavailable('worker'));
  await settled();
  comparer.setPair(0, 1);
  await settled();
  assert.deepEqual([seen, decodes, asked.pairs], [['server', 'server'], [], 2]);

  globalThis.fetch = () => Promise.reject(new Error('gone'));
  await ask();
  answered(); // what failed may have failed with the server
  await settled();
  comparer.setPair(0, 0.5);
  await settled();
  assert.deepEqual([decodes.length, asked.pairs], [2, 2]);
});

test('strips are decoded in the page one by one, the pair that moved last first', async t => {
  t.mock.timers.enable({apis: ['setTimeout']});
  const {comparer, walks, asked} = await inPage();
  const laid = [];
  let ended = 0;
  comparer.on('strip', ({number, side, pixels}) => laid.push([number, side, pixels.length / 4]));
  comparer.on('untraversed', () => (ended += 1));
  comparer.setPair(1, 1);
  t.mock.timers.tick(REST);
  for (let strips = 0; strips < 4; strips++) {
    await settled();
    assert.deepEqual([walks.length, ended], [1, 0]);
    walks.pop()[2]();
  }
  await settled();
  assert.deepEqual(laid, [[1, 'left', 3], [1, 'right', 3], [0, 'left', 3], [0, 'right', 3]]);
  assert.deepEqual([asked.walks, ended, comparer.traversing()], [0, 1, false]);
});

test('strips of another z than the present one are given up', async t => {
  t.mock.timers.enable({apis: ['setTimeout']});
  const {comparer, walks} = await inPage();
  const laid = [];
  comparer.on('strip', ({number}) => laid.push(number));
  comparer.setPair(1, 1);
  t.mock.timers.tick(REST);
  await settled();
  comparer.setPair(1, 2);
  walks.pop()[2]();
  await settled();
  assert.deepEqual([laid, walks], [[], []]);
  t.mock.timers.tick(REST);
  await settled();
  assert.deepEqual(walks[0][1][0], [0, -2]);
});

test('the server decodes the strips that the page cannot', async t => {
  t.mock.timers.enable({apis: ['setTimeout']});
  const {comparer, walks, asked} = await inPage();
  comparer.setPair(1, 1);
  t.mock.timers.tick(REST);
  await settled();
  walks.pop()[3](new Unavailable('worker'));
  await settled();
  assert.equal(asked.walks, 1);
});
