// How far out a latent may be put.

import {MOST_LATENT} from './constants.js';

/** The value, or the nearest one that the server decodes; the picked image's own `code` may lie further out. */
export function clampLatent(value, code = 0) {
  const limit = Math.max(MOST_LATENT, Math.abs(code));
  return Math.min(Math.max(value, -limit), limit);
}
