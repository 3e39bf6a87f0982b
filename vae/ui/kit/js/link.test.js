import assert from 'node:assert/strict';
import {test} from 'node:test';

const listeners = {};
let entries = [{state: null, search: ''}];
let at = 0;
const go = (url, state) => ({state, search: new URL(url, 'http://localhost/').search});
globalThis.location = {pathname: '/', hash: '', get search() { return entries[at].search; }};
globalThis.history = {
  get state() { return entries[at].state; },
  replaceState: (state, _, url) => (entries[at] = go(url, structuredClone(state))),
  pushState(state, _, url) {
    entries = [...entries.slice(0, at + 1), go(url, structuredClone(state))];
    at += 1;
  },
  back() {
    at -= 1;
    listeners.popstate({state: entries[at].state});
  },
};
globalThis.window = globalThis;
window.parent = window;
globalThis.addEventListener = (name, listener) => (listeners[name] = listener);
globalThis.ResizeObserver = class { observe() {} };
globalThis.document = {querySelector: selector => ({click: () => open(selector.match(/"(\w+)"/)[1])})};

const {begin, describe, isSecret, moved} = await import('./link.js');

const tabs = {explore: {model: 'a', image: 1}, compare: {left: 'a', right: 'b', image: 1}, train: {dataset: 'digits'}};
const elements = Object.fromEntries(Object.keys(tabs).map(name => [name, {clientWidth: 0, addEventListener() {}}]));
const waiting = []; // tabs that follow somebody back in their own time
function open(name) {
  for (const [tab, element] of Object.entries(elements)) element.clientWidth = tab === name ? 1 : 0;
}
open('explore');
for (const name of ['explore', 'compare']) {
  describe(name, elements[name], () => tabs[name], ({tab, ...state}, there) => waiting.push(() => {
    tabs[name] = state;
    there();
  }));
}
describe('train', elements.train, () => tabs.train);

test("a visitor's model is told by its kind and its token, not by how a name begins", () => {
  const token = 'Ab3_-'.repeat(5).slice(0, 22);
  for (const kind of ['run', 'up']) assert(isSecret(`${kind}-${token}`));
  for (const name of ['up-scaled', 'run-1', `digits-${token}`, `up-${token}x`, `my-up-${token}`, 'up-' + 'ä'.repeat(22)]) assert(!isSecret(name));
});

test('another tab, model or image is an entry of its own, and Back returns through them', t => {
  t.mock.timers.enable({apis: ['setTimeout']});
  const write = () => {
    moved();
    t.mock.timers.tick(500);
  };
  const searches = () => entries.map(({search}) => search);
  begin();
  assert.deepEqual(searches(), [''], 'a page that nobody has touched keeps its plain address');

  for (const value of [0.1, 0.2, 0.3]) {
    tabs.explore = {...tabs.explore, z: {0: value}};
    write();
  }
  assert.deepEqual(searches(), ['?tab=explore&model=a&image=1&z=0:0.3'], 'a slider adds nothing');
  tabs.explore = {model: 'a', image: 2};
  write();
  tabs.explore = {model: 'b', image: 9};
  write();
  open('compare');
  tabs.compare = {left: 'a', right: 'b'}; // its image is still on its way
  write();
  tabs.compare = {left: 'a', right: 'b', image: 1};
  write();
  open('train');
  write();
  const visited = ['?tab=explore&model=a&image=1&z=0:0.3', '?tab=explore&model=a&image=2', '?tab=explore&model=b&image=9', '?tab=compare&left=a&right=b&image=1', '?tab=train&dataset=digits'];
  assert.deepEqual(searches(), visited);

  for (const step of [3, 2, 1, 0]) {
    history.back();
    write(); // nothing is written before the tab is there
    assert.deepEqual(searches(), visited);
    waiting.shift()();
    t.mock.timers.tick(500);
    assert.deepEqual([searches(), at], [visited, step]);
    assert.equal(elements[step === 3 ? 'compare' : 'explore'].clientWidth, 1);
  }
  assert.deepEqual(tabs.explore, {model: 'a', image: 1, z: {0: 0.3}});
});

test('whoever does something on the way back goes on from there', t => {
  t.mock.timers.enable({apis: ['setTimeout']});
  tabs.explore = {model: 'a', image: 5};
  moved();
  t.mock.timers.tick(500);
  assert.equal(at, 1);
  history.back();
  tabs.explore = {model: 'a', image: 7};
  moved();
  listeners.pointerdown();
  t.mock.timers.tick(500);
  assert.deepEqual([entries.length, entries[at].search], [2, '?tab=explore&model=a&image=7']);
});
