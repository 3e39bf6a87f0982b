// The Learn tab: a table of contents and a column of steps. A step is drawn, and computes, when it comes into view.

import {mountAlgorithm} from './algorithm.js';
import {mountAmortised} from './amortised.js';
import {mountBernoulli} from './bernoulli.js';
import {mountBeta} from './beta.js';
import {mountCollapse} from './collapse.js';
import {mountElbo} from './elbo.js';
import {mountGradients} from './gradients.js';
import {mountLayers} from './layers.js';
import {mountLosses} from './losses.js';
import {mountPosterior} from './posterior.js';
import {mountPrior} from './prior.js';
import {createStep} from './step.js';
import {mountVae} from './vae.js';
import {caller} from '../kit/js/events.js';
import {complain, describe, linked, moved} from '../kit/js/link.js';
import {change} from '../kit/js/store.js';
import {make, ready} from '../kit/js/dom.js';
import {onVisit} from '../kit/js/visit.js';
import {fill, has, t} from '../kit/js/strings.js';

const STEPS = {
  vae: mountVae,
  layers: mountLayers,
  algorithm: mountAlgorithm,
  amortised: mountAmortised,
  gradients: mountGradients,
  posterior: mountPosterior,
  elbo: mountElbo,
  bernoulli: mountBernoulli,
  beta: mountBeta,
  prior: mountPrior,
  collapse: mountCollapse,
  losses: mountLosses,
};
const AHEAD = '250px'; // a step begins so far before it is seen
const FOLLOWED = 5000; // milliseconds for which a step that was asked for is kept in its place

/** A work as a link, which opens beside the page. */
const cited = ({cited, title, address}) => make('a', {href: address, title, target: '_blank', rel: 'noreferrer', textContent: cited});

export function mount({element, props, server}) {
  fill(element);
  for (const part of element.querySelectorAll('[data-label]')) part.setAttribute('aria-label', t(part.dataset.label));
  const payload = JSON.parse(props.value);
  const call = caller(server);
  const section = key => element.querySelector(`#learn-${key}`);
  const entries = payload.steps.map((key, i) => {
    section(key).querySelector('h2 b').textContent = t(`learn.${key}_title`);
    section(key).querySelector('.lse-step-text').textContent = t(`learn.${key}_text`);
    section(key).querySelector('.lse-references').replaceChildren(t('learn.references'), ...payload.references[key].flatMap((work, n) => [n ? ', ' : ' ', cited(work)]));
    const link = make('a', {href: `#learn-${key}`}, make('span', {textContent: i + 1}), t(`learn.${key}_title`));
    link.addEventListener('click', event => {
      event.preventDefault();
      show(key);
    });
    return make('li', {}, link);
  });
  const contents = element.querySelector('#learn-contents');
  contents.querySelector('ol').replaceChildren(...entries);
  ready(contents);

  // Steps above the wanted one may still be drawn and push it down: it is followed for a while, until the reader does
  // something, be it outside of the page's parts, as on the window's scrollbar.
  let [aim, followed] = [null, 0];
  new ResizeObserver(() => aim && section(aim).scrollIntoView({block: 'start'})).observe(element.querySelector('.lse-learn'));
  for (const event of ['wheel', 'touchstart', 'pointerdown', 'keydown']) addEventListener(event, () => (aim = null), {passive: true});

  /** Scroll to a step. */
  function show(key) {
    if (!payload.steps.includes(key)) return;
    aim = key;
    clearTimeout(followed);
    followed = setTimeout(() => (aim = null), FOLLOWED);
    section(key).scrollIntoView({block: 'start'});
    section(key).querySelector('h2').focus({preventScroll: true});
  }

  const begun = new Set();
  function begin(key) {
    if (begun.has(key)) return;
    begun.add(key);
    const step = createStep(section(key), key, call);
    if (payload.models[key] === null) step.lack(t(has(`learn.${key}_missing`) ? `learn.${key}_missing` : 'learn.no_model'));
    else STEPS[key](step, payload.models[key], payload);
  }

  const seen = new IntersectionObserver(
    entries => {
      for (const {isIntersecting, target} of entries) if (isIntersecting) begin(target.id.replace('learn-', ''));
    },
    {rootMargin: AHEAD},
  );
  for (const key of payload.steps) seen.observe(section(key));

  let open = false;
  new ResizeObserver(() => {
    if (open === element.clientWidth > 0) return;
    open = !open;
    change('learning', open);
  }).observe(element);
  onVisit('learn', ({step}) => requestAnimationFrame(() => show(step)));

  // A link leads to the step that is looked at: the last one that has come into the upper half.
  const inView = () => payload.steps.findLast(key => section(key).getBoundingClientRect().top < innerHeight / 2);
  describe('learn', element, () => ({step: inView()}));
  addEventListener('scroll', moved, {passive: true});
  const wanted = linked('learn')?.step;
  if (payload.steps.includes(wanted)) requestAnimationFrame(() => show(wanted));
  else if (wanted !== undefined) complain(['step']);
}
