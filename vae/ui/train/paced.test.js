import assert from 'node:assert/strict';
import {test} from 'node:test';

import {paced} from './paced.js';

test('work is done at once, then once for all that was asked for meanwhile, and no more than one piece at a time', async t => {
  t.mock.timers.enable({apis: ['setTimeout']});
  const settle = () => new Promise(done => setImmediate(done));
  let [begun, end] = [0, null];
  const ask = paced(() => {
    begun += 1;
    return new Promise(done => (end = done));
  }, 250);
  for (let i = 0; i < 100; i++) ask();
  assert.equal(begun, 1);
  t.mock.timers.tick(10_000);
  assert.equal(begun, 1, 'it is not over yet');
  end();
  await settle();
  t.mock.timers.tick(249);
  assert.equal(begun, 1);
  t.mock.timers.tick(1);
  assert.equal(begun, 2);
  end();
  await settle();
  t.mock.timers.tick(10_000);
  assert.equal(begun, 2, 'nobody has asked again');
  ask();
  assert.equal(begun, 3);
});
