import assert from 'node:assert/strict';
import {test} from 'node:test';

globalThis.document = {hidden: true, addEventListener() {}};
globalThis.window = {gradio_config: {root: 'http://localhost', api_prefix: ''}};
const {createExplorer} = await import('./explorer.js');
const {REST} = await import('../kit/js/rest.js');

const CODES = {3: [0, 0, 0], 5: [0.5, -1, 2]};
const picked = index => ({index, z: CODES[index], reconstruction: `of ${index}`});
const base64 = values => Buffer.from(new Int32Array(values).buffer).toString('base64');
const overview = () => ({
  name: 'toy',
  index: base64([3, 5]),
  dims: 3,
  thumbnails: {key: 'toy'},
  picked: picked(3),
  traversal: {dims: [0, 1], range: 'sigma', sheet: ''},
});
const settled = () => new Promise(done => setImmediate(done));

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
