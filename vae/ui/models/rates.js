// Rate against distortion: every model of a data set as a point, how far it stands above the least distortion that is
// possible, and through each of the two compared models the line of all points that its own training likes as much.

import {make} from '../kit/js/dom.js';
import {number, t} from '../kit/js/strings.js';
import {draw, ticks} from '../kit/js/svg.js';

const HEIGHT = 340; // pixels, whatever the width: a drawing that is as high as before cannot set off another one
const FIRST_WIDTH = 560; // until the page says how wide it is
const EDGE = {left: 52, right: 14, top: 24, bottom: 42};
const SIZE = 12; // pixels of the letters
const SIDES = ['left', 'right'];

const ruler = make('canvas').getContext('2d');

/** How wide a text is, in pixels. */
function measured(text) {
  ruler.font = `600 ${SIZE}px ${getComputedStyle(document.querySelector('.gradio-container') ?? document.body).fontFamily}`;
  return ruler.measureText(text).width;
}

const overlap = (a, b) => a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

/** Sides of a dot, nearest and most natural first: where a label of that size would stand, and how far away it is. */
function* around({x, y}, {width, height}) {
  for (const away of [9, 16, 26, 40, 58, 80]) {
    const slant = 0.7 * away;
    yield {away, x: x + away, y: y - height / 2};
    yield {away, x: x - away - width, y: y - height / 2};
    yield {away, x: x - width / 2, y: y - away - height};
    yield {away, x: x - width / 2, y: y + away};
    yield {away, x: x + slant, y: y - slant - height};
    yield {away, x: x - slant - width, y: y - slant - height};
    yield {away, x: x + slant, y: y + slant};
    yield {away, x: x - slant - width, y: y + slant};
  }
}

/** Points along a line, as boxes. */
function beads([[x0, y0], [x1, y1]]) {
  const count = Math.ceil(Math.hypot(x1 - x0, y1 - y0) / 5) || 1;
  return Array.from({length: count + 1}, (_, i) => ({x: x0 + ((x1 - x0) * i) / count, y: y0 + ((y1 - y0) * i) / count, width: 1, height: 1}));
}

/**
 * The first of `places` that lies within `area`, touches nothing in `taken` and, if that can be had near by, no line;
 * it is taken from then on.
 */
function settle(places, {width, height}, {area, taken, lines}) {
  const boxes = [...places].map(place => ({...place, width, height}));
  const inside = box => box.x >= area.x && box.y >= area.y && box.x + width <= area.x + area.width && box.y + height <= area.y + area.height;
  const free = boxes.filter(box => inside(box) && !taken.some(other => overlap(box, other)));
  const found = free.find(box => (box.away ?? 0) <= 26 && !lines.some(bead => overlap(box, bead))) ?? free[0] ?? null;
  if (found) taken.push(found);
  return found;
}

/** What is drawn: the models that can be compared with their height, what they are drawn above, and both axes' ends. */
function content({models, left, right, floor, grid}) {
  const shown = models
    .filter(model => model.alike)
    .map(model => ({...model, height: model.distortion - (floor ?? 0), side: SIDES.find((_, i) => model.name === [left, right][i])}));
  const heights = shown.length ? shown.map(model => model.height) : [0];
  const [low, high] = [Math.min(...heights), Math.max(...heights)];
  const room = 0.12 * (high - low || Math.abs(high) || 1);
  const bottom = floor === null ? low - room : Math.min(0, low);
  return {shown, x: [0, 1.12 * Math.max(...shown.map(model => model.rate), grid ?? 0, 1)], y: [bottom, high + room]};
}

/** All that is known of a model, a line each. */
function facts(model, floor) {
  const {title, rate, distortion, neg_elbo: bound, beta, mig, height} = model;
  return [
    title,
    t('rates.dot_rate', {nats: number(rate, 1)}),
    t('rates.dot_distortion', {nats: number(distortion, 1)}),
    floor !== null && t('rates.dot_above', {nats: number(height, 1)}),
    bound !== null && t('rates.dot_neg_elbo', {nats: number(bound, 1)}),
    beta !== null && t('rates.beta', {beta: plain(beta)}),
    mig !== null && t('rates.dot_mig', {mig: number(mig, 2)}),
  ].filter(Boolean);
}

/** A number with as many decimals as it needs, at most three. */
const plain = value => number(value, [0, 1, 2].find(decimals => Number(value.toFixed(decimals)) === value) ?? 3);

/** The part of the line height + beta·rate = const through a model that lies within the axes, as two points in data. */
function stretch({rate, height, beta}, {x: [x0, x1], y: [y0, y1]}) {
  const at = across => height - beta * (across - rate);
  const ends = beta > 0 ? [Math.max(x0, rate + (height - y1) / beta), Math.min(x1, rate + (height - y0) / beta)] : [x0, x1];
  return ends.map(across => [across, at(across)]);
}

/** Axes with their ticks and titles. */
function axes(within, place, area, floor) {
  const [across, up] = [ticks(within.x, area.width, 70), ticks(within.y, area.height, 45)];
  const [bottom, end] = [area.y + area.height, area.x + area.width];
  const title = floor === null ? t('rates.y') : t('rates.y_above', {nats: number(floor, 1)});
  return draw(
    'g',
    {class: 'lse-rates-axes'},
    draw('path', {d: `M${area.x} ${area.y}V${bottom}H${end}`}),
    ...across.values.map(value => draw('text', {x: place.x(value), y: bottom + 16, 'text-anchor': 'middle'}, number(value, across.decimals))),
    ...up.values.map(value => draw('text', {x: area.x - 7, y: place.y(value) + 4, 'text-anchor': 'end'}, number(value, up.decimals))),
    ...up.values.map(value => draw('path', {class: 'lse-rates-rule', d: `M${area.x} ${place.y(value)}H${end}`})),
    draw('text', {x: end, y: bottom + 34, 'text-anchor': 'end'}, t('rates.x')),
    draw('text', {x: 2, y: 13}, title),
  );
}

/** The vertical line at the nats that name every combination of the factors, with its label. */
function mark(grid, place, room) {
  const [x, {area}] = [place.x(grid), room];
  const text = t('rates.grid', {n: number(Math.round(Math.exp(grid))), nats: number(grid, 1)});
  const size = {width: measured(text), height: SIZE + 3};
  const rows = Array.from({length: 12}, (_, i) => area.y + 2 + i * size.height);
  const box = settle(rows.flatMap(y => [{x: x + 5, y}, {x: x - 5 - size.width, y}]), size, room);
  const line = draw('path', {d: `M${x} ${area.y}V${area.y + area.height}`});
  return draw('g', {class: 'lse-rates-grid'}, line, ...(box ? [words(text, box)] : []));
}

const words = (text, box) => draw('text', {x: box.x, y: box.y + SIZE - 1}, text);

/** The line of equal beta·rate + distortion through a compared model, from end to end in pixels, with its label. */
function level(model, [from, to], room) {
  const text = t('rates.beta', {beta: plain(model.beta)});
  const size = {width: measured(text), height: SIZE + 3};
  const shares = [0.93, 0.07, 0.85, 0.15, 0.75, 0.25, 0.65, 0.35, 0.55, 0.45];
  const along = shares.map(share => from.map((start, i) => start + share * (to[i] - start)));
  const places = along.flatMap(([x, y]) => [{x: x + 5, y: y - size.height}, {x: x - 5 - size.width, y: y + 1}]);
  const box = settle(places, size, room);
  const line = draw('path', {d: `M${from.join(' ')}L${to.join(' ')}`});
  return draw('g', {class: `lse-rates-level lse-${model.side}`}, line, ...(box ? [words(text, box)] : []));
}

/** A model: round, or square where it is the left one, so that colour is not all that tells the two apart. */
function dot(model, {x, y}, floor) {
  const shape = model.side === 'left' ? draw('rect', {x: x - 5.5, y: y - 5.5, width: 11, height: 11, rx: 1}) : draw('circle', {cx: x, cy: y, r: model.side ? 6 : 4.5});
  const title = draw('title', {}, facts(model, floor).join('\n'));
  return draw('g', {class: `lse-rates-dot${model.side ? ` lse-${model.side}` : ''}`}, title, draw('circle', {class: 'lse-rates-reach', cx: x, cy: y, r: 12}), shape);
}

/** A model's name beside its dot, with a thin line where it had to move away; none where there is no room at all. */
function named(model, at, room) {
  const size = {width: measured(model.title), height: SIZE + 3};
  const box = settle(around(at, size), size, room);
  if (!box) return [];
  const near = {x: Math.min(Math.max(at.x, box.x), box.x + size.width), y: Math.min(Math.max(at.y, box.y), box.y + size.height)};
  const lead = box.away > 16 ? [draw('path', {d: `M${at.x} ${at.y}L${near.x} ${near.y}`})] : [];
  return [draw('g', {class: `lse-rates-name${model.side ? ` lse-${model.side}` : ''}`}, ...lead, words(model.title, box))];
}

/** Everything inside the SVG, for so many pixels of width. */
function parts(payload, width) {
  const [within, {floor, grid}] = [content(payload), payload];
  const area = {x: EDGE.left, y: EDGE.top, width: width - EDGE.left - EDGE.right, height: HEIGHT - EDGE.top - EDGE.bottom};
  const scale = ([low, high], start, length) => value => Number((start + ((value - low) / (high - low)) * length).toFixed(2));
  const place = {x: scale(within.x, area.x, area.width), y: scale(within.y, area.y + area.height, -area.height)};
  // Those that matter most choose their places first, and are drawn last, on top of the others.
  const order = [...within.shown].sort((a, b) => Boolean(b.side) - Boolean(a.side));
  const spots = order.map(model => ({x: place.x(model.rate), y: place.y(model.height)}));
  const weighed = order.filter(model => model.side && model.beta !== null);
  const ends = weighed.map(model => stretch(model, within).map(([x, y]) => [place.x(x), place.y(y)]));
  const upright = grid === null ? [] : [[[place.x(grid), area.y], [place.x(grid), area.y + area.height]]];
  const taken = spots.map(({x, y}) => ({x: x - 7, y: y - 7, width: 14, height: 14}));
  const room = {area, taken, lines: [...ends, ...upright].flatMap(beads)};
  const names = order.flatMap((model, i) => named(model, spots[i], room));
  const levels = weighed.map((model, i) => level(model, ends[i], room));
  const marks = grid === null ? [] : [mark(grid, place, room)];
  const dots = order.map((model, i) => dot(model, spots[i], floor));
  return [axes(within, place, area, floor), ...marks, ...levels, ...names.reverse(), ...dots.reverse()];
}

/**
 * The drawing of a payload of vae/ui/models/rates.py: x the rate, y the distortion, above the floor where that is known.
 * It is drawn anew when its width changes, so that letters keep their size.
 */
export function drawRates(payload) {
  const {shown} = content(payload);
  const told = shown.filter(model => model.side).map(model => facts(model, payload.floor).join(', '));
  const label = [t('rates.label', {n: shown.length}), ...told].join('. ');
  const svg = draw('svg', {class: 'lse-rates', role: 'img', 'aria-label': label, width: '100%', height: HEIGHT});
  let drawn = 0;
  const redraw = width => {
    if (width === drawn) return;
    drawn = width;
    svg.setAttribute('viewBox', `0 0 ${width} ${HEIGHT}`);
    svg.replaceChildren(...parts(payload, width));
  };
  redraw(FIRST_WIDTH);
  new ResizeObserver(([entry]) => entry.contentRect.width >= 200 && redraw(Math.round(entry.contentRect.width))).observe(svg);
  return svg;
}
