// What a network that reads pictures says of their factors: the twin of vae/evaluation/reader/embedding.py.

import {nearest} from '../kit/js/arrays.js';

const RADIUS = 1 / 2; // of the disc of a cyclic factor, whose diameter is the factor's range
const SCALE = Math.SQRT1_2; // brings two certain and unlike values to distance 1

// Of each kind of factor with `count` values: how many numbers a reading has; how they are held to where values can lie;
// and which value lies nearest.
const KINDS = {
  ordered: {
    width: () => 1,
    confined: ([value]) => [Math.min(Math.max(value, 0), 1)],
    value: ([value], count) => nearest(Array.from({length: count}, (_, i) => i / Math.max(count - 1, 1)), value),
  },
  cyclic: {
    width: () => 2,
    confined([x, y]) {
      const shrink = Math.max(Math.hypot(x, y) / RADIUS, 1);
      return [x / shrink, y / shrink];
    },
    value([x, y], count) {
      const turn = 2 * Math.PI;
      const step = Math.round(((Math.atan2(y, x) + turn) / turn) * (count - 1));
      return step % (count - 1); // first and last value are one place
    },
  },
  unordered: {
    width: count => count,
    confined(numbers) {
      const top = Math.max(...numbers);
      const shares = numbers.map(number => Math.exp(number - top));
      const sum = shares.reduce((total, share) => total + share, 0);
      return shares.map(share => (SCALE * share) / sum);
    },
    value: shares => shares.indexOf(Math.max(...shares)),
  },
};

/**
 * The reading of one picture.
 *
 * @param factors [{kind: "ordered", "cyclic" or "unordered", values: their names}]
 * @param output what the network says, one factor's numbers after the other's
 * @return {at: of each factor where the picture stands, in a space whose unit is the factor's range, values: the names
 *   that lie nearest}
 */
export function readingOf(factors, output) {
  const at = [];
  const values = [];
  let from = 0;
  for (const {kind, values: names} of factors) {
    const {width, confined, value} = KINDS[kind];
    const place = confined([...output.slice(from, from + width(names.length))]);
    from += width(names.length);
    at.push(place);
    values.push(names[value(place, names.length)]);
  }
  return {at, values};
}
