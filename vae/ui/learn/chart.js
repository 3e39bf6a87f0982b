// A chart of the Learn tab: axes in their own letters at any width, and whatever a step paints between them.

import {number} from '../kit/js/strings.js';
import {draw, ticks} from '../kit/js/svg.js';

const EDGE = {left: 50, right: 18, top: 24, bottom: 40};
const FIRST_WIDTH = 560; // until the page says how wide it is
const LEAST_WIDTH = 200;

/** Powers of ten inside a range. */
function powers([low, high]) {
  const first = Math.ceil(Math.log10(low) - 1e-9);
  return Array.from({length: Math.max(0, Math.floor(Math.log10(high) + 1e-9) - first + 1)}, (_, i) => 10 ** (first + i));
}

/**
 * `paint(content, place, area)` gives the SVG elements between the axes; place.x and place.y turn data into pixels.
 * `show(content)` draws: x and y are ranges, xTitle, yTitle and label texts, log: is y logarithmic?, bare: no y axis?
 */
export function createChart(height, paint) {
  const svg = draw('svg', {class: 'lse-chart', role: 'img', width: '100%', height});
  let [width, content] = [0, null];

  function redraw() {
    if (!content) return;
    width ||= svg.clientWidth >= LEAST_WIDTH ? Math.round(svg.clientWidth) : FIRST_WIDTH;
    const {x, y, log, bare} = content;
    const left = bare ? EDGE.right : EDGE.left;
    const area = {x: left, y: EDGE.top, width: width - left - EDGE.right, height: height - EDGE.top - EDGE.bottom};
    const scale = ([low, high], start, length) => value => Number((start + ((value - low) / (high - low)) * length).toFixed(2));
    const up = log ? (inner => value => inner(Math.log(Math.max(value, y[0]))))(scale(y.map(Math.log), area.y + area.height, -area.height)) : scale(y, area.y + area.height, -area.height);
    const place = {x: scale(x, area.x, area.width), y: up};
    svg.setAttribute('viewBox', `0 0 ${width} ${height}`);
    svg.setAttribute('aria-label', content.label);
    svg.replaceChildren(axes(content, place, area), ...paint(content, place, area));
  }
  new ResizeObserver(([entry]) => {
    const next = Math.round(entry.contentRect.width);
    if (next < LEAST_WIDTH || next === width) return;
    width = next;
    redraw();
  }).observe(svg);
  return {
    element: svg,
    show(next) {
      content = next;
      redraw();
    },
  };
}

function axes({x, y, xTitle, yTitle, log, bare, xTicks}, place, area) {
  const [bottom, end] = [area.y + area.height, area.x + area.width];
  const across = xTicks === false ? {values: [], decimals: 0} : ticks(x, area.width, 74);
  const up = bare ? {values: []} : log ? {values: powers(y), decimals: null} : ticks(y, area.height, 40);
  const text = value => number(value, up.decimals ?? Math.max(0, -Math.round(Math.log10(value))));
  return draw(
    'g',
    {class: 'lse-chart-axes'},
    ...up.values.map(value => draw('path', {class: 'lse-chart-rule', d: `M${area.x} ${place.y(value)}H${end}`})),
    draw('path', {d: bare ? `M${area.x} ${bottom}H${end}` : `M${area.x} ${area.y}V${bottom}H${end}`}),
    ...across.values.map(value => draw('text', {x: place.x(value), y: bottom + 16, 'text-anchor': 'middle'}, number(value, across.decimals))),
    ...up.values.map(value => draw('text', {x: area.x - 7, y: place.y(value) + 4, 'text-anchor': 'end'}, text(value))),
    draw('text', {x: end, y: bottom + 33, 'text-anchor': 'end'}, xTitle),
    ...(yTitle ? [draw('text', {x: 2, y: 12}, yTitle)] : []),
  );
}

/** How many values fall into each of `count` equal cells of a range; those outside go into the outermost. */
export function bins(values, [low, high], count) {
  const found = new Array(count).fill(0);
  for (const value of values) found[Math.min(Math.max(Math.floor(((value - low) / (high - low)) * count), 0), count - 1)] += 1;
  return found;
}

/** The bars of such counts, as one path. */
export function bars(counts, [low, high], place, area, scale = 1) {
  const cell = (high - low) / counts.length;
  const bottom = area.y + area.height;
  const most = Math.max(...counts, 1);
  const parts = counts.map((count, i) => {
    const [from, to] = [place.x(low + i * cell), place.x(low + (i + 1) * cell)];
    const gap = to - from > 4 ? 0.75 : 0;
    return count ? `M${from + gap} ${bottom}V${bottom - (count / most) * scale * area.height}H${to - gap}V${bottom}Z` : '';
  });
  return parts.join('');
}

/** A line through points in data. */
export const line = (points, place) => points.map(([x, y], i) => `${i ? 'L' : 'M'}${place.x(x)} ${place.y(y)}`).join('');
