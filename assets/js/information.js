// Latents against factors: a table whose cells are shaded by their mutual information. Hidden where there are no factors.

import {afterPaint, make, ready} from './page.js';
import {number, t} from './strings.js';

export function mountInformation(element, explorer) {
  explorer.on('model', model => {
    ready(element, false);
    afterPaint(() => explorer.state.model === model && draw(element, model.information)); // the map first
  });
}

function draw(element, information) {
  element.hidden = !information?.rows.length;
  element.replaceChildren(...(element.hidden ? [] : [table(information)]));
  ready(element);
}

const short = share => number(share, 2).replace('0.', '.');

function table({factors, rows}) {
  const head = make('tr', {}, make('td'), ...factors.map(name => make('th', {scope: 'col', textContent: name})));
  const body = rows.map(({dim, shares}) =>
    make('tr', {}, make('th', {scope: 'row', textContent: `z${dim}`}), ...shares.map((share, k) => cell(dim, factors[k], share))),
  );
  const caption = make('caption', {}, make('b', {textContent: t('information.title')}), make('span', {textContent: t('information.about')}));
  return make('table', {}, caption, make('thead', {}, head), make('tbody', {}, ...body));
}

function cell(dim, factor, share) {
  const box = make('td', {
    textContent: short(share),
    title: t('information.cell', {dim, factor, share: short(share)}),
    'data-dim': dim,
    'data-factor': factor,
  });
  box.style.setProperty('--share', `${100 * share}%`);
  return box;
}
