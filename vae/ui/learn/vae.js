// From an image to mu and sigma, to z, to an image: the cloud of one image's codes, and a z that can leave it.

import {button, originalCaption, picture} from './step.js';
import {clampLatent, normal} from '../kit/js/latent.js';
import {make} from '../kit/js/dom.js';
import {visit} from '../kit/js/visit.js';
import {namedAll, number, t} from '../kit/js/strings.js';

const ROWS = 6; // latents shown, the strongest
const REACH = 3.2; // of every row's axis
const share = value => `${(100 * (Math.min(Math.max(value, -REACH), REACH) + REACH)) / (2 * REACH)}%`;

export function mountVae(step, name) {
  const [original, decoded] = [picture(t('learn.original'), 'original'), picture(t('learn.decoded'), 'z')];
  const cloud = make('div', {className: 'lse-cloud'});
  let [shown, z, rows] = [null, [], []];

  step.images(name, (row, gallery) => pick([row, gallery]));
  const pick = step.asks(
    ([row]) => step.call('encoded', name, row),
    (answer, [, gallery]) => {
      shown = answer;
      original.show(answer.original);
      original.caption.textContent = originalCaption(gallery);
      rows = gallery.order.slice(0, ROWS).map(dim => axis(dim, answer, gallery.follows[dim]));
      const caption = make('p', {className: 'lse-note', textContent: t('learn.vae_cloud', {n: rows.length})});
      cloud.replaceChildren(caption, ...rows.map(({element}) => element));
      move(answer.mu);
    },
  );
  const decode = step.asks(z => step.call('decode', name, z), decoded.show);

  function move(next) {
    z = next.map(value => clampLatent(value));
    for (const row of rows) row.show(z[row.dim]);
    decode(z);
  }

  /** A latent's row: the prior's range, the cloud's width, mu, and z to be moved. */
  function axis(dim, {mu, sigma}, follows) {
    const band = make('i', {className: 'lse-cloud-band'});
    const [low, high] = [mu[dim] - 2 * sigma[dim], mu[dim] + 2 * sigma[dim]];
    band.style.left = share(low);
    band.style.right = `calc(100% - ${share(high)})`;
    const middle = make('i', {className: 'lse-cloud-mu'});
    middle.style.left = share(mu[dim]);
    const label = t('learn.vae_slider', {dim, mu: number(mu[dim], 2), sigma: number(sigma[dim], 2)});
    const input = make('input', {type: 'range', min: -REACH, max: REACH, step: 'any', title: label, 'aria-label': label, 'data-dim': dim});
    const output = make('output');
    const title = make('span', {className: 'lse-name'}, make('b', {textContent: `z${dim}`}), ...(follows ? [make('span', {textContent: namedAll(follows.factors)})] : []));
    input.addEventListener('input', () => move(z.map((value, at) => (at === dim ? Number(input.value) : value))));
    return {
      dim,
      element: make('div', {className: 'lse-cloud-row'}, title, make('div', {className: 'lse-cloud-axis'}, band, middle, input), output),
      show(value) {
        input.value = value;
        output.textContent = number(value, 2);
        input.setAttribute('aria-valuetext', output.textContent);
      },
    };
  }

  const buttons = make(
    'div',
    {className: 'lse-buttons'},
    button(t('learn.vae_draw'), () => shown && move(shown.mu.map((mu, dim) => mu + shown.sigma[dim] * normal())), {'data-do': 'draw'}),
    button(t('learn.vae_prior'), () => shown && move(shown.mu.map(normal)), {'data-do': 'prior'}),
  );
  step.live.append(make('div', {className: 'lse-vae'}, original.figure, cloud, decoded.figure), buttons);
  step.go(t('learn.explore'), () => shown && visit('explore', {model: name, index: shown.index, z}));
}
