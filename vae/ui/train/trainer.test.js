import assert from 'node:assert/strict';
import {test} from 'node:test';

globalThis.document = {hidden: false, addEventListener() {}};
globalThis.window = {gradio_config: {root: 'http://localhost', api_prefix: ''}};
globalThis.fetch = async () => Response.json({}); // the server is there
console.info = () => {}; // nothing can be remembered here
const {createTrainer} = await import('./trainer.js');

test('a look whose map lies on other axes is asked for anew, others are kept', async t => {
  t.mock.timers.enable({apis: ['setTimeout']});
  const asked = [];
  const empty = {reconstructions: '', samples: '', traversal: {uri: ''}, map: {x: '', y: ''}};
  const look = async (owner, run, step) => {
    asked.push(step);
    return {ok: {step, axes: asked.includes(2) ? 2 : 1, ...empty}};
  };
  const trainer = createTrainer({look, poll: () => new Promise(() => {})}, () => true);
  trainer.attach('run');
  const axes = [];
  for (const step of [0, 1, 1, 2, 1, 2]) axes.push((await trainer.look(step)).axes);
  trainer.attach(null);
  assert.deepEqual(asked, [0, 1, 2, 1]);
  assert.deepEqual(axes, [1, 1, 1, 2, 2, 2]);
});

test('a poll that a server refuses which is there is asked again, and no sentence is said', async () => {
  const sentences = [];
  const trainer = createTrainer({poll: async () => undefined}, () => true);
  trainer.on('error', text => sentences.push(text));
  await new Promise(done => {
    trainer.on('status', () => trainer.state.lost && done());
    trainer.attach('run');
  });
  trainer.attach(null);
  assert.deepEqual(sentences, []);
});
