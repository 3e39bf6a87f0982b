import assert from 'node:assert/strict';
import {test} from 'node:test';

import {createRest, REST} from './rest.js';

test('whoever stirs again puts it off, and what is called off never comes', t => {
  t.mock.timers.enable({apis: ['setTimeout']});
  let acts = 0;
  const rest = createRest(() => (acts += 1));
  for (let i = 0; i < 5; i += 1) {
    rest.stir();
    t.mock.timers.tick(REST - 1);
  }
  assert.equal(acts, 0);
  assert(rest.busy());
  t.mock.timers.tick(1);
  assert.equal(acts, 1);
  assert(!rest.busy());
  rest.stir();
  rest.still();
  t.mock.timers.tick(REST);
  assert.equal(acts, 1);
});
