// Fingers on a map: one scrolls the page, two zoom and pan, a tap picks once. Plotly sees none of it but where it selects.

const STILL = 10; // pixels that a tap may move
const QUICK = 600; // ms that it may last

/**
 * @param stage the element under the fingers
 * @param selecting () -> are boxes and lassos drawn now? Plotly's then are all fingers
 * @param pinch ({from: [px, py], to: [px, py], factor}) since the last call: what was at `from` is at `to`
 * @param tap (px, py)
 * @param lifted after two fingers
 * @return () -> are two fingers on the map? What they began on must stay: without it nothing more is heard of them
 */
export function followFingers(stage, {selecting, pinch, tap, lifted}) {
  let first = null; // {at, time} of a finger that may become a tap
  let two = null; // {middle, apart} of two fingers

  const at = ({clientX, clientY}) => {
    const box = stage.getBoundingClientRect();
    return [clientX - box.left - stage.clientLeft, clientY - box.top - stage.clientTop];
  };
  const between = touches => {
    const [one, other] = [at(touches[0]), at(touches[1])];
    return {middle: [(one[0] + other[0]) / 2, (one[1] + other[1]) / 2], apart: Math.hypot(one[0] - other[0], one[1] - other[1])};
  };
  const elsewhere = event => selecting() || event.target.closest('button, .legend');

  stage.addEventListener('touchstart', event => {
    if (elsewhere(event)) return;
    event.stopPropagation();
    first = event.touches.length === 1 ? {at: at(event.touches[0]), time: event.timeStamp} : null;
    two = event.touches.length === 2 ? between(event.touches) : null;
    if (two && event.cancelable) event.preventDefault(); // else the page is scrolling already
  }, {capture: true, passive: false});
  stage.addEventListener('touchmove', event => {
    if (two && event.touches.length === 2) {
      if (event.cancelable) event.preventDefault();
      const now = between(event.touches);
      pinch({from: two.middle, to: now.middle, factor: now.apart / (two.apart || 1)});
      two = now;
    }
    const moved = first && Math.hypot(...at(event.touches[0]).map((pixel, i) => pixel - first.at[i]));
    if (moved > STILL) first = null;
  }, {capture: true, passive: false});
  stage.addEventListener('touchend', event => {
    const pinched = two;
    const tapped = first && event.timeStamp - first.time < QUICK ? first.at : null;
    first = two = null;
    if (pinched) lifted();
    if (!tapped) return;
    event.preventDefault(); // a tap would become a click as well
    tap(...tapped);
  }, {capture: true, passive: false});
  stage.addEventListener('touchcancel', () => {
    first = two = null;
    lifted();
  }, {capture: true});
  return () => two !== null;
}
