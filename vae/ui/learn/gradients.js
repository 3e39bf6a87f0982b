// Two estimators of one gradient: their samples as two clouds on one axis, and what their variances cost.

import {estimated} from './figures.js';
import {chart, choice, mean, variance} from './step.js';
import {float32} from '../kit/js/arrays.js';
import {make} from '../kit/js/dom.js';
import {number, t} from '../kit/js/strings.js';

export function mountGradients(step, name) {
  let [shown, figure, of, baseline, latent] = [null, null, 'mu', false, 0];
  const clouds = chart(270);
  const table = make('div', {className: 'lse-scroll'});
  const note = make('p', {className: 'lse-note'});
  const check = make('input', {type: 'checkbox', id: 'learn-gradients-baseline'});
  check.addEventListener('change', () => {
    baseline = check.checked;
    redraw();
  });
  const which = choice(t('learn.gradients_of'), ['mu', 'logvar'].map(key => [key, t(`learn.gradients_${key}`)]), of, key => {
    of = key;
    redraw();
  });
  step.images(name, row => ask(row));
  const ask = step.asks(
    async row => [await step.call('gradients', name, row), (figure ??= await step.call('chart', 'gradients'))],
    ([answer]) => {
      shown = {...answer, samples: unpacked(answer)};
      redraw();
    },
  );

  /** samples[of][by][k]: the values of latent number k of `dims`. */
  function unpacked({dims, count, samples}) {
    const columns = base64 => {
      const flat = float32(base64);
      return dims.map((_, k) => Array.from({length: count}, (_, n) => flat[n * dims.length + k]));
    };
    const inner = by => Object.fromEntries(Object.entries(by).map(([key, base64]) => [key, columns(base64)]));
    return Object.fromEntries(Object.entries(samples).map(([key, by]) => [key, inner(by)]));
  }

  const pair = k => ['reparameterisation', baseline ? 'score_baseline' : 'score'].map(by => shown.samples[of][by][k]);

  function redraw() {
    if (!shown) return;
    latent = Math.min(latent, shown.dims.length - 1);
    const title = t('learn.gradients_x', {of: t(`learn.gradients_${of}`)});
    clouds.show(estimated(figure, pair(latent), title, `z${shown.dims[latent]}: ${title}`));
    note.textContent = t('learn.gradients_count', {n: shown.count});
    const head = ['latent', 'path', 'score', 'ratio'].map(key => make('th', {scope: 'col', textContent: t(`learn.gradients_${key}`), title: key === 'ratio' ? t('learn.gradients_ratio_help') : t('learn.gradients_mean')}));
    table.replaceChildren(make('table', {className: 'lse-learn-table'}, make('thead', {}, make('tr', {}, ...head)), make('tbody', {}, ...shown.dims.map(row))));
  }

  function row(dim, k) {
    const [a, b] = pair(k);
    const told = values => `${number(mean(values), 1)} ± ${number(Math.sqrt(variance(values) / values.length), 1)}`;
    const ratio = variance(b) / variance(a);
    const press = make('button', {type: 'button', textContent: `z${dim}`, 'aria-pressed': k === latent});
    press.addEventListener('click', () => {
      latent = k;
      redraw();
      table.querySelectorAll('button')[k].focus();
    });
    const cells = [told(a), told(b), `${number(ratio, ratio < 10 ? 1 : 0)}×`].map(textContent => make('td', {textContent}));
    cells[2].dataset.ratio = ratio;
    return make('tr', {'data-dim': dim}, make('th', {scope: 'row'}, press), ...cells);
  }

  const field = make('label', {className: 'lse-check-learn', htmlFor: check.id}, check, t('learn.gradients_baseline'));
  step.live.append(make('div', {className: 'lse-bar'}, which, field), clouds.element, note, table);
}
