// One pass of the encoder against gradient steps on a q of one image alone.

import {button, chart, facts, nats} from './step.js';
import {make} from '../kit/js/dom.js';
import {number, t} from '../kit/js/strings.js';

/** So many seconds in words. */
const time = seconds => (seconds < 3600 ? t('learn.seconds', {n: number(seconds, seconds < 10 ? 1 : 0)}) : t('learn.hours', {n: number(seconds / 3600, 0)}));
const value = ({nats, ms}) => t('learn.amortised_value', {nats: number(nats, 1), ms: number(ms, ms < 10 ? 2 : 0)});

export function mountAmortised(step, name) {
  const {element, show: draw} = chart(280);
  const told = facts();
  let picked = null;
  step.images(name, row => ask([(picked = row)]));
  const ask = step.asks(([row, again]) => step.call(again ? 'own_q_again' : 'own_q', name, row), show);

  function show({encoder, own, gap, passed, images, figure}) {
    draw(figure);
    const total = images && [encoder, own].map(({ms}) => time((images * ms) / 1000));
    told.show([
      ['encoder', t('learn.amortised_encoder'), value(encoder)],
      ['own', t('learn.amortised_own', {n: own.steps}), value(own)],
      ['gap', t('learn.amortised_gap'), passed ? nats(gap) : t('learn.amortised_short', {n: own.steps})],
      ...(total ? [['all', t('learn.amortised_all', {n: number(images)}), t('learn.amortised_times', {encoder: total[0], own: total[1]})]] : []),
    ]);
  }
  step.live.append(element, told.element, make('div', {className: 'lse-buttons'}, button(t('learn.again'), () => picked !== null && ask([picked, true]), {'data-do': 'again'})));
}
