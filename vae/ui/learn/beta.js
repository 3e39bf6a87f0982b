// What beta buys and costs: two models of the same images, their bill at any beta, and where they stand in the plane.

import {originalCaption, picture, slider} from './step.js';
import {make} from '../kit/js/dom.js';
import {visit} from '../kit/js/visit.js';
import {createFigure} from '../kit/js/figure.js';
import {number, t} from '../kit/js/strings.js';

const RANGE = [-2, 5]; // of log2 of beta

export function mountBeta(step, names) {
  const [original, ...painted] = [picture(t('learn.original'), 'original'), ...names.map((name, i) => picture(name, i ? 'right' : 'left'))];
  const bill = make('div', {className: 'lse-bill'});
  const said = make('p', {className: 'lse-read', 'aria-live': 'polite'});
  const plane = make('div', {className: 'lse-plane-rates'});
  const figure = createFigure(plane);
  let models = null;
  step.images(names[0], (row, gallery) => {
    original.caption.textContent = originalCaption(gallery);
    ask(row);
  });
  const ask = step.asks(row => Promise.all(names.map(name => step.call('costs', name, row))), show);
  const drawPlane = step.asks(
    () => step.call('rates', ...names),
    found => figure.show(found.figure),
  );
  const beta = slider({low: RANGE[0], high: RANGE[1], value: 0, label: 'β', say: value => t('learn.beta_slider', {beta: number(2 ** value, 2)}), move: weigh});

  function show(answers) {
    models = answers;
    original.show(answers[0].original);
    answers.forEach(({title, reconstruction, distortion, rate}, i) => {
      painted[i].show(reconstruction);
      painted[i].caption.replaceChildren(make('b', {textContent: title}), make('span', {textContent: t('learn.beta_costs', {distortion: number(distortion, 1), rate: number(rate, 1)})}));
    });
    weigh();
  }

  /** D + beta·R of both over all test images: only what one costs more than the other is drawn. */
  function weigh() {
    if (!models || models.some(({all}) => all.rate === null || all.distortion === null)) return;
    const weight = 2 ** beta.value;
    const totals = models.map(({all}) => all.distortion + weight * all.rate);
    const best = totals[0] <= totals[1] ? 0 : 1;
    const extra = totals[1 - best] - totals[best];
    const [first, second] = models.map(({all}) => all);
    const even = (second.distortion - first.distortion) / (first.rate - second.rate);
    const known = {beta: number(weight, 2), name: models[best].title, nats: number(extra, 1)};
    said.textContent = even > 0 && Number.isFinite(even) ? t('learn.beta_wins', {...known, even: number(even, 2)}) : t('learn.beta_dominates', known);
    said.dataset.even = even;
    const most = Math.max(...RANGE.map(end => Math.abs(first.distortion - second.distortion + 2 ** end * (first.rate - second.rate))), 1e-9);
    bill.replaceChildren(
      ...models.map(({title}, i) => {
        const bar = make('i', {className: i === best ? '' : 'lse-bill-more'});
        bar.style.width = `${i === best ? 0 : Math.max(0.5, (100 * extra) / most)}%`;
        const text = i === best ? t('learn.beta_least', {name: title}) : t('learn.beta_excess', {name: title, nats: number(extra, 1)});
        return make('div', {'data-best': i === best}, make('span', {textContent: text}), bar);
      }),
    );
  }
  step.live.append(make('div', {className: 'lse-three'}, original.figure, ...painted.map(({figure}) => figure)), beta.element, bill, said, plane);
  step.go(t('learn.beta_go'), () => models && visit('compare', {model: names[1], index: models[1].index, z: []}));
  drawPlane();
}
