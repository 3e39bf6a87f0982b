import assert from 'node:assert/strict';
import {test} from 'node:test';

import {createFigure, spokenLabel, translated} from './figure.js';
import {RETRY} from './plotly.js';

test('texts become the page\'s, numbers in them are written out, and tags in values are no tags', () => {
  const key = words => `t:${JSON.stringify(words)}`;
  const figure = {
    layout: {xaxis: {title: {text: key({key: 'rates.x', values: {}})}}},
    data: [{name: key({key: 'rates.dot_rate', values: {nats: 1234.56}}), text: [key({key: 'map.opening', values: {name: '<b>x</b>'}})], y: {dtype: 'f8', bdata: 'AA=='}}],
  };
  const {data, layout} = translated(figure);
  assert(!layout.xaxis.title.text.startsWith('t:'));
  assert(data[0].name.includes('1,235'), data[0].name);
  assert(data[0].text[0].includes('&lt;b&gt;x&lt;/b&gt;'));
  assert.deepEqual(data[0].y, {dtype: 'f8', bdata: 'AA=='});
});

test('sentences within a sentence have their numbers written out too, with commas between them', () => {
  const facts = [{key: 'rates.dot_rate', values: {nats: 1234.56}}, {key: 'rates.dot_mig', values: {mig: 0.126}}];
  const label = `t:${JSON.stringify({key: 'rates.label_one', values: {name: '<b>', facts}})}`;
  assert.equal(spokenLabel({layout: {meta: {label}}}), '<b>: rate 1,235 nats, MIG of means 0.13.');
});

test('lines of a text stand below each other, and in a label after each other, where nothing is a tag', () => {
  const line = (key, values) => `t:${JSON.stringify({key, values})}`;
  const both = `${line('map.opening', {name: 'a\nb'})}\n${line('map.opening', {name: '<b>'})}`;
  const [first, second] = translated(both).split('<br>');
  assert(first.includes('a\nb') && second.includes('&lt;b&gt;'));
  const label = spokenLabel({layout: {meta: {label: both}}});
  assert(label.includes('<b>') && !label.includes('<br>'));
});

/** As much of an element as a chart asks for. */
class Element {
  constructor() {
    Object.assign(this, {attributes: {}, children: [], style: {}, clientWidth: 600, isConnected: false, classList: {contains: () => false}});
  }
  setAttribute(name, value) {
    this.attributes[name] = value;
  }
  removeAttribute(name) {
    delete this.attributes[name];
  }
  append(...children) {
    this.children.push(...children);
  }
  replaceChildren(...children) {
    this.children = children;
  }
  after(next) {
    Object.assign(this, {next}).next.isConnected = true;
  }
  remove() {}
}
const texts = ({textContent, children}) => textContent ?? children.map(texts);

test('a chart without Plotly is its label, with its table beside it, and is drawn when the script comes ten seconds later', async context => {
  context.mock.timers.enable({apis: ['setTimeout']});
  const scripts = [];
  const observer = class {
    observe() {}
  };
  const colours = {getPropertyValue: () => '#000', fontFamily: 'sans-serif'};
  Object.assign(globalThis, {
    window: {gradio_config: {root: 'http://localhost'}},
    document: {createElement: () => new Element(), head: {append: script => scripts.push(script)}, body: {classList: {contains: () => false}}},
    ResizeObserver: observer,
    MutationObserver: observer,
    getComputedStyle: () => colours,
  });
  const settled = () => new Promise(setImmediate);
  const named = factor => `t:${JSON.stringify({key: 'figure.factor', values: {factor}})}`;
  const label = `t:${JSON.stringify({key: 'information.label', values: {}})}`;
  const element = new Element();
  const chart = createFigure(element, 300);

  chart.show({data: [], layout: {meta: {label}}, table: {head: ['', named('x <b>')], rows: [['z0', '0.25'], ['z1', '0.50']]}});
  await settled();
  scripts[0].onerror();
  await settled();
  const sentence = spokenLabel({layout: {meta: {label}}});
  assert.deepEqual(element.children.map(texts), [sentence]);
  assert.deepEqual(element.attributes, {}, 'a text is no image');
  assert.deepEqual(texts(element.next), [[sentence, [[[], 'x <b>']], [['z0', '0.25'], ['z1', '0.50']]]]);

  const drawings = [];
  context.mock.timers.tick(RETRY);
  await settled();
  window.Plotly = {react: async (box, data, layout) => drawings.push(layout)};
  scripts[1].onload();
  await settled();
  assert.deepEqual(drawings.map(({width, height}) => [width, height]), [[600, 300]]);
  assert.deepEqual(element.attributes, {role: 'img', 'aria-label': sentence});

  chart.show({data: [], layout: {meta: {label}}});
  await settled();
  assert(element.next.hidden, 'a figure without a table leaves none of the last one');
});
