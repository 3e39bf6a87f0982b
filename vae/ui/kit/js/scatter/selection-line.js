// One line on a selection: how many points it holds, and how they spread over what the map is coloured by.

import {make} from '../dom.js';
import {colourNamed, named, number, t} from '../strings.js';
import {distribution} from './selection.js';

const NAMED = 5; // values that are counted one by one

/** A function that shows the line of a mask and a column in an element, or hides it; `clear` gives the selection up. */
export function selectionLine(element, clear) {
  const text = make('span', {role: 'status'});
  const button = make('button', {type: 'button', className: 'lse-more', textContent: t('map.clear')});
  button.addEventListener('click', clear);
  element.replaceChildren(text, button);
  element.hidden = true;
  return (mask, column) => {
    element.hidden = !mask;
    element.dataset.count = mask ? mask.reduce((sum, held) => sum + held, 0) : 0;
    text.textContent = text.title = mask ? described(mask, column) : '';
  };
}

/** "120 of 10,000 selected · class: 7 80, 9 35, 4 5" */
function described(mask, column) {
  const count = mask.reduce((sum, held) => sum + held, 0);
  const share = t('map.selected', {n: number(count), total: number(mask.length)});
  const spread = distribution(column, mask);
  if (!spread) return share;
  if (column.kind === 'continuous') {
    const digits = column.high - column.low < 10 ? 1 : 0;
    const values = Object.fromEntries(Object.entries(spread).map(([name, value]) => [name, number(value, digits)]));
    return `${share} · ${t('map.selected_range', {factor: colourNamed(column.key), ...values})}`;
  }
  const parts = spread.slice(0, NAMED).map(([code, n]) => `${named(column.names[code])} ${number(n)}`);
  const others = spread.slice(NAMED).reduce((sum, [, n]) => sum + n, 0);
  if (others) parts.push(t('map.selected_others', {n: number(others)}));
  return `${share} · ${colourNamed(column.key)}: ${parts.join(', ')}`;
}
