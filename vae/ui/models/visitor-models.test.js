import assert from 'node:assert/strict';
import {test} from 'node:test';

import {MOST_MODELS} from '../kit/js/constants.js';
import {recall, remember} from '../kit/js/storage.js';

console.info = () => {}; // nothing can be remembered here beyond this page
const model = name => ({name, title: `Title of ${name}`, group: 'Digits'});
/** The module as a page that has just been opened has it. */
const visited = async () => import(`./visitor-models.js?${Math.random()}`);

test('every picker is told of every model, once', async () => {
  const {announce, onModels} = await visited();
  const [early, late] = [[], []];
  onModels(({name}) => early.push(name));
  for (const name of ['a', 'b', 'a']) announce(model(name));
  onModels(({name}) => late.push(name));
  assert.deepEqual([early, late], [['a', 'b'], ['a', 'b']]);
});

test('those of earlier visits come back as far as the server still has them', async () => {
  remember('models', null);
  const before = await visited();
  for (const name of ['a', 'b', 'c']) before.announce(model(name));
  const now = await visited();
  const back = [];
  now.onModels(entry => back.push(entry));
  await now.restoreModels(async names => names.filter(name => name !== 'b'));
  assert.deepEqual(back, ['a', 'c'].map(model));
  assert.deepEqual(JSON.parse(recall('models')).map(({name}) => name), ['a', 'c']);
});

test('no more are remembered than the server may be asked about, the last ones', async () => {
  remember('models', null);
  const {announce} = await visited();
  for (let i = 0; i < MOST_MODELS + 3; i++) announce(model(`m${i}`));
  const names = JSON.parse(recall('models')).map(({name}) => name);
  assert.deepEqual(names, Array.from({length: MOST_MODELS}, (_, i) => `m${i + 3}`));
});

test('what this page has not written is passed over', async () => {
  for (const text of ['{', 'null', '{"name": 1}', '[{"name": 1, "title": "a", "group": "b"}]']) {
    remember('models', text);
    const {restoreModels} = await visited();
    await restoreModels(() => assert.fail(text));
  }
});

test('a run is called by its data and objective', async () => {
  const {announce, onModels} = await visited();
  let title = '';
  onModels(entry => (title = entry.title));
  announce({name: 'run-1', run: {title: 'no name', objective: 'vae', started: 0}, group: 'Mine'});
  assert.match(title, /no name/);
  assert.doesNotMatch(title, /[{}]|train\./);
});

test('a file that was made anew outdates what it held before', async () => {
  const {outdated, renew} = await visited();
  assert(!outdated({name: 'run-1', trained: 100}));
  renew('run-1', 200);
  assert(outdated({name: 'run-1', trained: 100}));
  assert(!outdated({name: 'run-1', trained: 200}) && !outdated({name: 'run-2', trained: 100}));
});
