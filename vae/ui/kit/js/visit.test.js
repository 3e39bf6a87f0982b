import assert from 'node:assert/strict';
import {test} from 'node:test';

const opened = [];
globalThis.document = {querySelector: selector => ({click: () => opened.push(selector)})};
const {onVisit, visit} = await import('./visit.js');

test('a tab takes what it is handed, also what came before it was drawn', () => {
  const taken = [];
  visit('compare', {model: 'a'});
  visit('compare', {model: 'b'});
  onVisit('compare', what => taken.push(what.model));
  visit('compare', {model: 'c'});
  visit('explore', {model: 'd'});
  assert.deepEqual(taken, ['b', 'c']);
  assert.deepEqual(opened.map(selector => selector.match(/data-tab-id=(\w+)/)[1]), ['compare', 'compare', 'compare', 'explore']);
});
