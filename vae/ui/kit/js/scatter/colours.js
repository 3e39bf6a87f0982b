// The colours of the dots: three bytes for each value of a column, and for each row the number of its own.

const SHADES = 128; // steps of a continuous colour map
const NO_VALUE = '#9aa3af'; // of a row whose value is not a number

/** "#rrggbb" colours as three bytes each. */
const channels = colours => colours.flatMap(colour => [1, 3, 5].map(i => parseInt(colour.slice(i, i + 2), 16)));

/** The colour at t in [0, 1] of a list of "#rrggbb" stops, three bytes. */
function mix(stops, t) {
  const at = t * (stops.length - 1);
  const low = Math.min(Math.floor(at), stops.length - 2);
  const [from, to] = [channels([stops[low]]), channels([stops[low + 1]])];
  return from.map((value, i) => Math.round(value + (at - low) * (to[i] - value)));
}

/**
 * The colours of a column.
 *
 * @param column {kind: 'discrete', colours, codes} or {kind: 'continuous', scale, low, high, values}
 * @return {palette: three bytes a colour, codes: of each row's colour}
 */
export function coloured(column) {
  if (column.kind === 'discrete') return {palette: Uint8Array.from(channels(column.colours)), codes: column.codes};
  const {low, high, values} = column;
  const part = value => (high > low ? (value - low) / (high - low) : 0.5);
  const shade = value => (Number.isNaN(value) ? SHADES : Math.min(Math.max(Math.round(part(value) * (SHADES - 1)), 0), SHADES - 1));
  const shades = Array.from({length: SHADES}, (_, i) => mix(column.scale, i / (SHADES - 1))).flat();
  return {palette: Uint8Array.from([...shades, ...channels([NO_VALUE])]), codes: Uint8Array.from(values, shade)};
}

/** The same where all rows that `mask` leaves out have one pale colour, "#rrggbb". */
export function paled({palette, codes}, mask, colour) {
  const pale = palette.length / 3;
  return {palette: Uint8Array.from([...palette, ...channels([colour])]), codes: Uint16Array.from(codes, (code, i) => (mask[i] ? code : pale))};
}
