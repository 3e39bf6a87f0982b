// What the page changes in the figures of the Learn tab, which payload.py makes: the same figure with other arrays.

import {number, t} from '../kit/js/strings.js';

/** A figure with changes to its traces, one for each, to its layout, and another label. */
function changed({data, layout}, traces, changes, label) {
  return {data: data.map((trace, i) => ({...trace, ...traces[i]})), layout: {...layout, ...changes, meta: {label}}};
}

/** The curve of a training up to a step, with its dot on the last point. */
export function walked(figure, at) {
  const [{x, y}] = figure.data;
  const label = at ? t('learn.algorithm_label', {n: at, first: number(y[0], 1), last: number(y[at - 1], 1)}) : t('learn.algorithm_curve');
  const from = Math.max(at - 1, 0);
  return changed(figure, [{x: x.slice(0, at), y: y.slice(0, at)}, {x: x.slice(from, at), y: y.slice(from, at)}], {}, label);
}
