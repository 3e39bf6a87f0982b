// The spectrum of the images and the threshold beta·sigma²: how many latents of a linear VAE wake at any of them.

import {createChart} from './chart.js';
import {forecast} from './forecast.js';
import {button, slider} from './step.js';
import {make} from '../kit/js/dom.js';
import {visit} from '../kit/js/visit.js';
import {number, t} from '../kit/js/strings.js';
import {draw} from '../kit/js/svg.js';

const RANGE = [-3, 3.3]; // of log10 of beta·sigma²

const plain = value => number(value, value < 1 ? 3 : value < 10 ? 1 : 0);

export function mountCollapse(step, name) {
  let shown = null;
  const chart = createChart(270, ({values, threshold}, place, area) => {
    const cell = area.width / values.length;
    const bottom = area.y + area.height;
    const bar = (value, i) => draw('rect', {class: value > threshold ? 'lse-chart-bars lse-chart-accent' : 'lse-chart-bars', x: area.x + i * cell + 1, y: place.y(value), width: Math.max(cell - 2, 1), height: Math.max(bottom - place.y(value), 0)});
    const at = Math.min(Math.max(place.y(threshold), area.y), bottom);
    return [
      ...values.map(bar),
      draw('path', {class: 'lse-chart-level', d: `M${area.x} ${at}H${area.x + area.width}`}),
      draw('text', {class: 'lse-chart-name', x: area.x + area.width, y: at - 6, 'text-anchor': 'end'}, t('learn.collapse_slider', {value: plain(threshold)})),
    ];
  });
  const said = make('p', {className: 'lse-read', 'aria-live': 'polite'});
  const hidden = make('p', {className: 'lse-note'});
  const marks = make('div', {className: 'lse-buttons'});
  const threshold = slider({low: RANGE[0], high: RANGE[1], value: Math.log10(0.5), label: 'β·σ²', say: value => t('learn.collapse_slider', {value: plain(10 ** value)}), move: redraw});
  const ask = step.asks(
    () => step.call('directions', name),
    answer => {
      if (answer.missing) {
        step.lack(t('learn.collapse_images', {reason: answer.missing}));
        return;
      }
      shown = answer;
      const half = answer.pixels / 2;
      const jump = (key, text, value) =>
        button(
          text,
          () => {
            threshold.show(Math.log10(value));
            redraw();
          },
          {'data-do': key},
        );
      marks.replaceChildren(
        jump('sum', t('learn.collapse_sum'), 0.5),
        jump('mean', t('learn.collapse_mean', {half: number(half)}), half),
        ...(answer.threshold ? [jump('own', t('learn.collapse_own', {value: plain(answer.threshold)}), answer.threshold)] : []),
      );
      hidden.textContent = t('learn.collapse_hidden', {pixels: number(answer.pixels), half: number(half)});
      step.live.append(threshold.element, hidden, marks, chart.element, said);
      redraw();
    },
  );

  function redraw() {
    if (!shown) return;
    const level = 10 ** threshold.value;
    const {count, nats} = forecast(shown.values, level);
    const values = shown.values.slice(0, shown.shown);
    said.textContent = count ? t('learn.collapse_awake', {n: count, nats: number(nats, 1)}) : t('learn.collapse_none', {largest: plain(shown.values[0])});
    said.dataset.awake = count;
    const label = t('learn.collapse_label', {shown: values.length, n: values.filter(value => value > level).length, value: plain(level)});
    const y = [Math.min(values.at(-1), 0.5) / 2, 2 * Math.max(values[0], shown.pixels / 2)];
    chart.show({values, threshold: level, x: [0, values.length], y, log: true, xTicks: false, xTitle: t('learn.collapse_x'), yTitle: t('learn.collapse_y'), label});
  }
  step.go(t('learn.collapse_go', {name}), () => visit('explore', {model: name, index: undefined, z: []}));
  ask();
}
