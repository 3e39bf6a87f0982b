// What every pixel pays: x, p, and the cross-entropy of the two, to be read pixel by pixel.

import {facts, nats, originalCaption} from './step.js';
import {float32, uint8} from '../kit/js/arrays.js';
import {make} from '../kit/js/dom.js';
import {visit} from '../kit/js/visit.js';
import {number, t} from '../kit/js/strings.js';

const SHADE = [20, 150, 136];
const ARROWS = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]};

/** log(1 + e^l) − x·l: −[x log p + (1 − x) log(1 − p)] with p = sigmoid(l), without ever taking the log of 0. */
const cost = (x, logit) => Math.max(logit, 0) + Math.log1p(Math.exp(-Math.abs(logit))) - x * logit;
/** What p = x would cost. */
const entropy = x => (x > 0 && x < 1 ? -x * Math.log(x) - (1 - x) * Math.log(1 - x) : 0);

export function mountBernoulli(step, name) {
  const canvases = ['x', 'p', 'map'].map(role => make('canvas', {'data-role': role, role: 'img'}));
  const captions = [t('learn.original'), t('learn.bernoulli_p'), t('learn.bernoulli_map')];
  const figures = canvases.map((canvas, i) => {
    canvas.setAttribute('aria-label', captions[i]);
    return make('figure', {}, make('div', {className: 'lse-pixels'}, canvas, make('i', {hidden: true})), make('figcaption', {textContent: captions[i]}));
  });
  const frames = figures.map(figure => figure.querySelector('i'));
  const map = canvases[2];
  map.tabIndex = 0;
  map.setAttribute('role', 'application');
  map.setAttribute('aria-label', t('learn.bernoulli_map_label'));
  const read = make('p', {className: 'lse-read', 'aria-live': 'polite'});
  const told = facts();
  let [shown, cursor] = [null, [0, 0]];
  step.images(name, (row, gallery) => {
    figures[0].lastChild.textContent = originalCaption(gallery);
    ask(row);
  });
  const ask = step.asks(row => step.call('pixels', name, row), show);

  function show(answer) {
    const x = Array.from(uint8(answer.x), value => value / 255);
    const logits = Array.from(float32(answer.logits));
    const costs = x.map((value, i) => cost(value, logits[i]));
    const own = x.map(entropy);
    const p = logits.map(logit => 1 / (1 + Math.exp(-logit)));
    shown = {...answer, x, p, costs, own};
    const [channels, height, width] = answer.shape;
    const area = height * width;
    const summed = Array.from({length: area}, (_, at) => sum(Array.from({length: channels}, (_, c) => costs[c * area + at])));
    const most = Math.max(...summed);
    const colour = values => at => [...[0, 1, 2].map(c => Math.round(255 * values[(channels === 3 ? c : 0) * area + at])), 255];
    paint(canvases[0], width, height, colour(x));
    paint(canvases[1], width, height, colour(p));
    paint(map, width, height, at => [...SHADE, Math.round(255 * (summed[at] / most) ** 0.6)]);
    const total = sum(costs);
    const floor = sum(own);
    told.show([
      ['sum', t('learn.bernoulli_sum'), nats(total)],
      ['floor', t('learn.bernoulli_floor'), nats(floor)],
      ['above', t('learn.bernoulli_above'), nats(total - floor)],
      ...(answer.floor === null ? [] : [['all', t('learn.bernoulli_all'), nats(answer.floor)]]),
    ]);
    const dearest = summed.indexOf(most);
    point(dearest % width, Math.floor(dearest / width));
  }

  /** Read the bill of a pixel, and frame it in all three pictures. */
  function point(column, row) {
    const [channels, height, width] = shown.shape;
    cursor = [Math.min(Math.max(column, 0), width - 1), Math.min(Math.max(row, 0), height - 1)];
    const at = Array.from({length: channels}, (_, c) => c * height * width + cursor[1] * width + cursor[0]);
    const list = values => at.map(i => number(values[i], 3)).join(', ');
    read.textContent = t('learn.bernoulli_read', {column: cursor[0], row: cursor[1], x: list(shown.x), p: list(shown.p), nats: number(sum(at.map(i => shown.costs[i])), 3), own: number(sum(at.map(i => shown.own[i])), 3)});
    for (const frame of frames) {
      frame.hidden = false;
      frame.style.cssText = `left:${(100 * cursor[0]) / width}%;top:${(100 * cursor[1]) / height}%;width:${100 / width}%;height:${100 / height}%`;
    }
  }
  for (const canvas of canvases) {
    const follow = event => {
      if (!shown) return;
      const box = canvas.getBoundingClientRect();
      point(Math.floor(((event.clientX - box.left) / box.width) * shown.shape[2]), Math.floor(((event.clientY - box.top) / box.height) * shown.shape[1]));
    };
    canvas.addEventListener('pointermove', follow);
    canvas.addEventListener('pointerdown', follow);
  }
  map.addEventListener('keydown', event => {
    const direction = ARROWS[event.key];
    if (!shown || !direction || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    point(cursor[0] + direction[0], cursor[1] + direction[1]);
  });
  step.live.append(make('div', {className: 'lse-three'}, ...figures), read, told.element);
  step.go(t('learn.explore'), () => shown && visit('explore', {model: name, index: shown.index, z: []}));
}

const sum = values => values.reduce((total, value) => total + value, 0);

function paint(canvas, width, height, colour) {
  Object.assign(canvas, {width, height});
  const context = canvas.getContext('2d');
  const pixels = context.createImageData(width, height);
  for (let at = 0; at < width * height; at++) pixels.data.set(colour(at), 4 * at);
  context.putImageData(pixels, 0, 0);
}
