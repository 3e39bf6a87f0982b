// The true posterior as shades and the encoder's Gaussian as ellipses, on one plane of two latents.

import {chart, facts, nats} from './step.js';
import {make} from '../kit/js/dom.js';
import {visit} from '../kit/js/visit.js';
import {t} from '../kit/js/strings.js';

const LEGEND = 96; // pixels of axis and legend below the plane

export function mountPosterior(step, name) {
  const plane = chart(width => width + LEGEND, 'lse-square');
  const told = facts();
  let picked = null;
  step.images(name, row => ask(row));
  const ask = step.asks(row => step.call('posterior', name, row), show);

  function show(answer) {
    picked = answer;
    const {log_evidence: evidence, elbo, gap, nearest} = answer;
    plane.show(answer.figure);
    told.show([
      ['evidence', t('learn.posterior_evidence'), nats(evidence, 2)],
      ['elbo', t('learn.posterior_elbo'), nats(elbo, 2)],
      ['difference', t('learn.posterior_difference'), nats(evidence - elbo, 2)],
      ['gap', t('learn.posterior_gap'), nats(gap, 2)],
      ['amortisation', t('learn.posterior_amortisation'), nats(gap - nearest.gap, 2)],
      ['shape', t('learn.posterior_shape'), nats(nearest.gap, 2)],
    ]);
  }
  step.live.append(make('div', {className: 'lse-beside'}, plane.element, told.element));
  step.go(t('learn.explore'), () => picked && visit('explore', {model: name, index: picked.index, z: picked.mu}));
}
