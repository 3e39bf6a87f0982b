// What the pointer does on the map: a ring at once, the picture a little later, a click that picks or decodes.

const SHOW_AFTER = 125; // ms
const HIDE_AFTER = 250;
const REACH = {mouse: 10, touch: 22, pen: 14}; // pixels
const STILL = 5; // a press that moves further is a drag

/**
 * @param stage the element under the pointer
 * @param find (px, py, reach) -> row or -1
 * @param hover (row or -1) the ring
 * @param card (row or -1) the thumbnail
 * @param drag (dx, dy) pixels that a pressed mouse has moved
 * @param click ({row, px, py})
 * @param lassoing (event) is a press the start of a lasso?
 * @param lasso (path, done) pixels that it has gone round so far
 */
export function followPointer(stage, {find, hover, card, drag, click, lassoing = () => false, lasso = () => {}}) {
  let over = -1;
  let carded = -1;
  let timer = 0;
  let pressed = null;

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
    else if (row >= 0) timer = setTimeout(() => setCard(row), SHOW_AFTER);
    else timer = setTimeout(() => setCard(-1), HIDE_AFTER);
  }
  const at = event => {
    const box = stage.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  const reach = event => REACH[event.pointerType] ?? REACH.mouse;

  stage.addEventListener('pointermove', event => {
    if (pressed?.path) {
      pressed.path.push(at(event));
      return lasso(pressed.path, false);
    }
    if (event.pointerType === 'touch') return; // a finger scrolls the page
    const [px, py] = at(event);
    if (!pressed) return setOver(find(px, py, reach(event)));
    if (!pressed.dragged && Math.hypot(px - pressed.px, py - pressed.py) <= STILL) return;
    if (!pressed.dragged) stage.setPointerCapture(event.pointerId);
    setOver(-1);
    drag(px - (pressed.dragged ?? pressed).px, py - (pressed.dragged ?? pressed).py);
    pressed.dragged = {px, py};
  });
  stage.addEventListener('pointerleave', event => event.pointerType !== 'touch' && setOver(-1)); // a finger leaves as it taps
  stage.addEventListener('pointerdown', event => {
    const [px, py] = at(event);
    pressed = event.isPrimary && event.button === 0 ? {px, py, dragged: null, path: null} : null;
    if (!pressed || !lassoing(event)) return;
    pressed.path = [[px, py]];
    stage.setPointerCapture(event.pointerId);
    setOver(-1);
  });
  stage.addEventListener('pointerup', event => {
    const press = pressed;
    pressed = null;
    const [px, py] = at(event);
    if (press?.path) {
      lasso(press.path, true);
      if (press.path.length > 2) return;
    }
    if (!press || press.dragged || Math.hypot(px - press.px, py - press.py) > STILL) return;
    const row = find(px, py, reach(event));
    if (event.pointerType === 'touch' && row >= 0) {
      setOver(row);
      timer = setTimeout(() => setOver(-1), 1500);
    }
    click({row, px, py});
  });
  stage.addEventListener('pointercancel', () => {
    if (pressed?.path) lasso([], true);
    pressed = null;
  });

  /** Ring and card of a row at once, -1 for none. */
  function point(row) {
    setOver(row);
    clearTimeout(timer);
    setCard(row);
  }

  return {
    clear: () => point(-1),
    point,
    /** Draw the card again: its sheet has arrived. */
    refresh() {
      if (carded >= 0) card(carded);
    },
  };
}
