import assert from 'node:assert/strict';
import {test} from 'node:test';

import {originalOf} from './original.js';

test('what stands beside a reconstruction is called what it is', () => {
  const missing = {key: 'data.unknown_here', values: {}};
  assert.equal(originalOf({missing: null}), 'inspector.original');
  assert.equal(originalOf({missing, drawn: false}), 'inspector.stored');
  assert.equal(originalOf({missing, drawn: true}), 'inspector.drawn');
});
