// The true posterior as shades and the encoder's Gaussian as ellipses, on one plane of two latents.

import {facts, nats} from './step.js';
import {float32} from '../kit/js/arrays.js';
import {make} from '../kit/js/dom.js';
import {visit} from '../kit/js/visit.js';
import {number, t} from '../kit/js/strings.js';
import {draw, ticks} from '../kit/js/svg.js';

const SIDE = 420; // units of the plane's drawing, whatever its pixels
const EDGE = {left: 44, top: 10, right: 18, bottom: 38};
const SHADE = [20, 150, 136]; // seen on white and on black

export function mountPosterior(step, name) {
  const plane = draw('svg', {class: 'lse-chart lse-posterior', role: 'img', viewBox: `0 0 ${EDGE.left + SIDE + EDGE.right} ${EDGE.top + SIDE + EDGE.bottom}`});
  const told = facts();
  let picked = null;
  step.images(name, row => ask(row));
  const ask = step.asks(row => step.call('posterior', name, row), show);

  function show(answer) {
    picked = answer;
    const {axes, mu, sigma, log_evidence: evidence, elbo, gap, nearest} = answer;
    const {x, y} = {x: at => EDGE.left + share(at, axes[0]) * SIDE, y: at => EDGE.top + (1 - share(at, axes[1])) * SIDE};
    const ellipse = (q, k, name) => draw('ellipse', {class: `lse-chart-${name}`, cx: x(q.mu[0]), cy: y(q.mu[1]), rx: (k * q.sigma[0] * SIDE) / length(axes[0]), ry: (k * q.sigma[1] * SIDE) / length(axes[1])});
    const [across, up] = axes.map(axis => ticks(axis, SIDE, 80));
    const [bottom, end] = [EDGE.top + SIDE, EDGE.left + SIDE];
    plane.setAttribute('aria-label', t('learn.posterior_label'));
    plane.replaceChildren(
      draw('image', {href: shades(answer), x: EDGE.left, y: EDGE.top, width: SIDE, height: SIDE, preserveAspectRatio: 'none'}),
      draw(
        'g',
        {class: 'lse-chart-axes'},
        draw('path', {d: `M${EDGE.left} ${EDGE.top}V${bottom}H${end}`}),
        ...across.values.map(value => draw('text', {x: x(value), y: bottom + 16, 'text-anchor': 'middle'}, number(value, across.decimals))),
        ...up.values.filter(value => y(value) > EDGE.top + 20).map(value => draw('text', {x: EDGE.left - 6, y: y(value) + 4, 'text-anchor': 'end'}, number(value, up.decimals))),
        draw('text', {x: end, y: bottom + 33, 'text-anchor': 'end'}, 'z0'),
        draw('text', {x: 2, y: EDGE.top + 8}, 'z1'),
      ),
      ...[1, 2].map(k => ellipse(nearest, k, 'best')),
      ...[1, 2].map(k => ellipse({mu, sigma}, k, 'level')),
    );
    told.show([
      ['evidence', t('learn.posterior_evidence'), nats(evidence, 2)],
      ['elbo', t('learn.posterior_elbo'), nats(elbo, 2)],
      ['difference', t('learn.posterior_difference'), nats(evidence - elbo, 2)],
      ['gap', t('learn.posterior_gap'), nats(gap, 2)],
      ['amortisation', t('learn.posterior_amortisation'), nats(gap - nearest.gap, 2)],
      ['shape', t('learn.posterior_shape'), nats(nearest.gap, 2)],
    ]);
  }
  const key = ['true', 'q', 'best'].map(name => make('p', {className: `lse-key lse-key-${name}`}, make('i'), t(`learn.posterior_${name}`)));
  step.live.append(make('div', {className: 'lse-beside'}, plane, make('div', {}, make('div', {}, ...key), told.element)));
  step.go(t('learn.explore'), () => picked && visit('explore', {model: name, index: picked.index, z: picked.mu}));
}

const length = ([low, high]) => high - low;
const share = (at, axis) => (at - axis[0]) / length(axis);

/** The density as a picture, row 0 at the top: the more opaque, the denser. */
function shades({density, steps}) {
  const values = float32(density);
  const canvas = make('canvas', {width: steps, height: steps});
  const context = canvas.getContext('2d');
  const pixels = context.createImageData(steps, steps);
  for (let row = 0; row < steps; row++) {
    for (let column = 0; column < steps; column++) {
      const share = values[(steps - 1 - row) * steps + column];
      pixels.data.set([...SHADE, Math.round(255 * share ** 0.7)], 4 * (row * steps + column));
    }
  }
  context.putImageData(pixels, 0, 0);
  return canvas.toDataURL();
}
