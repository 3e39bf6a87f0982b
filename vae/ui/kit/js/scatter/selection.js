// Which points a box or a lasso holds, and what they are.

/** Does a closed path of places go round a place? Even-odd rule. */
export function surrounds({x, y}, atX, atY) {
  let within = false;
  for (let i = 0, j = x.length - 1; i < x.length; j = i++) {
    if (y[i] > atY !== y[j] > atY && atX < ((x[j] - x[i]) * (atY - y[i])) / (y[j] - y[i]) + x[i]) within = !within;
  }
  return within;
}

/**
 * A mask of the visible points inside of what Plotly says was drawn, or null where there is none.
 *
 * @param points {x, y, hidden}
 * @param drawn {range: {x, y}} of a box or {lassoPoints: {x, y}}, in data units
 */
export function membership({x, y, hidden}, {range, lassoPoints}) {
  const [left, right] = range ? sorted(range.x) : [];
  const [bottom, top] = range ? sorted(range.y) : [];
  const holds = range
    ? (atX, atY) => atX >= left && atX <= right && atY >= bottom && atY <= top
    : (atX, atY) => surrounds(lassoPoints, atX, atY); // never true without a place
  const mask = Uint8Array.from(x, (atX, i) => !hidden[i] && holds(atX, y[i]));
  return mask.includes(1) ? mask : null;
}

const sorted = ([one, other]) => (one < other ? [one, other] : [other, one]);

/**
 * How a selection spreads over the values of a column.
 *
 * @return of classes [[code, count], …], the most frequent first; of numbers {low, median, high}; null where nothing is
 */
export function distribution(column, mask) {
  if (column.kind === 'discrete') {
    const counts = new Map();
    mask.forEach((held, i) => held && counts.set(column.codes[i], (counts.get(column.codes[i]) ?? 0) + 1));
    return [...counts].sort(([, one], [, other]) => other - one);
  }
  const values = column.values.filter((value, i) => mask[i] && !Number.isNaN(value)).sort();
  if (!values.length) return null;
  return {low: values[0], median: values[values.length >> 1], high: values.at(-1)};
}
