// What the page remembers between visits. Storage is refused in some private windows and embedded frames: it is then
// remembered for as long as the page stands.

import {STORAGE_PREFIX} from './constants.js';

const kept = new Map();

export function recall(key) {
  try {
    return localStorage.getItem(STORAGE_PREFIX + key) ?? kept.get(key) ?? null;
  } catch {
    return kept.get(key) ?? null;
  }
}

/** Remember a text, or forget it for null. */
export function remember(key, value) {
  if (value === null) kept.delete(key);
  else kept.set(key, value);
  try {
    if (value === null) localStorage.removeItem(STORAGE_PREFIX + key);
    else localStorage.setItem(STORAGE_PREFIX + key, value);
  } catch {
    console.info('Nothing can be remembered here.');
  }
}

/** The token that makes runs one's own: unguessable, made once. */
export function ownerToken() {
  const known = recall('owner');
  if (/^[0-9a-f]{32}$/.test(known ?? '')) return known;
  const token = Array.from(crypto.getRandomValues(new Uint8Array(16)), byte => byte.toString(16).padStart(2, '0')).join('');
  remember('owner', token);
  return token;
}
