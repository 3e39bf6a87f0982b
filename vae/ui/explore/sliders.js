// One slider per latent, the most used first. One component for all: it brings its own labels, keys and aria texts.

import {make, ready} from '../kit/js/dom.js';
import {ask} from '../kit/js/glossary.js';
import {namedAll, number, t} from '../kit/js/strings.js';
import {createSway} from './sway.js';

const STEPS = {ArrowLeft: -0.1, ArrowDown: -0.1, ArrowRight: 0.1, ArrowUp: 0.1, PageDown: -1, PageUp: 1};

export function mountSliders(element, explorer) {
  const sway = createSway(explorer);
  let rows = [];

  explorer.on('model', model => {
    ready(element, false);
    const order = model.kl.map((_, dim) => dim).sort((a, b) => model.kl[b] - model.kl[a]);
    const most = Math.max(...model.kl, 1e-6);
    rows = [];
    for (const dim of order) rows[dim] = row(dim, model, most, explorer, sway);
    const awake = order.filter(dim => model.kl[dim] >= model.active);
    const asleep = order.filter(dim => model.kl[dim] < model.active);
    const head = make('div', {className: 'lse-bar'}, make('span', {className: 'lse-field'}, make('h2', {textContent: t('sliders.title')}), ask('latent')), make('span', {className: 'lse-field lse-count'}, t('sliders.bar'), ask('kl')));
    element.replaceChildren(head, ...awake.map(dim => rows[dim].element));
    if (asleep.length) {
      const text = asleep.length === 1 ? t('sliders.inactive_one') : t('sliders.inactive', {n: asleep.length});
      const folded = make('details', {}, make('summary', {textContent: text}), ...asleep.map(dim => rows[dim].element));
      folded.open = !awake.length && asleep.length <= 12;
      element.append(folded);
    }
  });
  explorer.on('z', ({z}) => {
    z.forEach((value, dim) => rows[dim].show(value));
    ready(element);
  });
}

/** The range of a slider: -3 ... 3, wider where the aggregate posterior reaches further. */
function bounds(quantiles) {
  const low = Math.min(-3, Math.floor(2 * Math.min(...quantiles)) / 2);
  const high = Math.max(3, Math.ceil(2 * Math.max(...quantiles)) / 2);
  return [low, high];
}

function row(dim, model, most, explorer, sway) {
  const follows = model.follows[dim];
  const kl = model.kl[dim];
  const [low, high] = bounds(model.quantiles[dim]);
  const label = t(follows ? 'sliders.label_follows' : 'sliders.label', {dim, factor: follows?.factors});
  const input = make('input', {type: 'range', min: low, max: high, step: 'any', 'aria-label': label, 'data-dim': dim});
  const output = make('output');
  const name = make('span', {className: 'lse-name'}, make('b', {textContent: `z${dim}`}));
  if (follows) {
    name.title = t('sliders.follows_help', {dim, factor: follows.factors, strength: number(follows.strength, 2)});
    name.append(
      make('span', {textContent: namedAll(follows.factors)}),
      make('small', {textContent: number(follows.strength, 2).replace('0.', '.')}),
    );
  }
  const bar = make('span', {className: 'lse-kl', title: t('sliders.kl_help', {kl: number(kl, 2)})}, make('i'));
  bar.firstChild.style.width = `${(100 * kl) / most}%`;
  const nats = make('span', {className: 'lse-nats', textContent: `${number(kl, 1)} ${t('common.nats')}`});
  const element = make('div', {className: 'lse-row', title: t('sliders.row_help')}, name, bar, nats, sway.button(dim, [low, high]), input, output);

  const move = value => {
    sway.stop(); // the hand has it now
    explorer.setDim(dim, value);
  };
  input.addEventListener('input', () => move(Number(input.value)));
  input.addEventListener('keydown', event => {
    const step = STEPS[event.key];
    if (!step || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const value = Math.round((explorer.state.z[dim] + step) * 1e6) / 1e6;
    move(Math.min(Number(input.max), Math.max(Number(input.min), value)));
  });
  element.addEventListener('dblclick', () => move(explorer.state.picked.z[dim]));

  function show(value) {
    if (value < input.min) input.min = Math.floor(value);
    if (value > input.max) input.max = Math.ceil(value);
    if (Number(input.value) !== value) input.value = value;
    const text = number(value, 2);
    if (output.textContent === text) return;
    output.textContent = text;
    input.setAttribute('aria-valuetext', text);
    const [min, max] = [Number(input.min), Number(input.max)];
    input.style.setProperty('--at', `${(100 * (value - min)) / (max - min)}%`);
  }
  return {element, show};
}
