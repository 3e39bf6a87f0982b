// A mouse over a map: a ring at once, the picture a little later, a click that picks or decodes.

const SHOW_AFTER = 125; // ms
const HIDE_AFTER = 250;
const REACH = 10; // pixels
const STILL = 5; // pixels that a press may move and be a click
const AGAIN = 220; // ms within which a second click makes a double one, which is none

/**
 * @param stage the element under the pointer
 * @param find (px, py, reach) -> row or -1
 * @param inside (px, py): is that in the plot?
 * @param hover (row or -1) the ring
 * @param card (row or -1) the thumbnail
 * @param click (row or -1, px, py)
 * @param home a double click
 */
export function followPointer(stage, {find, inside, hover, card, click, home}) {
  let over = -1;
  let carded = -1;
  let timer = 0;
  let pressed = null; // where a button went down
  let waiting = null; // {timer, at, act}: a click that waits for a second one

  function setCard(row) {
    carded = row;
    card(row);
  }
  function setOver(row) {
    if (row === over) return;
    over = row;
    hover(row);
    clearTimeout(timer);
    if (row >= 0 && carded >= 0) setCard(row); // already looking: follow at once
    else timer = setTimeout(() => setCard(row), row >= 0 ? SHOW_AFTER : HIDE_AFTER);
  }
  function at({clientX, clientY}) {
    const box = stage.getBoundingClientRect();
    return [clientX - box.left - stage.clientLeft, clientY - box.top - stage.clientTop];
  }

  stage.addEventListener('pointermove', event => {
    if (event.pointerType === 'touch') return; // a finger scrolls the page
    const [px, py] = at(event);
    setOver(event.buttons || !inside(px, py) ? -1 : find(px, py, REACH));
  });
  stage.addEventListener('pointerleave', () => setOver(-1));
  stage.addEventListener('pointerdown', event => {
    pressed = at(event);
    if (event.pointerType !== 'touch') setOver(-1); // Plotly keeps what follows to itself until the button is up
  });
  stage.addEventListener('click', event => {
    const [px, py] = at(event);
    if (!inside(px, py) || event.target.closest('button')) return;
    if (pressed && Math.hypot(px - pressed[0], py - pressed[1]) > STILL) return;
    const first = waiting;
    forget();
    if (first && Math.hypot(px - first.at[0], py - first.at[1]) <= STILL) return home();
    first?.act();
    const row = find(px, py, REACH);
    const act = () => {
      waiting = null;
      click(row, px, py);
    };
    waiting = {at: [px, py], act, timer: setTimeout(act, AGAIN)};
  });
  function forget() {
    clearTimeout(waiting?.timer);
    waiting = null;
  }

  /** Ring and card of a row at once, -1 for none. */
  function point(row) {
    setOver(row);
    clearTimeout(timer);
    setCard(row);
  }

  return {
    /** Other points come: forget what was pointed at, and what was clicked. */
    clear() {
      forget();
      point(-1);
    },
    point,
    /** Ring and card of a row for a moment. */
    flash(row, milliseconds) {
      point(row);
      timer = setTimeout(() => point(-1), milliseconds);
    },
    /** Draw the card again: its sheet has arrived. */
    refresh() {
      if (carded >= 0) card(carded);
    },
  };
}
