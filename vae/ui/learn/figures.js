// What the page changes in the figures of the Learn tab, which payload.py makes: the same figure with other arrays.

import {mean} from './step.js';
import {number, t} from '../kit/js/strings.js';

const CELLS = 81; // of the histograms of gradients, an odd number: one lies around 0

/** A figure with changes to its traces, one for each, to its layout, and another label. */
function changed({data, layout}, traces, changes, label) {
  return {data: data.map((trace, i) => ({...trace, ...traces[i]})), layout: {...layout, ...changes, meta: {label}}};
}

/** The samples of two estimators around 0, with their means; `title` is that of their axis. */
export function estimated(figure, both, title, label) {
  const {xaxis, shapes} = figure.layout;
  const reach = 1.05 * Math.max(...both.flat().map(Math.abs), Number.MIN_VALUE);
  const xbins = {start: -reach, end: reach, size: (2 * reach) / CELLS};
  const changes = {
    xaxis: {...xaxis, range: [-reach, reach], title: {...xaxis.title, text: title}},
    shapes: shapes.map((shape, i) => ({...shape, x0: mean(both[i]), x1: mean(both[i])})),
  };
  return changed(figure, both.map(x => ({x, xbins})), changes, label);
}

/** Other points in a cloud and its densities. */
export const clouded = (figure, [x, y], label) => changed(figure, [{x, y}, {x}, {y}], {}, label);

/** A spectrum whose threshold stands at a level, or at the edge of the chart that is nearest to it; `text` names it. */
export function divided(figure, level, text, label) {
  const {yaxis, shapes, annotations} = figure.layout;
  const at = Math.min(Math.max(Math.log10(level), yaxis.range[0]), yaxis.range[1]);
  const colours = figure.data[0].y.map(value => Number(value > level));
  const named = {...annotations.at(-1), y: at, text};
  const changes = {shapes: [{...shapes[0], y0: 10 ** at, y1: 10 ** at}], annotations: [...annotations.slice(0, -1), named]};
  return changed(figure, [{marker: {...figure.data[0].marker, color: colours}}], changes, label);
}

/** The multiples of ½ up to a number: points to hover along a line, and all that C can be. */
const halves = most => Array.from({length: 2 * most + 1}, (_, i) => i / 2);

/** Both losses as far as the chart reaches: beta · KL from 0, and gamma · |KL − C| with its arms. */
export function weighted(figure, {beta, gamma, capacity}) {
  const {xaxis, yaxis, shapes} = figure.layout;
  const [most, high] = [xaxis.range[1], yaxis.range[1]];
  const along = (from, to) => [from, ...halves(most).filter(kl => kl > from && kl < to), to];
  const line = along(0, Math.min(most, high / beta));
  const arms = along(Math.max(0, capacity - high / gamma), Math.min(most, capacity + high / gamma));
  const traces = [
    {x: line, y: line.map(kl => beta * kl)},
    {x: arms, y: arms.map(kl => gamma * Math.abs(kl - capacity))},
  ];
  const label = t('learn.losses_label', {beta: number(beta, 1), gamma: number(gamma, 1), capacity: number(capacity, 1)});
  return changed(figure, traces, {shapes: [{...shapes[0], x0: capacity, x1: capacity}]}, label);
}

/** The curve of a training up to a step, with its dot on the last point. */
export function walked(figure, at) {
  const [{x, y}] = figure.data;
  const label = at ? t('learn.algorithm_label', {n: at, first: number(y[0], 1), last: number(y[at - 1], 1)}) : t('learn.algorithm_curve');
  const from = Math.max(at - 1, 0);
  return changed(figure, [{x: x.slice(0, at), y: y.slice(0, at)}, {x: x.slice(from, at), y: y.slice(from, at)}], {}, label);
}
