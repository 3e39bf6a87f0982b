// The card beside a hovered point: its picture, and what the map's colour says of it.

import {colourNamed, named, number, t} from '../strings.js';

/**
 * A function that shows the card of a row, or hides it for -1 and while its picture is on the way.
 *
 * @param draw (canvas, row) paints the picture; false while it is on the way
 * @param about row -> {index of the test image, column that colours the map, at: its pixel, missing: are images missing?,
 *   drawn: are they draws from the prior?}
 */
export function createCard(card, stage, {draw, about}) {
  const [canvas, text] = card.children;
  return row => {
    card.hidden = row < 0 || !draw(canvas, row);
    if (card.hidden) return;
    const {index, column, at, missing, drawn} = about(row);
    const value = column.kind === 'discrete' ? named(column.names[column.codes[row]]) : `${number(column.values[row], 1)} ${t('common.nats')}`;
    text.textContent = `${colourNamed(column.key)} ${value}`;
    canvas.setAttribute('aria-label', t(drawn ? 'map.drawn' : missing ? 'map.decoded' : 'map.thumbnail', {index}));
    card.dataset.index = index;
    // Beside the point, on the side that has room: never under the pointer.
    const [px, py] = at;
    const {offsetWidth: width, offsetHeight: height} = card;
    const left = px + 20 + width > stage.clientWidth ? px - 20 - width : px + 20;
    const top = Math.min(Math.max(py - height / 2, 4), stage.clientHeight - height - 4);
    card.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
  };
}
