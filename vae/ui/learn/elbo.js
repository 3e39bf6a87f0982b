// What a sampled z costs, and how far decoding mu flatters it.

import {chart, facts, mean, nats} from './step.js';
import {visit} from '../kit/js/visit.js';
import {number, t} from '../kit/js/strings.js';

export function mountElbo(step, name) {
  const {element, show: draw} = chart(250);
  const told = facts();
  let picked = null;
  step.images(name, row => ask(row));
  const ask = step.asks(row => step.call('distortions', name, row), show);

  function show({sampled, mu, rate, all, index, figure}) {
    picked = index;
    const middle = mean(sampled);
    draw(figure);
    const known = all.neg_elbo !== null && all.neg_elbo_decoding_mu !== null;
    told.show([
      ['rate', t('learn.elbo_rate'), nats(rate)],
      ['sampled', t('learn.elbo_sampled'), nats(middle + rate)],
      ['mu', t('learn.elbo_mu'), nats(mu + rate)],
      ['flattered', t('learn.elbo_flattered'), nats(middle - mu)],
      ...(known ? [['all', t('learn.elbo_all'), t('learn.elbo_all_value', {sampled: number(all.neg_elbo, 1), mu: number(all.neg_elbo_decoding_mu, 1)})]] : []),
    ]);
  }
  step.live.append(element, told.element);
  step.go(t('learn.explore'), () => picked !== null && visit('explore', {model: name, index: picked, z: []}));
}
