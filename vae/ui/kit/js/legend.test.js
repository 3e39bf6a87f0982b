import assert from 'node:assert/strict';
import {test} from 'node:test';

import {isolated, toggled} from './legend.js';

test('a press hides an entry or brings it back, and leaves what it was given', () => {
  const hidden = new Set(['kl']);
  assert.deepEqual([...toggled(hidden, 'loss')], ['kl', 'loss']);
  assert.deepEqual([...toggled(hidden, 'kl')], []);
  assert.deepEqual([...hidden], ['kl']);
});

test('an entry is isolated whatever was hidden, and a second time all come back', () => {
  const codes = [0, 1, 2];
  const alone = isolated(new Set([1]), 1, codes);
  assert.deepEqual([...alone], [0, 2]);
  assert.deepEqual([...isolated(alone, 1, codes)], []);
  assert.deepEqual([...isolated(alone, 0, codes)], [1, 2]);
});
