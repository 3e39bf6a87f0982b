import assert from 'node:assert/strict';
import {test} from 'node:test';

import {MOST_LATENT} from './constants.js';
import {clampLatent} from './latent.js';

test('a latent goes as far as the server decodes, and to where the image lies', () => {
  assert.equal(clampLatent(1.5), 1.5);
  assert.equal(clampLatent(-1e9), -MOST_LATENT);
  assert.equal(clampLatent(MOST_LATENT + 3, MOST_LATENT + 2), MOST_LATENT + 2);
  assert.equal(clampLatent(-MOST_LATENT - 3, MOST_LATENT + 5), -MOST_LATENT - 3);
});
