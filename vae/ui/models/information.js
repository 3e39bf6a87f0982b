// Latents against factors: a table whose cells are shaded by their mutual information.

import {make} from '../kit/js/dom.js';
import {named, number, t} from '../kit/js/strings.js';

const short = share => number(share, 2).replace('0.', '.');

/** The table of {factors, rows}; a row that is null stays empty, so that two tables may stand line against line. */
export function informationTable({factors, rows}, title) {
  const head = make('tr', {}, make('td'), ...factors.map(name => make('th', {scope: 'col', textContent: named(name)})));
  const body = rows.map(row => {
    const name = make('th', {scope: 'row', textContent: row ? `z${row.dim}` : '–'});
    return make('tr', {}, name, ...factors.map((factor, k) => (row ? cell(row.dim, factor, row.shares[k]) : make('td', {className: 'lse-blank'}))));
  });
  const caption = make('caption', {}, make('b', {textContent: title}), make('span', {textContent: t('information.about')}));
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
