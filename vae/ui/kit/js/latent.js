// Values of a latent: how far out it may be put, and draws from the prior.

import {MOST_LATENT} from './constants.js';

/** The value, or the nearest one that the server decodes; the picked image's own `code` may lie further out. */
export function clampLatent(value, code = 0) {
  const limit = Math.max(MOST_LATENT, Math.abs(code));
  return Math.min(Math.max(value, -limit), limit);
}

/** One draw from the prior N(0, 1), by Box and Muller. */
export const normal = () => Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());
