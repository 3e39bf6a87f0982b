import assert from 'node:assert/strict';
import {test} from 'node:test';

import {placed, TERMS} from './glossary.js';
import {has} from './strings.js';

test('every term has a name and a definition', () => {
  assert(TERMS.length > 15);
  for (const {key} of TERMS) assert(has(`glossary.${key}`) && has(`glossary.${key}_text`), key);
});

test('a note stands below what it explains, above it near the foot, and never leaves the window', () => {
  assert.deepEqual(placed({left: 100, top: 40, bottom: 60}, 1400, 900), {left: 100, width: 340, top: 66, maxHeight: 826});
  assert.deepEqual(placed({left: 1380, top: 800, bottom: 820}, 1400, 900), {left: 1052, width: 340, bottom: 106, maxHeight: 786});
  assert.deepEqual(placed({left: 300, top: 40, bottom: 60}, 320, 600), {left: 8, width: 304, top: 66, maxHeight: 526});
});
