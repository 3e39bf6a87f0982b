import assert from 'node:assert/strict';
import {test} from 'node:test';

import {change, shared, watch} from './store.js';

test('who watches is told of a change, once, and not by oneself', () => {
  const heard = [];
  const first = value => heard.push(['first', value]);
  const second = value => heard.push(['second', value]);
  const stop = watch('model', first);
  watch('model', second);
  watch('training', () => heard.push('another key'));
  change('model', 'a');
  change('model', 'a');
  change('model', 'b', first);
  stop();
  change('model', 'c');
  assert.deepEqual(heard, [['first', 'a'], ['second', 'a'], ['second', 'b'], ['second', 'c']]);
  assert.equal(shared.model, 'c');
});
