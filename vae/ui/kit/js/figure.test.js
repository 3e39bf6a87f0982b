import assert from 'node:assert/strict';
import {test} from 'node:test';

import {spokenLabel, translated} from './figure.js';

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

test('lines of a text stand below each other, and in a label after each other, where nothing is a tag', () => {
  const line = (key, values) => `t:${JSON.stringify({key, values})}`;
  const both = `${line('map.opening', {name: 'a\nb'})}\n${line('map.opening', {name: '<b>'})}`;
  const [first, second] = translated(both).split('<br>');
  assert(first.includes('a\nb') && second.includes('&lt;b&gt;'));
  const label = spokenLabel({layout: {meta: {label: both}}});
  assert(label.includes('<b>') && !label.includes('<br>'));
});
