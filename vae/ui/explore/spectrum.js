// Why latents wake: the variance of the images along each of their directions, as bars on a logarithmic axis, and the
// line that a linear model's latent must rise above. Its height above the line is twice its nats; dots are what the
// latents of this model carry, on the same scale.

import {make} from '../kit/js/dom.js';
import {number, t} from '../kit/js/strings.js';

/** The drawing of {values, threshold, kl}: falling variances, β·σ², and the KL of this model's latents, falling. */
export function drawSpectrum({values, threshold, kl}) {
  const level = nats => threshold * Math.exp(2 * nats); // the variance that a linear latent of so many nats would have
  const low = Math.log(Math.min(values.at(-1), threshold) / 1.5);
  const high = Math.log(Math.max(values[0], threshold, level(kl[0] ?? 0)) * 1.5);
  const height = value => `${(100 * (Math.log(value) - low)) / (high - low)}%`;
  const columns = values.map((value, i) => {
    const forecast = Math.max(0, Math.log(value / threshold) / 2);
    const texts = [t('spectrum.direction', {n: i + 1, variance: number(value, value < 10 ? 2 : 0), nats: number(forecast, 2)})];
    if (i < kl.length) texts.push(t('spectrum.latent', {nats: number(kl[i], 2)}));
    const bar = make('i', {className: value > threshold ? 'lse-awake' : ''});
    bar.style.height = height(value);
    const column = make('span', {title: texts.join('\n')}, bar);
    if (i < kl.length) {
      const dot = make('b');
      dot.style.bottom = height(level(kl[i]));
      column.append(dot);
    }
    return column;
  });
  const line = make('em', {}, make('small', {textContent: t('spectrum.threshold', {value: number(threshold, threshold < 10 ? 1 : 0)})}));
  line.style.bottom = height(threshold);
  const label = t('spectrum.label', {n: values.filter(value => value > threshold).length, m: kl.length});
  return [
    make('p', {className: 'lse-spectrum-title', textContent: t('spectrum.title')}),
    make('div', {className: 'lse-spectrum', role: 'img', 'aria-label': label}, ...columns, line),
    make('p', {className: 'lse-remedy', textContent: t('spectrum.about')}),
  ];
}
