// The numbers of a run as the figure of its curves takes them.

import {t} from '../kit/js/strings.js';
import {nats, plain} from './words.js';

const BOUNDS = {train: 1, test: 2}; // columns of what is measured at the moments
// What an axis is fitted to: not to the first part of a run, whose fall would flatten all that comes after, and of the
// rest not to the highest values. These are drawn too, above the axis, and come into sight by "all values" or a zoom.
const FALL = 0.12;
const WITHIN = 0.98;
const FEW = 24; // rows or values, of which none is left out
const NEAR = 14; // pixels within which two changes of one knob are one
const LETTER = 6; // pixels of one, about
const LINES = 3; // of texts beside the marks, one under the other
const LINE = 14; // pixels of one

/** The first index whose value is not below `wanted`. */
function after(values, wanted) {
  let [low, high] = [0, values.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle] < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Where a step lies on the x axis: between the rows around it, in proportion. */
export function xAt(step, steps, xs) {
  const i = after(steps, step);
  if (i === 0) return xs[0] ?? 0;
  if (i === steps.length) return xs.at(-1);
  const share = (step - steps[i - 1]) / (steps[i] - steps[i - 1] || 1);
  return xs[i - 1] + share * (xs[i] - xs[i - 1]);
}

/** The ends of an axis, with some room: `share` of each list's values lie below the upper one. */
export function fitted(lists, share = WITHIN) {
  const ends = lists
    .map(list => list.filter(Number.isFinite).sort())
    .filter(list => list.length)
    .map(list => [list[0], list[Math.floor((list.length > FEW ? share : 1) * (list.length - 1))]]);
  if (!ends.length) return [0, 1];
  const [low, high] = [Math.min(...ends.map(([low]) => low)), Math.max(...ends.map(([, high]) => high))];
  const room = 0.07 * (high - low || Math.abs(high) || 1);
  return [low - room, high + room];
}

/**
 * The figure with a run's numbers in it.
 *
 * @param run {columns, rows, bounds, changes, at}: as the trainer holds them, `columns` the names of a row's
 * @param view {over, hidden: set of traces' uids, all: do the axes reach every value?, width: of the axes in pixels, paper: a colour}
 */
export function filled(figure, {columns, rows, bounds, changes, at}, {over, hidden, all, width, paper}) {
  const column = name => Float64Array.from(rows, row => row[columns.indexOf(name)] ?? NaN);
  const [steps, xs] = [column('step'), column(over)];
  const boundXs = Float64Array.from(bounds, ([step]) => xAt(step, steps, xs));
  const last = xs.at(-1) || 1;
  const settled = all || rows.length <= FEW ? 0 : FALL * last;
  const lists = {yaxis: [], yaxis2: []};
  const data = figure.data.map(trace => {
    const bound = BOUNDS[trace.uid];
    const y = bound ? Float64Array.from(bounds, row => row[bound] ?? NaN) : column(trace.uid);
    const axis = trace.yaxis === 'y2' ? 'yaxis2' : 'yaxis';
    const x = bound ? boundXs : xs;
    const off = hidden.has(trace.uid);
    if (!off) lists[axis].push(y.subarray(after(x, settled)));
    const newest = y.findLast(Number.isFinite);
    return {...trace, x, y, visible: off ? 'legendonly' : true, meta: [trace.meta[0], newest === undefined ? '–' : nats(newest), trace.meta[2]]};
  });
  const ranges = {xaxis: [0, last]};
  for (const axis of ['yaxis', 'yaxis2']) ranges[axis] = fitted(lists[axis], all ? 1 : WITHIN);
  ranges.yaxis2[0] = 0; // no KL divergence is less

  const pattern = (list, name) => figure.layout[list].find(part => part.name === name);
  const upright = (name, x) => ({...pattern('shapes', name), x0: x, x1: x, visible: true});
  const marks = marked(changes, step => (xAt(step, steps, xs) / last) * width, width);
  const layout = {
    ...figure.layout,
    shapes: [...marks.map(({x}) => upright('change', (x / width) * last)), ...(at === null ? [] : [upright('at', xAt(at, steps, xs))])],
    annotations: marks
      .filter(({line}) => line < LINES)
      .map(({x, text, line, left}) => ({...pattern('annotations', 'change'), text, bgcolor: paper, x: (x / width) * last, yshift: -LINE * line, xanchor: left ? 'right' : 'left', xshift: left ? -2 : 2, visible: true})),
  };
  for (const [axis, range] of Object.entries(ranges)) layout[axis] = {...layout[axis], range};
  return {data, layout};
}

/**
 * Where knobs were turned, in pixels: a drag is one change, and a text that would lie on another one goes a line lower.
 *
 * @return [{x, text, line, left: does the text stand left of its mark, for want of room?}]
 */
export function marked(changes, toPixel, width) {
  const marks = [];
  for (const {step, knob, value} of changes) {
    const x = toPixel(step);
    const last = marks.findLast(mark => mark.knob === knob);
    if (last && x - last.x < NEAR) last.value = value;
    else marks.push({x, knob, value});
  }
  const taken = Array.from({length: LINES}, () => -Infinity); // up to there, in each line
  return marks.map(({x, knob, value}) => {
    const text = t('train.changed', {name: t(`train.${knob}`).replace(/,.*/, ''), value: plain(value)});
    const length = LETTER * text.length;
    const left = x + length > width && x > length;
    const [from, to] = left ? [x - length, x] : [x, x + length];
    const free = taken.findIndex(end => end < from);
    const line = free < 0 ? LINES : free;
    if (free >= 0) taken[free] = to;
    return {x, text, line, left};
  });
}
