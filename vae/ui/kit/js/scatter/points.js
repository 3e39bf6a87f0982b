// The points of the map as plain arrays, and who is nearest to whom.

import {extent} from './view.js';

/**
 * Points x, y with a mask of hidden rows. All searches look at visible rows only, and never find one whose place is not
 * a number; `placed` counts those that have one.
 */
export function createPoints(x, y) {
  const hidden = new Uint8Array(x.length);
  const placed = x.reduce((count, value, i) => count + !Number.isNaN(value + y[i]), 0);

  /** The row nearest to (px, py) in data units, or -1; `reach` is the largest distance. */
  function nearest(px, py, reach = Infinity) {
    let best = -1;
    let least = reach * reach;
    for (let i = 0; i < x.length; i++) {
      if (hidden[i]) continue;
      const distance = (x[i] - px) ** 2 + (y[i] - py) ** 2;
      if (distance <= least) {
        least = distance;
        best = i;
      }
    }
    return best;
  }

  /** The nearest row from `row` in direction (dx, dy), within 45 degrees of it: what an arrow key means. */
  function towards(row, dx, dy) {
    let best = -1;
    let least = Infinity;
    for (let i = 0; i < x.length; i++) {
      if (hidden[i] || i === row) continue;
      const along = (x[i] - x[row]) * dx + (y[i] - y[row]) * dy;
      const across = Math.abs((x[i] - x[row]) * dy - (y[i] - y[row]) * dx);
      if (!(along > 0 && across <= along)) continue;
      const distance = along + 2 * across; // rather straight ahead than aside
      if (distance < least) {
        least = distance;
        best = i;
      }
    }
    return best;
  }

  /** The n places [x, y] furthest from any point, none near another, in the middle nine tenths of what the points span. */
  function emptiest(n, steps = 20) {
    const between = ([low, high], step) => low + (high - low) * (0.05 + (0.9 * step) / (steps - 1));
    const {x: across, y: up} = extent({x, y});
    const apart = (a, b) => Math.hypot((a[0] - b[0]) / (across[1] - across[0] || 1), (a[1] - b[1]) / (up[1] - up[0] || 1));
    const places = Array.from({length: steps * steps}, (_, i) => {
      const place = [between(across, i % steps), between(up, Math.floor(i / steps))];
      const row = nearest(...place);
      return {place, room: row < 0 ? 0 : Math.hypot(x[row] - place[0], y[row] - place[1])};
    });
    const empty = [];
    for (const {place} of places.sort((a, b) => b.room - a.room)) {
      if (empty.length === n) break;
      if (empty.every(other => apart(place, other) > 0.3)) empty.push(place);
    }
    return empty;
  }

  return {x, y, hidden, placed, nearest, towards, emptiest};
}
