import assert from 'node:assert/strict';
import {test} from 'node:test';

globalThis.document = {hidden: true, addEventListener() {}};
globalThis.window = {gradio_config: {root: 'http://localhost', api_prefix: ''}};
const {createExplorer} = await import('./explorer.js');
const {Unavailable} = await import('../kit/js/networks.js');
const {REST} = await import('../kit/js/rest.js');

const CODES = {3: [0, 0, 0], 5: [0.5, -1, 2]};
const picked = index => ({index, z: CODES[index], reconstruction: `of ${index}`});
const base64 = values => Buffer.from(new Int32Array(values).buffer).toString('base64');
const overview = () => ({
  name: 'toy',
  index: base64([3, 5]),
  dims: 3,
  steps: [-1, 0, 1],
  quantiles: [[-2, 0, 2], [-3, 0, 3], [-4, 0, 4]],
  thumbnails: {key: 'toy'},
  picked: picked(3),
  traversal: {dims: [0, 1], range: 'sigma', sheet: ''},
});
const settled = () => new Promise(done => setImmediate(done));

/** Networks by hand: `asked` are the codes of each question, `answer` and `fail` settle the oldest that is open. */
function pretend({there = true} = {}) {
  const [asked, open, mourners] = [[], [], []];
  const networks = {
    asked,
    open,
    load: async () => (there ? {} : Promise.reject(new Unavailable('404'))),
    decode(file, zs) {
      asked.push([file, zs]);
      return new Promise((resolve, reject) => open.push({resolve: () => resolve({of: zs, pixels: [], width: 1, height: 1}), reject}));
    },
    async answer() {
      open.shift().resolve();
      await settled();
    },
    async die() {
      networks.alive = () => false;
      for (const {reject} of open.splice(0)) reject(new Unavailable('worker'));
      for (const listener of mourners) listener();
      await settled();
    },
    onDeath: listener => mourners.push(listener),
    alive: () => true,
  };
  return networks;
}

/** An explorer whose page decodes, once its network has been loaded; `heard` are its pictures, `calls` its server's. */
async function decoding(networks = pretend(), {load = true, ...more} = {}, codes = undefined) {
  const [heard, calls] = [[], []];
  const called = (name, answer) => async (...args) => (calls.push([name, ...args]), {ok: answer(...args)});
  const explorer = createExplorer({
    decode: called('decode', (name, z) => `${name} ${z}`),
    pick: called('pick', (name, index) => picked(index)),
    traverse: called('traverse', (name, z, dims, range) => ({dims, range, values: [], sheet: ''})),
    place: called('place', () => ({z: [1, 1, 1], neighbours: [3], distance: 0.5, image: ''})),
  }, {networks, codes});
  explorer.on('picture', picture => heard.push(picture.of?.[0] ?? picture));
  explorer.open({...overview(), handle: 'toy', decoder: {file: 'f', cost: 8_000_000}, ...more});
  heard.length = 0;
  if (load) await explorer.decoder.load();
  return {explorer, networks, heard, calls};
}

/** An explorer on a made-up model, and the codes around which its server was asked to walk. */
function explored() {
  const walks = [];
  const explorer = createExplorer({
    decode: async () => ({ok: ''}),
    pick: async (name, index) => ({ok: picked(index)}),
    traverse: async (name, z, dims, range) => {
      walks.push(z);
      return {ok: {dims, range, sheet: ''}};
    },
    place: async () => ({ok: {z: [1, 1, 1], neighbours: [3], distance: 0.5, image: ''}}),
  });
  explorer.open(overview());
  return {explorer, walks};
}

test('the traversal walks from the present z, once the hand rests', async t => {
  t.mock.timers.enable({apis: ['setTimeout']});
  const {explorer, walks} = explored();
  for (const value of [0.5, 1, 1.5]) {
    explorer.setDim(2, value);
    t.mock.timers.tick(REST - 1);
  }
  assert.deepEqual(walks, []);
  assert(explorer.traversing());
  t.mock.timers.tick(1);
  await settled();
  assert.deepEqual(walks, [[0, 0, 1.5]]);
  explorer.place('pca', 4, 4);
  await settled();
  t.mock.timers.tick(REST);
  assert.deepEqual(walks.at(-1), [1, 1, 1]);
  await settled();
  explorer.reset();
  t.mock.timers.tick(REST);
  assert.deepEqual(walks.at(-1), CODES[3]);
});

test('back where it stood nothing is asked for', async t => {
  t.mock.timers.enable({apis: ['setTimeout']});
  const {explorer, walks} = explored();
  let rested = 0;
  explorer.on('rested', () => (rested += 1));
  explorer.setDim(0, 2);
  explorer.reset();
  t.mock.timers.tick(REST);
  await settled();
  assert.deepEqual([walks, rested, explorer.traversing()], [[], 1, false]);
});

test('around the image the rows stay, and a latent that is set leaves the others where they stand', async t => {
  t.mock.timers.enable({apis: ['setTimeout']});
  const {explorer, walks} = explored();
  explorer.pick(5);
  await settled();
  explorer.setAround('image');
  await settled();
  walks.length = 0;
  explorer.setDim(0, 2);
  explorer.setDim(1, -2.25);
  t.mock.timers.tick(2 * REST);
  assert.deepEqual(explorer.state.z, [2, -2.25, 2]);
  assert.deepEqual(walks, []);
  explorer.setAround('z');
  assert.deepEqual(walks, [[2, -2.25, 2]]);
});

test('a walk that fails leaves the menus as they were, and z where it is', async t => {
  t.mock.timers.enable({apis: ['setTimeout']});
  globalThis.fetch = async () => Response.json({});
  const {explorer} = explored();
  const server = {fail: true};
  const failing = createExplorer({decode: async () => ({ok: ''}), traverse: async () => server.fail && {error: 'no'}});
  failing.open(overview());
  failing.setDim(0, 1);
  failing.setAround('image');
  await settled();
  assert.equal(failing.state.around, 'z');
  assert.deepEqual(failing.state.z, [1, 0, 0]);
  assert.equal(explorer.state.around, 'z');
});

test('a model whose file has changed is opened anew, on the same image where it still has it', async () => {
  const asked = [];
  const version = {now: 'toy@1'};
  const explorer = createExplorer({
    open_model: async name => (asked.push(['open_model', name]), {ok: {...overview(), handle: version.now}}),
    pick: async (name, index) => (asked.push(['pick', name, index]), name === version.now ? {ok: picked(index)} : {error: 'changed', key: 'error.changed'}),
    traverse: async () => ({ok: {sheet: ''}}),
  });
  explorer.open({...overview(), handle: 'toy@1'});
  explorer.pick(5);
  await settled();
  version.now = 'toy@2';
  explorer.pick(5);
  await settled();
  await settled();
  assert.deepEqual(asked, [['pick', 'toy@1', 5], ['pick', 'toy@1', 5], ['open_model', 'toy'], ['pick', 'toy@2', 5]]);
  assert.equal(explorer.state.model.handle, 'toy@2');
  assert.equal(explorer.state.picked.index, 5);
});

test('the server decodes until the network is here, then the page does, the newest z last', async () => {
  const {explorer, networks, heard, calls} = await decoding(pretend(), {load: false});
  const standings = [];
  explorer.on('decoder', standing => standings.push(standing));
  explorer.setZ([1, 0, 0]);
  await settled();
  assert.deepEqual([heard, calls], [['toy 1,0,0'], [['decode', 'toy', [1, 0, 0]]]]);
  await explorer.decoder.load();
  assert.deepEqual(standings, [{where: 'page', why: 'page'}]);
  for (const value of [2, 3, 4]) explorer.setZ([value, 0, 0]);
  assert(explorer.busy());
  await networks.answer();
  assert.deepEqual(networks.asked, [['f', [[2, 0, 0]]], ['f', [[4, 0, 0]]]]);
  await networks.answer();
  assert.deepEqual([heard.slice(1), calls.length, explorer.busy()], [[[2, 0, 0], [4, 0, 0]], 1, false]);
});

test('an empty place is decoded by the page as soon as the codes are here', async () => {
  const held = {ready: false, loads: 0};
  const codes = {
    open() {},
    load: async () => void (held.loads += 1),
    here: () => held.ready,
    coordinates: () => null,
    place: (projection, x, y) => (held.ready ? {z: [x, y, 0], neighbours: [0, 1, 2], distance: 0.5, far: true} : null),
  };
  const {explorer, networks, heard, calls} = await decoding(pretend(), {}, codes);
  const zs = [];
  explorer.on('z', z => zs.push(z));
  assert.equal(held.loads, 1);
  explorer.place('pca', 4, 5);
  await settled();
  assert.deepEqual([calls.map(([name]) => name), zs[0].z, held.loads], [['place'], [1, 1, 1], 2]);
  held.ready = true;
  explorer.place('pca', 4, 5);
  await settled();
  await networks.answer();
  assert.deepEqual(zs[1], {z: [4, 5, 0], source: 'between', neighbours: 3, distance: 0.5, far: true});
  assert.deepEqual([heard.at(-1), calls.length, explorer.state.place], [[4, 5, 0], 1, {projection: 'pca', x: 4, y: 5}]);
  explorer.place('pca', 6, 7);
  await networks.die();
  assert.deepEqual(calls.map(([name]) => name), ['place', 'place'], 'the worker has died: the server places');
});

test('a network that is too large, does not come, or has no worker leaves the server to decode', async () => {
  const dead = pretend();
  dead.alive = () => false;
  for (const [networks, more, why] of [[pretend(), {decoder: null}, 'large'], [pretend({there: false}), {}, 'failed'], [dead, {}, 'failed']]) {
    const {explorer, heard} = await decoding(networks, more);
    assert.deepEqual(explorer.decoder.standing(), {where: 'server', why});
    explorer.setZ([1, 0, 0]);
    await settled();
    assert.deepEqual([heard, networks.asked], [['toy 1,0,0'], []]);
  }
});

test('a worker that dies in the middle of a drag leaves the rest of it to the server', async () => {
  const {explorer, networks, heard, calls} = await decoding();
  const errors = [];
  explorer.on('error', text => errors.push(text));
  for (const value of [1, 2, 3]) explorer.setZ([value, 0, 0]);
  await networks.die();
  assert.deepEqual(calls.map(([, , z]) => z), [[1, 0, 0], [3, 0, 0]]);
  assert.deepEqual([heard.at(-1), errors], ['toy 3,0,0', []]);
  assert.deepEqual(explorer.decoder.standing(), {where: 'server', why: 'failed'});
});

test('what the page decodes of one model is not shown in the next', async () => {
  const {explorer, networks, heard} = await decoding();
  explorer.setZ([1, 0, 0]);
  explorer.open({...overview(), handle: 'next', decoder: {file: 'g', cost: 1}});
  heard.length = 0;
  assert.deepEqual(explorer.decoder.standing(), {where: 'server', why: 'coming'});
  explorer.setZ([2, 0, 0]);
  await networks.answer();
  assert.deepEqual(heard, ['next 2,0,0']);
  await explorer.decoder.load();
  explorer.setZ([3, 0, 0]);
  assert.deepEqual(networks.asked.at(-1), ['g', [[3, 0, 0]]]);
});

test('an error in the page is no reason to trouble the server', async t => {
  t.mock.method(console, 'error', () => {});
  const {explorer, networks, calls} = await decoding();
  const errors = [];
  explorer.on('error', text => errors.push(text));
  explorer.setZ([1, 0, 0]);
  networks.open[0].reject(new TypeError('a fault'));
  await settled();
  assert.deepEqual([errors, calls], [['a fault'], []]);
});

test('rows are filled piece by piece from the first one on, and a hand that moves z ends that', async t => {
  t.mock.timers.enable({apis: ['setTimeout']});
  const {explorer, networks, calls} = await decoding();
  const [drawn, cells] = [[], []];
  let walked = 0;
  explorer.on('traversal', answer => drawn.push(answer));
  explorer.on('cells', ({first, of}) => cells.push([first, ...of]));
  explorer.on('walked', () => (walked += 1));
  explorer.setRange('quantiles');
  assert.deepEqual(drawn, [{dims: [0, 1], range: 'quantiles', values: [[-2, 0, 2], [-3, 0, 3]]}]);
  for (let i = 0; i < 6; i++) await networks.answer();
  assert.deepEqual(cells, [[0, [-2, 0, 0]], [1, [0, 0, 0]], [2, [2, 0, 0]], [3, [0, -3, 0]], [4, [0, 0, 0]], [5, [0, 3, 0]]]);
  assert.deepEqual([walked, explorer.traversing(), calls], [1, false, []]);

  explorer.setRange('sigma');
  await networks.answer();
  explorer.setDim(2, 2);
  await networks.answer(); // the cell that was under way, and then no more of them
  await networks.answer(); // the picture of z
  assert.deepEqual([cells.length, networks.open.length, walked, explorer.traversing()], [7, 0, 1, true]);
  explorer.setDim(2, 0); // back where the rows began: they are not all there
  await networks.answer();
  t.mock.timers.tick(REST);
  for (let i = 0; i < 6; i++) await networks.answer();
  assert.deepEqual([cells.length, walked, explorer.traversing()], [13, 2, false]);
});

test('rows whose worker dies come from the server', async t => {
  t.mock.timers.enable({apis: ['setTimeout']});
  const {explorer, networks, calls} = await decoding();
  const sheets = [];
  explorer.on('traversal', ({sheet}) => sheets.push(sheet));
  explorer.setRange('quantiles');
  await networks.answer();
  await networks.die();
  assert.deepEqual([sheets, calls], [[undefined, ''], [['traverse', 'toy', [0, 0, 0], [0, 1], 'quantiles']]]);
});

test('without the server z and rows go on, images come that have been here, and the rest waits for it', async t => {
  t.mock.timers.enable({apis: ['setTimeout']});
  const {explorer, networks, heard} = await decoding();
  explorer.pick(5);
  await settled();
  await explorer.decoder.load();
  t.mock.timers.tick(REST);
  while (networks.open.length) await networks.answer();
  globalThis.fetch = async () => Promise.reject(new TypeError('offline'));
  const {ask} = await import('../kit/js/connection.js');
  assert.equal(await ask(), false);

  explorer.pick(3);
  assert.deepEqual([explorer.state.picked.index, heard.at(-1)], [3, 'of 3']);
  explorer.setZ([1, 1, 1]);
  while (networks.open.length) await networks.answer();
  t.mock.timers.tick(REST);
  while (networks.open.length) await networks.answer();
  assert.deepEqual([heard.at(-1), explorer.busy(), explorer.traversing()], [[1, 1, 1], false, false]);
  globalThis.fetch = async () => Response.json({});
  assert.equal(await ask(), true);
});

test('a server that is back is asked again for a network that did not come', async () => {
  const networks = pretend({there: false});
  const {explorer} = await decoding(networks);
  const {ask} = await import('../kit/js/connection.js');
  globalThis.fetch = async () => Promise.reject(new TypeError('offline'));
  await ask();
  networks.load = async () => ({});
  globalThis.fetch = async () => Response.json({});
  await ask();
  await settled();
  assert.deepEqual(explorer.decoder.standing(), {where: 'page', why: 'page'});
});
