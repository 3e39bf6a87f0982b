// The curves of a training on a canvas of our own: nothing is added to the page however long it runs.

import {make, options, ready} from '../kit/js/dom.js';
import {onTheme} from '../kit/js/theme.js';
import {ticks} from '../kit/js/svg.js';
import {number, t} from '../kit/js/strings.js';
import {compact, nats, plain} from './words.js';

const EDGE = {left: 46, right: 12, top: 6, bottom: 20};
const GAP = 12; // between the two panels
const UPPER = 0.64; // the share of the upper one
const MOST = [0.88, 0.98]; // shares of the values that lie within the axis, above and below
const NEAR = 14; // pixels within which two changes of one number are shown as one
// Okabe and Ito's colours; `panel` 0 above, 1 below.
const LINES = [
  {key: 'loss', colour: '#009E73', panel: 0},
  {key: 'recon', colour: '#E69F00', panel: 0},
  {key: 'train', colour: '#56B4E9', panel: 0, bound: 1},
  {key: 'test', colour: '#D55E00', panel: 0, bound: 2},
  {key: 'kl', colour: '#CC79A7', panel: 1},
];

/** The ends of an axis: `share` of the values lie below the upper one, for the fall of the first steps would flatten all
 *  that comes after. */
function range(lists, share) {
  const ends = lists.filter(list => list.length).map(list => {
    const sorted = Float64Array.from(list).sort();
    return [sorted[0], sorted[Math.floor((sorted.length > 24 ? share : 1) * (sorted.length - 1))]];
  });
  if (!ends.length) return [0, 1];
  const [low, high] = [Math.min(...ends.map(([low]) => low)), Math.max(...ends.map(([, high]) => high))];
  const room = 0.07 * (high - low || Math.abs(high) || 1);
  return [low - room, high + room];
}

/** The first index whose x is not below `wanted`. */
function after(xs, wanted) {
  let [low, high] = [0, xs.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (xs[middle] < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}

export function mountCurves(element, trainer, columns) {
  const find = selector => element.querySelector(selector);
  const canvas = find('canvas');
  const box = canvas.parentElement;
  const empty = box.querySelector('p');
  const over = find('select');
  const readout = find('.lse-train-readout');
  const context = canvas.getContext('2d');
  const at = Object.fromEntries(columns.map((name, i) => [name, i]));
  let due = 0;
  let hovered = null; // pixels from the left
  let place = null; // what the last drawing has put where
  let size = '';

  options(over, ['images', 'seconds'].map(name => [name, t(`train.over_${name}`)]), 'images');
  over.addEventListener('change', redraw);
  const values = LINES.map(({key, colour}) => {
    const value = make('b');
    const swatch = make('i');
    swatch.style.background = colour;
    readout.append(make('span', {}, swatch, t(`train.curve_${key}`), value));
    return value;
  });
  const where = readout.appendChild(make('small'));

  function redraw() {
    due ||= requestAnimationFrame(draw);
  }

  /** The value of x, images or seconds, at a step. */
  function xOf(step, steps, xs) {
    const i = after(steps, step);
    if (i === 0) return xs[0] ?? 0;
    if (i === steps.length) return xs.at(-1);
    const share = (step - steps[i - 1]) / (steps[i] - steps[i - 1] || 1);
    return xs[i - 1] + share * (xs[i] - xs[i - 1]);
  }

  function draw() {
    cancelAnimationFrame(due);
    due = 0;
    const {rows, bounds, status, at: travelled} = trainer.state;
    element.dataset.points = rows.length;
    empty.hidden = rows.length > 0;
    const {clientWidth: width, clientHeight: height} = box;
    if (!width || !height) return;
    const ratio = window.devicePixelRatio || 1;
    const wanted = [Math.round(width * ratio), Math.round(height * ratio)];
    if (canvas.width !== wanted[0] || canvas.height !== wanted[1]) [canvas.width, canvas.height] = wanted;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    if (!rows.length) {
      place = null;
      read();
      ready(element, false);
      return;
    }

    const steps = rows.map(row => row[at.step]);
    const xs = rows.map(row => row[at[over.value]]);
    const known = bounds.filter(([step]) => step > 0 || bounds.length < 3);
    const boundXs = known.map(([step]) => xOf(step, steps, xs));
    const lines = LINES.map(line => (line.bound ? {...line, xs: boundXs, ys: known.map(row => row[line.bound] ?? NaN)} : {...line, xs, ys: rows.map(row => row[at[line.key]] ?? NaN)}));
    const inner = {left: EDGE.left, width: width - EDGE.left - EDGE.right};
    const free = height - EDGE.top - EDGE.bottom - GAP;
    const panels = [
      {top: EDGE.top, height: UPPER * free},
      {top: EDGE.top + UPPER * free + GAP, height: (1 - UPPER) * free},
    ];
    const last = xs.at(-1) || 1;
    const toX = x => inner.left + (x / last) * inner.width;
    const style = getComputedStyle(element);
    const [faint, line, accent, paper] = ['--body-text-color-subdued', '--border-color-primary', '--color-accent', '--background-fill-primary'].map(name => style.getPropertyValue(name));
    context.font = `11px ${style.fontFamily}`;
    context.lineJoin = 'round';

    panels.forEach((panel, i) => {
      const own = lines.filter(line => line.panel === i);
      panel.range = range(own.map(({ys}) => ys.filter(Number.isFinite)), MOST[i]);
      if (i === 1) panel.range[0] = 0; // no KL divergence is less
      const [low, high] = panel.range;
      panel.toY = y => panel.top + panel.height * (1 - (y - low) / (high - low));
      const marks = ticks(panel.range, panel.height, 42);
      context.textAlign = 'right';
      context.fillStyle = faint;
      context.strokeStyle = line;
      context.lineWidth = 1;
      for (const value of marks.values) {
        const y = Math.round(panel.toY(value)) + 0.5;
        stroke([[inner.left, y], [inner.left + inner.width, y]]);
        context.fillText(Math.abs(value) >= 1e5 ? compact(value) : number(value, marks.decimals), inner.left - 6, y + 3.5);
      }
      context.save();
      context.beginPath();
      context.rect(inner.left, panel.top, inner.width + 1, panel.height);
      context.clip();
      for (const {xs, ys, colour, bound} of own) {
        context.strokeStyle = context.fillStyle = colour;
        context.lineWidth = bound ? 1.5 : 1.6;
        stroke(xs.map((x, k) => [toX(x), panel.toY(ys[k])]));
        if (bound && xs.length < 60) xs.forEach((x, k) => dot(toX(x), panel.toY(ys[k]), 2.2));
      }
      context.restore();
    });

    const bottom = panels[1].top + panels[1].height;
    context.fillStyle = faint;
    for (const value of ticks([0, last], inner.width, 80).values) {
      const x = toX(value);
      context.textAlign = x > width - 30 ? 'right' : 'center';
      context.fillText(compact(value), Math.min(x, width - 2), bottom + 15);
    }
    drawChanges(status?.changes ?? [], {steps, xs, toX, panels, bottom, faint, paper, right: width - 4});
    if (travelled !== null) {
      context.strokeStyle = accent;
      context.lineWidth = 2;
      const x = toX(xOf(travelled, steps, xs));
      stroke([[x, EDGE.top], [x, bottom]]);
    }
    place = {steps, xs, lines, toX, panels, bottom, inner, last, faint};
    read();
    label();
    ready(element);
  }

  function stroke(points) {
    context.beginPath();
    for (const [x, y] of points) if (Number.isFinite(y)) context.lineTo(x, y);
    context.stroke();
  }

  function dot(x, y, radius) {
    context.beginPath();
    context.arc(x, y, radius, 0, 2 * Math.PI);
    context.fill();
  }

  /** Where a number was turned: a dashed line with its new value; a drag is one change. */
  function drawChanges(changes, {steps, xs, toX, panels, bottom, faint, paper, right}) {
    const shown = [];
    for (const {step, knob, value} of changes) {
      const x = toX(xOf(step, steps, xs));
      const last = shown.findLast(change => change.knob === knob);
      if (last && x - last.x < NEAR) last.value = value;
      else shown.push({x, knob, value});
    }
    const ends = [-Infinity, -Infinity, -Infinity];
    for (const {x, knob, value} of shown) {
      const text = t('train.changed', {name: t(`train.${knob}`).replace(/,.*/, ''), value: plain(value)});
      const width = context.measureText(text).width;
      const left = Math.min(x + 4, right - width);
      const row = ends.findIndex(end => end + 6 < left);
      context.strokeStyle = faint;
      context.lineWidth = 1;
      context.setLineDash([3, 3]);
      stroke([[Math.round(x) + 0.5, panels[0].top], [Math.round(x) + 0.5, bottom]]);
      context.setLineDash([]);
      if (row < 0) continue;
      ends[row] = left + width;
      context.textAlign = 'left';
      context.fillStyle = faint;
      context.strokeStyle = paper;
      context.lineWidth = 3;
      context.strokeText(text, left, panels[0].top + 10 + 13 * row);
      context.fillText(text, left, panels[0].top + 10 + 13 * row);
    }
  }

  /** The values under the pointer, or else the newest. */
  function read() {
    const text = (element, text) => element.textContent !== text && (element.textContent = text);
    if (!place) {
      values.forEach(value => text(value, '–'));
      text(where, '');
      return;
    }
    const {xs, lines, toX, inner, last, panels, bottom, faint} = place;
    let i = xs.length - 1;
    if (hovered !== null) {
      const x = ((hovered - inner.left) / inner.width) * last;
      i = Math.min(after(xs, x), xs.length - 1);
      if (i > 0 && x - xs[i - 1] < xs[i] - x) i -= 1;
      context.strokeStyle = faint;
      context.lineWidth = 1;
      stroke([[toX(xs[i]), EDGE.top], [toX(xs[i]), bottom]]);
    }
    lines.forEach((line, k) => {
      const j = line.bound ? Math.min(after(line.xs, xs[i]), line.xs.length - 1) : i;
      text(values[k], Number.isFinite(line.ys[j]) ? nats(line.ys[j]) : '–');
      if (hovered === null || !Number.isFinite(line.ys[j])) return;
      context.fillStyle = line.colour;
      const {top, height, toY} = panels[line.panel];
      const y = toY(line.ys[j]);
      if (y >= top && y <= top + height) dot(toX(line.xs[j]), y, 3.5);
    });
    text(where, t(`train.at_${over.value}`, {n: number(xs[i], over.value === 'seconds' ? 1 : 0)}));
  }

  function label() {
    const said = LINES.map(({key}, k) => `${t(`train.curve_${key}`)} ${values[k].textContent}`).join(', ');
    canvas.setAttribute('role', 'img');
    canvas.setAttribute('aria-label', t('train.curves_label', {values: said}));
  }

  canvas.addEventListener('pointermove', event => {
    hovered = Math.max(event.offsetX, EDGE.left);
    redraw();
  });
  canvas.addEventListener('pointerleave', () => {
    hovered = null;
    redraw();
  });
  let marked = ''; // the changes that are drawn
  trainer.on('status', () => {
    const changes = JSON.stringify(trainer.state.status?.changes ?? []);
    if (changes !== marked) redraw();
    marked = changes;
  });
  trainer.on('curves', redraw);
  trainer.on('run', redraw);
  trainer.on('at', redraw);
  onTheme(redraw);
  new ResizeObserver(() => {
    const now = `${box.clientWidth} ${box.clientHeight}`;
    if (now === size) return;
    size = now;
    redraw();
  }).observe(box);
}
