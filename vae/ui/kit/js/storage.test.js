import assert from 'node:assert/strict';
import {afterEach, test} from 'node:test';

import {ownerToken, recall, remember} from './storage.js';

const refuse = () => {
  throw new Error('refused');
};
function stored() {
  const values = new Map();
  const storage = {getItem: key => values.get(key) ?? null, setItem: (key, value) => values.set(key, value), removeItem: key => values.delete(key)};
  return {values, storage};
}
const put = storage => Object.defineProperty(globalThis, 'localStorage', {value: storage, configurable: true});

afterEach(() => {
  for (const key of ['a', 'owner']) remember(key, null);
  delete globalThis.localStorage;
});

for (const [where, make] of [
  ['in the browser', () => stored().storage],
  ['in the page, where storage is refused', () => ({getItem: refuse, setItem: refuse, removeItem: refuse})],
]) {
  test(`a text is remembered ${where}, and forgotten`, t => {
    t.mock.method(console, 'info', () => {});
    put(make());
    assert.equal(recall('a'), null);
    remember('a', 'text');
    assert.equal(recall('a'), 'text');
    remember('a', null);
    assert.equal(recall('a'), null);
  });
}

test('what an earlier visit has remembered is recalled under the app\'s own name', () => {
  const {values, storage} = stored();
  put(storage);
  values.set('latent-space-explorer.a', 'before');
  values.set('b', 'of another app');
  assert.equal(recall('a'), 'before');
  assert.equal(recall('b'), null);
});

test('the owner\'s token is made once and is 128 bits', () => {
  const {values, storage} = stored();
  put(storage);
  const token = ownerToken();
  assert.match(token, /^[0-9a-f]{32}$/);
  assert.equal(ownerToken(), token);
  values.set('latent-space-explorer.owner', 'tampered');
  const other = ownerToken();
  assert.match(other, /^[0-9a-f]{32}$/);
  assert.notEqual(other, token);
});
