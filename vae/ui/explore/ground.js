// What shows through a picture that is transparent in parts: the same choice as data/own/levels.py makes for a set.

import {GROUNDS, GROUND_CONTRAST} from '../kit/js/constants.js';

/**
 * The ground on which a picture keeps its contrast: of the names in GROUNDS the first that does, else the best of them;
 * null where nothing is transparent.
 * @param data red, green, blue and alpha of its pixels, 0 to 255
 */
export function ground(data) {
  const sums = Object.values(GROUNDS).map(() => 0);
  let [weight, clear] = [0, false];
  for (let at = 0; at < data.length; at += 4) {
    const alpha = data[at + 3];
    clear ||= alpha < 255;
    weight += alpha;
    Object.values(GROUNDS).forEach((level, i) => {
      const apart = Math.max(...[0, 1, 2].map(channel => Math.abs(data[at + channel] - level)));
      sums[i] += alpha * apart ** 2;
    });
  }
  if (!clear) return null;
  const names = Object.keys(GROUNDS);
  const contrasts = sums.map(sum => (weight ? Math.sqrt(sum / weight) : Infinity));
  return names.find((_, i) => contrasts[i] >= GROUND_CONTRAST) ?? names[contrasts.indexOf(Math.max(...contrasts))];
}
