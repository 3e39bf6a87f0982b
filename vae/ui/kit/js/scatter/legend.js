// The map's legend: a button per value that hides or shows it, or a gradient with its two ends.

import {make} from '../dom.js';
import {named, number, t} from '../strings.js';

/** Draw the legend of a column; `toggle(code, visible)` is called when a value is hidden or shown. */
export function drawLegend(element, column, hiddenValues, toggle) {
  element.setAttribute('aria-label', t('map.legend'));
  if (column.kind === 'continuous') {
    const bar = make('i', {className: 'lse-gradient'});
    bar.style.background = `linear-gradient(to right, ${column.scale.join(',')})`;
    const digits = column.high - column.low < 10 ? 1 : 0;
    element.replaceChildren(
      make('span', {textContent: number(column.low, digits)}),
      bar,
      make('span', {textContent: `${number(column.high, digits)} ${t('common.nats')}`}),
    );
    return;
  }
  const buttons = column.names.map((name, code) => {
    const dot = make('i');
    dot.style.background = column.colours[code];
    const button = make('button', {type: 'button', 'aria-pressed': !hiddenValues.has(code), 'data-code': code}, dot, named(name));
    button.addEventListener('click', () => {
      const visible = button.getAttribute('aria-pressed') !== 'true';
      button.setAttribute('aria-pressed', visible);
      toggle(code, visible);
    });
    return button;
  });
  element.replaceChildren(...buttons);
}
