import assert from 'node:assert/strict';
import {test} from 'node:test';

import {MOST_LATENT} from './constants.js';
import {clampLatent, normal} from './latent.js';

test('a latent goes as far as the server decodes, and to where the image lies', () => {
  assert.equal(clampLatent(1.5), 1.5);
  assert.equal(clampLatent(-1e9), -MOST_LATENT);
  assert.equal(clampLatent(MOST_LATENT + 3, MOST_LATENT + 2), MOST_LATENT + 2);
  assert.equal(clampLatent(-MOST_LATENT - 3, MOST_LATENT + 5), -MOST_LATENT - 3);
});

test('draws have the mean, the variance and the tails of N(0, 1)', () => {
  const draws = Array.from({length: 20_000}, normal);
  const mean = values => values.reduce((sum, value) => sum + value, 0) / values.length;
  assert(Math.abs(mean(draws)) < 0.04 && Math.abs(mean(draws.map(value => value ** 2)) - 1) < 0.06);
  assert(Math.abs(mean(draws.map(value => value < -1 || value > 1)) - 0.3173) < 0.02);
});
