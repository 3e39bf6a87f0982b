// The points of the map as plain arrays, and who is nearest to whom.

/** Points x, y with a mask of hidden rows. All searches look at visible rows only. */
export function createPoints(x, y) {
  const hidden = new Uint8Array(x.length);

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
      if (along <= 0 || across > along) continue;
      const distance = along + 2 * across; // rather straight ahead than aside
      if (distance < least) {
        least = distance;
        best = i;
      }
    }
    return best;
  }

  return {x, y, hidden, nearest, towards};
}
