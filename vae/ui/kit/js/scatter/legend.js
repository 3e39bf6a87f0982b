// The legend's entries as buttons, for the keyboard and for who cannot see it: Plotly's are bare shapes. They show
// themselves while they are focused, and where Plotly has not come.

import {make} from '../dom.js';
import {named, t} from '../strings.js';

/**
 * @param group the element that holds them
 * @param column {kind, names, colours} of the map, null for none
 * @param toggle (code) hides a value or shows it again
 * @param isolate (code) shows it alone, or all again
 */
export function drawLegend(group, column, {toggle, isolate}) {
  const names = column?.kind === 'discrete' && column.names.length > 1 ? column.names : [];
  group.hidden = !names.length;
  group.setAttribute('role', 'group');
  group.setAttribute('aria-label', t('map.legend'));
  group.replaceChildren(
    ...names.map((name, code) => {
      const dot = make('i');
      dot.style.background = column.colours[code];
      const button = make('button', {type: 'button', 'data-code': code, 'aria-pressed': true}, dot, named(name));
      button.addEventListener('click', event => (event.detail > 1 ? isolate(code) : toggle(code)));
      button.addEventListener('keydown', event => {
        if (event.key !== 'Enter' || !event.shiftKey) return;
        event.preventDefault();
        isolate(code);
      });
      return button;
    }),
  );
}

/** Say which values are hidden. */
export function markLegend(group, hidden) {
  for (const button of group.children) button.setAttribute('aria-pressed', !hidden.has(Number(button.dataset.code)));
}
