// The figures of a model, each with what it means and what it is to be held against.

import {ask, askAbout} from '../kit/js/glossary.js';
import {make} from '../kit/js/dom.js';
import {number, t} from '../kit/js/strings.js';

const TERM = {above_floor: 'floor', neg_elbo: 'elbo', rate: 'rate', distortion: 'distortion', active_units: 'active_units', mig_sampled: 'mig'}; // figure -> glossary
const BESIDE = ['mig', 'mig_in_use']; // other conventions of MIG

/**
 * Fill a list with them.
 *
 * @param model {figures: name -> value or null, latents}, or undefined for none
 * @param marks the names of the scores that codes made of the factors reach
 */
export function drawFigures(list, model, marks) {
  const values = model?.figures ?? {};
  list.replaceChildren();
  const help = key => t(`header.${key}_help`);
  const box = (key, label, className, ...text) => {
    if (values[key] == null) return;
    const parts = [make('dt', {}, label, ...explained(key)), make('dd', {}, ...text)];
    list.append(make('div', {className, title: help(key)}, ...parts));
  };
  const explained = key => {
    if (key in TERM) return [ask(TERM[key], ...(key === 'mig_sampled' ? ['mig_sampled', ...BESIDE, ...marks] : [key]).map(help))];
    return key === 'neg_elbo_decoding_mu' ? [askAbout(t(`header.${key}`), help(key))] : [];
  };
  const show = (key, ...rest) => box(key, t(`header.${key}`), ...rest);
  const nats = key => [number(values[key], 1), make('small', {textContent: ` ${t('common.nats')}`})];
  show('above_floor', '', ...nats('above_floor'));
  show('neg_elbo', values.above_floor == null ? '' : 'lse-mark', ...nats('neg_elbo'));
  show('neg_elbo_decoding_mu', 'lse-mark', number(values.neg_elbo_decoding_mu, 1));
  for (const key of ['rate', 'distortion']) show(key, '', ...nats(key));
  show('active_units', '', t('header.of', {n: values.active_units, total: model?.latents}));
  if (values.mig == null) return;
  // A score means little without the other conventions and the codes that it is held against: smaller, beside it.
  const small = key => number(values[key], 2).replace('0.', '.');
  if (values.mig_sampled == null) {
    show('mig', '', number(values.mig, 2));
  } else {
    show('mig_sampled', '', number(values.mig_sampled, 2));
    box(BESIDE[0], t('header.means'), 'lse-mark', small('mig'));
  }
  for (const mark of [BESIDE[1], ...marks]) show(mark, 'lse-mark', small(mark));
}
