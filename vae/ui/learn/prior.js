// Two latents of the prior, of the aggregate posterior, and of the same codes with each latent shuffled by itself.

import {bins} from './chart.js';
import {choice, facts, nats} from './step.js';
import {float32} from '../kit/js/arrays.js';
import {make} from '../kit/js/dom.js';
import {normal} from '../kit/js/latent.js';
import {visit} from '../kit/js/visit.js';
import {number, t} from '../kit/js/strings.js';
import {draw, ticks} from '../kit/js/svg.js';

const [SIDE, MARGIN, LEFT, BOTTOM] = [380, 64, 34, 36]; // units of the drawing, whatever its pixels
const CELLS = 40;
const TALL = 120; // units of a density of 1: the bell of N(0, 1) is 48 high
const CLOUDS = ['prior', 'aggregate', 'shuffled'];

function shuffled(values) {
  const order = [...values];
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(Math.random() * (i + 1));
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}

export function mountPrior(step, names) {
  const plane = draw('svg', {class: 'lse-chart lse-posterior', role: 'img', viewBox: `0 0 ${LEFT + SIDE + MARGIN} ${MARGIN + SIDE + BOTTOM}`});
  const told = facts();
  const note = make('p', {className: 'lse-note'});
  let [shown, clouds, which] = [null, {}, 'aggregate'];
  const choose = choice(t('learn.prior_which'), CLOUDS.map(key => [key, t(`learn.prior_${key}`)]), which, key => {
    which = key;
    redraw();
  });
  const ask = step.asks(
    name => step.call('aggregate', name),
    answer => {
      const codes = answer.samples.map(base64 => Array.from(float32(base64)));
      shown = answer;
      clouds = {prior: codes.map(({length}) => Array.from({length}, normal)), aggregate: codes, shuffled: [codes[0], shuffled(codes[1])]};
      const [i, j] = answer.pair;
      told.show([
        ['information', t('learn.prior_pair', {i, j}), nats(answer.information, 2)],
        ['total', t('learn.prior_total', {n: answer.dims.length}), answer.total_correlation === null ? t('learn.prior_untold') : nats(answer.total_correlation, 2)],
      ]);
      note.textContent = t('learn.prior_count', {i, j, n: number(answer.count), images: number(answer.images), measured: number(answer.measured)});
      redraw();
    },
  );

  function redraw() {
    if (!shown) return;
    const [x, y] = clouds[which];
    const reach = Math.max(3.6, ...clouds.aggregate.flat().map(Math.abs));
    const place = {x: value => LEFT + ((value + reach) / (2 * reach)) * SIDE, y: value => MARGIN + SIDE - ((value + reach) / (2 * reach)) * SIDE};
    const [i, j] = shown.pair;
    plane.setAttribute('aria-label', t('learn.prior_label', {i, j, which: t(`learn.prior_${which}`)}));
    plane.replaceChildren(...marginals(x, y, reach, place), axes(`z${i}`, `z${j}`, reach, place), points(x, y, place));
    plane.dataset.cloud = which;
  }
  const models = names.length > 1 ? [choice(t('learn.prior_models'), names.map(name => [name, name]), names[0], ask)] : [make('small', {textContent: t('learn.model', {name: names[0]})})];
  const beside = make('div', {className: 'lse-beside'}, plane, make('div', {}, told.element, note));
  step.live.append(make('div', {className: 'lse-bar'}, ...models), choose, beside);
  step.go(t('learn.explore'), () => shown && visit('explore', {model: shown.name, index: undefined, z: []}));
  ask(names[0]);
}

const points = (x, y, place) => draw('path', {class: 'lse-chart-points', d: x.map((value, n) => `M${place.x(value).toFixed(1)} ${place.y(y[n]).toFixed(1)}h0`).join('')});

/** The densities of both latents above and beside the cloud, and over each the bell of N(0, 1). */
function marginals(x, y, reach, place) {
  const [right, cell] = [LEFT + SIDE, SIDE / CELLS];
  const heights = values => bins(values, [-reach, reach], CELLS).map(count => (TALL * count * CELLS) / (values.length * 2 * reach));
  const above = heights(x).map((height, k) => `M${LEFT + k * cell + 0.5} ${MARGIN}v${-height}h${cell - 1}v${height}z`);
  const beside = heights(y).map((height, k) => `M${right} ${MARGIN + SIDE - k * cell - 0.5}h${height}v${1 - cell}h${-height}z`);
  const bell = Array.from({length: 81}, (_, k) => (k / 40 - 1) * reach).map(at => [at, (TALL * Math.exp((-at * at) / 2)) / Math.sqrt(2 * Math.PI)]);
  const curve = places => places.map(([a, b], k) => `${k ? 'L' : 'M'}${a.toFixed(1)} ${b.toFixed(1)}`).join('');
  return [
    draw('path', {class: 'lse-chart-bars', d: above.join('') + beside.join('')}),
    draw('path', {class: 'lse-chart-level', d: curve(bell.map(([at, height]) => [place.x(at), MARGIN - height])) + curve(bell.map(([at, height]) => [right + height, place.y(at)]))}),
  ];
}

function axes(across, up, reach, place) {
  const {values, decimals} = ticks([-reach, reach], SIDE, 80);
  const [bottom, right] = [MARGIN + SIDE, LEFT + SIDE];
  return draw(
    'g',
    {class: 'lse-chart-axes'},
    draw('path', {d: `M${LEFT} ${MARGIN}V${bottom}H${right}`}),
    ...values.map(value => draw('text', {x: place.x(value), y: bottom + 16, 'text-anchor': 'middle'}, number(value, decimals))),
    ...values.map(value => draw('text', {x: LEFT - 6, y: place.y(value) + 4, 'text-anchor': 'end'}, number(value, decimals))),
    draw('text', {x: right, y: bottom + 32, 'text-anchor': 'end'}, across),
    draw('text', {x: 2, y: MARGIN - 8}, up),
  );
}
