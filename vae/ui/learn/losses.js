// The two losses as functions of the KL, and what the betas of other repositories are in nats per image.

import {weighted} from './figures.js';
import {chart, slider} from './step.js';
import {make} from '../kit/js/dom.js';
import {visit} from '../kit/js/visit.js';
import {number, t} from '../kit/js/strings.js';

const SIGNS = {beta: 'β', gamma: 'γ', capacity: 'C'};

const short = value => number(value, value >= 100 ? 0 : value >= 10 || Number.isInteger(value) ? 1 : 2);

export function mountLosses(step, _, {losses}) {
  const lines = chart(310);
  const turn = (key, low, high, value) => slider({low, high, value, step: 0.5, label: SIGNS[key], say: value => t(`learn.losses_${key}`, {value: number(value, 1)}), move: redraw});
  const sliders = {beta: turn('beta', 0.5, 16, 4), gamma: turn('gamma', 0.5, 16, 8), capacity: turn('capacity', 0, 30, 15)};

  let figure = null;
  const ask = step.asks(
    () => step.call('chart', 'losses'),
    answer => {
      figure = answer;
      redraw();
    },
  );

  function redraw() {
    if (!figure) return;
    const [beta, gamma, capacity] = ['beta', 'gamma', 'capacity'].map(key => sliders[key].value);
    lines.show(weighted(figure, {beta, gamma, capacity}));
  }
  const head = ['whose', 'pixels', 'weight', 'effective'].map(key => make('th', {scope: 'col', textContent: t(`learn.losses_${key}`)}));
  const rows = losses.map(({key, pixels, weight, beta}) => {
    const cells = [number(pixels), weight === null ? '–' : String(Number(weight.toPrecision(3))), short(beta)].map(textContent => make('td', {textContent}));
    return make('tr', {'data-loss': key}, make('th', {scope: 'row', textContent: t(`learn.losses_${key}`)}), ...cells);
  });
  const caption = make('caption', {textContent: t('learn.losses_table')});
  const table = make('table', {className: 'lse-learn-table'}, caption, make('thead', {}, make('tr', {}, ...head)), make('tbody', {}, ...rows));
  step.live.append(
    ...Object.values(sliders).map(({element}) => element),
    lines.element,
    make('div', {className: 'lse-scroll'}, table),
    make('p', {className: 'lse-note', textContent: t('learn.losses_note')}),
  );
  step.go(t('learn.losses_go'), () => visit('train', {}));
  ask();
}
