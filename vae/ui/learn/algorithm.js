// Five lines of the algorithm with the numbers of a real training, step by step.

import {walked} from './figures.js';
import {button, chart} from './step.js';
import {make} from '../kit/js/dom.js';
import {visit} from '../kit/js/visit.js';
import {number, t} from '../kit/js/strings.js';

const LINES = ['encode', 'sample', 'decode', 'add', 'step'];
const PLAYED = 24; // steps a second

const vector = values => `(${values.map(value => number(value, 2)).join(', ')})`;

export function mountAlgorithm(step, _, {seeds}) {
  let [training, at, seed, playing] = [null, 0, 0, 0];
  const values = Object.fromEntries(LINES.map(key => [key, make('span', {'data-line': key})]));
  const painted = make('i', {className: 'lse-tile', role: 'img', 'aria-label': t('learn.decoded')});
  const original = make('img', {className: 'lse-tile', alt: t('learn.original')});
  const lines = make(
    'ol',
    {className: 'lse-lines'},
    ...LINES.map(key => make('li', {}, make('b', {textContent: t(`learn.algorithm_${key}`)}), values[key])),
  );
  values.decode.append(original, '→', painted);
  const [above, below] = ['originals', 'painted'].map(role => make('i', {role: 'img', 'data-role': role, 'aria-label': t('learn.algorithm_pictures')}));
  const pictures = make('div', {className: 'lse-digits'}, above, below, make('p', {className: 'lse-note', textContent: t('learn.algorithm_pictures')}));
  const curve = chart(210);
  const told = make('p', {className: 'lse-at', 'aria-live': 'polite'});

  const ask = step.asks(
    seed => step.call('watch_training', seed),
    answer => {
      clearInterval(playing);
      training = answer;
      original.src = answer.original;
      above.style.backgroundImage = `url("${answer.originals}")`;
      for (const tiles of [below, painted]) tiles.style.backgroundImage = `url("${answer.sheet}")`;
      [above, below].forEach(tiles => (tiles.style.aspectRatio = answer.columns));
      show(0);
    },
  );

  function show(next) {
    const {moments, columns, images} = training;
    at = Math.min(next, moments.length - 1);
    const {mu, sigma, eps, z, distortion, rate, batch} = moments[at];
    values.encode.textContent = `μ = ${vector(mu)}, σ = ${vector(sigma)}`;
    values.sample.textContent = `z = μ + σ · ${vector(eps)} = ${vector(z)}`;
    values.add.textContent = t('learn.algorithm_losses', {distortion: number(distortion, 1), rate: number(rate, 1), sum: number(distortion + rate, 1)});
    values.step.textContent = batch === null ? t('learn.algorithm_done') : t('learn.algorithm_batch', {n: images, loss: number(batch, 1)});
    const share = (100 * at) / (moments.length - 1);
    painted.style.backgroundSize = `${100 * columns}% ${100 * moments.length}%`;
    painted.style.backgroundPosition = `0 ${share}%`;
    below.style.backgroundSize = `100% ${100 * moments.length}%`;
    below.style.backgroundPosition = `0 ${share}%`;
    told.textContent = t('learn.algorithm_at', {n: at, total: moments.length - 1});
    told.dataset.at = at;
    curve.show(walked(training.figure, at));
    for (const [key, press] of Object.entries(moves)) press.disabled = key !== 'new' && at === moments.length - 1;
  }
  /** Walk on, so quickly that each step is seen. */
  function play(count) {
    clearInterval(playing);
    if (!training) return;
    const goal = at + count;
    playing = setInterval(() => {
      show(at + 1);
      if (at >= Math.min(goal, training.moments.length - 1)) clearInterval(playing);
    }, 1000 / PLAYED);
  }
  const moves = {
    one: button(t('learn.algorithm_one'), () => play(1), {'data-do': 'one'}),
    ten: button(t('learn.algorithm_ten'), () => play(10), {'data-do': 'ten'}),
    all: button(t('learn.algorithm_all'), () => play(Infinity), {'data-do': 'all'}),
    new: button(
      t('learn.algorithm_new'),
      () => {
        clearInterval(playing);
        seed = (seed + 1) % seeds;
        ask(seed);
      },
      {'data-do': 'new'},
    ),
  };
  step.live.append(lines, make('div', {className: 'lse-buttons'}, ...Object.values(moves), told), make('div', {className: 'lse-both'}, pictures, curve.element));
  step.go(t('learn.algorithm_go'), () => visit('train', {}));
  ask(seed);
}
