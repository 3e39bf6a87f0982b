// The spectrum of the images and the threshold beta·sigma²: how many latents of a linear VAE wake at any of them.

import {divided} from './figures.js';
import {forecast} from './forecast.js';
import {button, chart, slider} from './step.js';
import {make} from '../kit/js/dom.js';
import {visit} from '../kit/js/visit.js';
import {number, t} from '../kit/js/strings.js';

const RANGE = [-3, 3.3]; // of log10 of beta·sigma²

const plain = value => number(value, value < 1 ? 3 : value < 10 ? 1 : 0);

export function mountCollapse(step, name) {
  let spectrum = null; // the server's answer
  const bars = chart(290);
  const reading = make('p', {className: 'lse-read', 'aria-live': 'polite'});
  const hidden = make('p', {className: 'lse-note'});
  const marks = make('div', {className: 'lse-buttons'});
  const threshold = slider({low: RANGE[0], high: RANGE[1], value: 0, label: 'β·σ²', say: value => t('learn.collapse_slider', {value: plain(10 ** value)}), move: redraw});
  const ask = step.asks(
    () => step.call('directions', name),
    answer => {
      if (answer.missing) {
        step.lack(t('learn.collapse_images', {reason: answer.missing}));
        return;
      }
      spectrum = answer;
      threshold.show(Math.log10(answer.summed));
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
        jump('sum', t('learn.collapse_sum'), answer.summed),
        jump('mean', t('learn.collapse_mean', {half: number(half)}), half),
        ...(answer.threshold ? [jump('own', t('learn.collapse_own', {value: plain(answer.threshold)}), answer.threshold)] : []),
      );
      hidden.textContent = t('learn.collapse_hidden', {pixels: number(answer.pixels), half: number(half)});
      step.live.append(threshold.element, hidden, marks, bars.element, reading);
      redraw();
    },
  );

  function redraw() {
    if (!spectrum) return;
    const level = 10 ** threshold.value;
    const {count, nats} = forecast(spectrum.values, level);
    const values = spectrum.values.slice(0, spectrum.bars);
    reading.textContent = count ? t('learn.collapse_awake', {n: count, nats: number(nats, 1)}) : t('learn.collapse_none', {largest: plain(spectrum.values[0])});
    reading.dataset.awake = count;
    const label = t('learn.collapse_label', {shown: values.length, n: values.filter(value => value > level).length, value: plain(level)});
    bars.show(divided(spectrum.figure, level, t('learn.collapse_slider', {value: plain(level)}), label));
  }
  step.go(t('learn.collapse_go', {name}), () => visit('explore', {model: name, index: undefined, z: []}));
  ask();
}
