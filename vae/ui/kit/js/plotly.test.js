import assert from 'node:assert/strict';
import {test} from 'node:test';

import {RETRY, plotly} from './plotly.js';

const asked = () => new Promise(done => setImmediate(done)); // its address is looked up first

test('a script that could not be had is asked for again ten seconds later, and one that came never again', async context => {
  context.mock.timers.enable({apis: ['setTimeout']});
  const scripts = [];
  globalThis.window = {gradio_config: {root: 'http://localhost'}};
  globalThis.document = {createElement: () => ({remove() {}}), head: {append: script => scripts.push(script)}};

  const [first, beside] = [plotly(), plotly()];
  await asked();
  assert.equal(scripts.length, 1, 'two charts ask once');
  scripts[0].onerror();
  await Promise.all([first, beside].map(refused => assert.rejects(refused)));

  context.mock.timers.tick(RETRY - 1);
  await assert.rejects(plotly());
  assert.equal(scripts.length, 1, 'not before its time');
  context.mock.timers.tick(1);
  const second = plotly();
  await asked();
  assert.equal(scripts.length, 2);
  window.Plotly = {react() {}};
  scripts[1].onload();
  assert.equal(await second, window.Plotly);

  context.mock.timers.tick(2 * RETRY);
  assert.equal(await plotly(), window.Plotly);
  assert.equal(scripts.length, 2);
});
