// One pass of the encoder against gradient steps on a q of one image alone.

import {createChart, line} from './chart.js';
import {button, facts, nats} from './step.js';
import {make} from '../kit/js/dom.js';
import {number, t} from '../kit/js/strings.js';
import {draw} from '../kit/js/svg.js';

/** So many seconds in words. */
const time = seconds => (seconds < 3600 ? t('learn.seconds', {n: number(seconds, seconds < 10 ? 1 : 0)}) : t('learn.hours', {n: number(seconds / 3600, 0)}));
const value = ({nats, ms}) => t('learn.amortised_value', {nats: number(nats, 1), ms: number(ms, ms < 10 ? 2 : 0)});

export function mountAmortised(step, name) {
  const chart = createChart(280, ({trace, encoder}, place, area) => [
    draw('path', {class: 'lse-chart-level', d: `M${area.x} ${place.y(encoder.nats)}H${area.x + area.width}`}),
    draw('text', {class: 'lse-chart-name', x: area.x + area.width, y: place.y(encoder.nats) - 8, 'text-anchor': 'end'}, t('learn.amortised_encoder')),
    draw('path', {class: 'lse-chart-line', d: line(trace, place)}),
  ]);
  const told = facts();
  let picked = null;
  step.images(name, row => ask([(picked = row)]));
  const ask = step.asks(([row, again]) => step.call(again ? 'own_q_again' : 'own_q', name, row), show);

  function show({trace, encoder, own, images}) {
    const end = trace.at(-1)[0];
    const low = Math.min(encoder.nats, own.nats, ...trace.map(([, y]) => y));
    const inside = trace.filter(([ms]) => ms >= 0.03 * end); // the first fall is steep: the chart begins after it
    const high = Math.max(encoder.nats, inside[0][1]);
    const y = [low - 0.12 * (high - low), high];
    chart.show({trace: inside, encoder, x: [0, end], y, xTitle: t('learn.amortised_x'), yTitle: t('learn.amortised_y'), label: t('learn.amortised_y')});
    const total = images && [encoder, own].map(({ms}) => time((images * ms) / 1000));
    told.show([
      ['encoder', t('learn.amortised_encoder'), value(encoder)],
      ['own', t('learn.amortised_own', {n: own.steps}), value(own)],
      ['gap', t('learn.amortised_gap'), nats(encoder.nats - own.nats)],
      ...(total ? [['all', t('learn.amortised_all', {n: number(images)}), t('learn.amortised_times', {encoder: total[0], own: total[1]})]] : []),
    ]);
  }
  step.live.append(chart.element, told.element, make('div', {className: 'lse-buttons'}, button(t('learn.again'), () => picked !== null && ask([picked, true]), {'data-do': 'again'})));
}
