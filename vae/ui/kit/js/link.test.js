import assert from 'node:assert/strict';
import {test} from 'node:test';

globalThis.location = {search: ''};
const {isSecret} = await import('./link.js');

test("a visitor's model is told by its kind and its token, not by how a name begins", () => {
  const token = 'Ab3_-'.repeat(5).slice(0, 22);
  for (const kind of ['run', 'up']) assert(isSecret(`${kind}-${token}`));
  for (const name of ['up-scaled', 'run-1', `digits-${token}`, `up-${token}x`, `my-up-${token}`, 'up-' + 'ä'.repeat(22)]) assert(!isSecret(name));
});
