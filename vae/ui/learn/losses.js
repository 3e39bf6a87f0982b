// The two losses as functions of the KL, and what the betas of other repositories are in nats per image.

import {createChart, line} from './chart.js';
import {slider} from './step.js';
import {make} from '../kit/js/dom.js';
import {visit} from '../kit/js/visit.js';
import {number, t} from '../kit/js/strings.js';
import {draw} from '../kit/js/svg.js';

const SIGNS = {beta: 'β', gamma: 'γ', capacity: 'C'};
const MOST = 40; // nats of KL on the axis

const short = value => number(value, value >= 100 ? 0 : value >= 10 || Number.isInteger(value) ? 1 : 2);

export function mountLosses(step, _, {losses}) {
  const chart = createChart(270, ({beta, gamma, capacity, y}, place, area) => {
    const named = (points, text, className) => [
      draw('path', {class: className, d: line(points, place)}),
      draw('text', {class: 'lse-chart-name', x: place.x(points.at(-1)[0]), y: Math.max(place.y(points.at(-1)[1]) - 6, area.y + 10), 'text-anchor': 'end'}, text),
    ];
    const reach = y[1] / gamma; // of either arm, before it leaves the chart
    const high = [0, Math.min(MOST, y[1] / beta)].map(x => [x, beta * x]);
    const target = [Math.max(0, capacity - reach), capacity, Math.min(MOST, capacity + reach)].map(x => [x, gamma * Math.abs(x - capacity)]);
    return [
      ...named(high, 'β · KL', 'lse-chart-line lse-chart-faint'),
      ...named(target, 'γ · |KL − C|', 'lse-chart-line'),
      draw('path', {class: 'lse-chart-level', d: `M${place.x(capacity)} ${area.y}V${area.y + area.height}`}),
    ];
  });
  const turn = (key, low, high, value) => slider({low, high, value, step: 0.5, label: SIGNS[key], say: value => t(`learn.losses_${key}`, {value: number(value, 1)}), move: redraw});
  const sliders = {beta: turn('beta', 0.5, 16, 4), gamma: turn('gamma', 0.5, 16, 8), capacity: turn('capacity', 0, 30, 15)};

  function redraw() {
    const [beta, gamma, capacity] = ['beta', 'gamma', 'capacity'].map(key => sliders[key].value);
    chart.show({beta, gamma, capacity, x: [0, MOST], y: [0, 240], xTitle: t('learn.losses_x'), yTitle: t('learn.losses_y'), label: t('learn.losses_y')});
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
    chart.element,
    make('div', {className: 'lse-scroll'}, table),
    make('p', {className: 'lse-note', textContent: t('learn.losses_note')}),
  );
  step.go(t('learn.losses_go'), () => visit('train', {}));
  redraw();
  step.ready();
}
