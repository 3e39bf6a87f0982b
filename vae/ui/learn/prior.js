// Two latents of the prior, of the aggregate posterior, and of the same codes with each latent shuffled by itself.

import {clouded} from './figures.js';
import {chart, choice, facts, nats} from './step.js';
import {float32} from '../kit/js/arrays.js';
import {make} from '../kit/js/dom.js';
import {normal} from '../kit/js/latent.js';
import {visit} from '../kit/js/visit.js';
import {number, t} from '../kit/js/strings.js';

const CLOUDS = ['prior', 'aggregate', 'shuffled'];

function shuffled(values) {
  const order = [...values];
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(Math.random() * (i + 1));
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}

export function mountPrior(step, names) {
  const plane = chart(width => width, 'lse-square');
  const told = facts();
  const note = make('p', {className: 'lse-note'});
  let [shown, clouds, which] = [null, {}, 'aggregate'];
  const choose = choice(t('learn.prior_which'), CLOUDS.map(key => [key, t(`learn.prior_${key}`)]), which, key => {
    which = key;
    redraw();
  });
  const ask = step.asks(
    name => step.call('aggregate', name),
    answer => {
      const codes = [answer.figure.data[0].x, answer.figure.data[0].y].map(({bdata}) => Array.from(float32(bdata)));
      shown = answer;
      clouds = {prior: codes.map(({length}) => Array.from({length}, normal)), aggregate: codes, shuffled: [codes[0], shuffled(codes[1])]};
      const [i, j] = answer.pair;
      told.show([
        ['information', t('learn.prior_pair', {i, j}), nats(answer.information, 2)],
        ['total', t('learn.prior_total', {n: answer.dims.length}), answer.total_correlation === null ? t('learn.prior_untold') : nats(answer.total_correlation, 2)],
      ]);
      note.textContent = t('learn.prior_count', {i, j, n: number(answer.count), images: number(answer.images), measured: number(answer.measured)});
      redraw();
    },
  );

  function redraw() {
    if (!shown) return;
    const [i, j] = shown.pair;
    plane.show(clouded(shown.figure, clouds[which], t('learn.prior_label', {i, j, which: t(`learn.prior_${which}`)})));
  }
  const models = names.length > 1 ? [choice(t('learn.prior_models'), names.map(name => [name, name]), names[0], ask)] : [make('small', {textContent: t('learn.model', {name: names[0]})})];
  const beside = make('div', {className: 'lse-beside'}, plane.element, make('div', {}, told.element, note));
  step.live.append(make('div', {className: 'lse-bar'}, ...models), choose, beside);
  step.go(t('learn.explore'), () => shown && visit('explore', {model: shown.name, index: undefined, z: []}));
  ask(names[0]);
}
