// A legend's entries as buttons, for the keyboard and for who cannot see it: Plotly's are bare shapes. They show
// themselves while they are focused, and where Plotly has not come.

import {make} from './dom.js';
import {t} from './strings.js';

/** The hidden codes after one of them was pressed. */
export function toggled(hidden, code) {
  const codes = new Set(hidden);
  if (!codes.delete(code)) codes.add(code);
  return codes;
}

/** The hidden codes with one alone in sight, or none where it is alone already. */
export function isolated(hidden, code, codes) {
  const others = codes.filter(other => other !== code);
  return new Set(others.every(other => hidden.has(other)) ? [] : others);
}

/**
 * @param group the element that holds them
 * @param hide (set of codes) they are to be hidden, all others in sight
 * @return {draw(entries), mark(hidden)}
 */
export function createLegend(group, hide) {
  let codes = [];
  let hidden = new Set();
  group.classList.add('lse-legend');
  group.setAttribute('role', 'group');
  group.setAttribute('aria-label', t('figure.legend'));
  group.hidden = true;

  function entryButton({code, name, colour}) {
    const dot = make('i');
    dot.style.background = colour;
    const button = make('button', {type: 'button', 'data-code': code, 'aria-pressed': true}, dot, name);
    button.addEventListener('click', event => hide(event.detail > 1 ? isolated(hidden, code, codes) : toggled(hidden, code)));
    button.addEventListener('keydown', event => {
      if (event.key !== 'Enter' || !event.shiftKey) return;
      event.preventDefault();
      hide(isolated(hidden, code, codes));
    });
    return button;
  }

  return {
    /** Other entries [{code, name, colour}], all of them in sight. */
    draw(entries) {
      codes = entries.map(({code}) => code);
      hidden = new Set();
      group.hidden = !entries.length;
      group.replaceChildren(...entries.map(entryButton));
    },
    /** Say which codes are hidden. */
    mark(off) {
      hidden = new Set(off);
      codes.forEach((code, i) => group.children[i].setAttribute('aria-pressed', !hidden.has(code)));
    },
  };
}
