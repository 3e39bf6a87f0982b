// The wheel over a map: it zooms, unless the page was scrolling before or the map can go no further.

const ZOOM = 1.0015; // per pixel of wheel
const GOES_ON = 250; // ms after which a scrolling page has come to rest
const LINE = 16; // pixels, of wheels that count lines

/**
 * @param stage the element under the wheel
 * @param zoom (factor, px, py) -> did it change anything?
 */
export function followWheel(stage, zoom) {
  let scrolled = -Infinity; // when the page last did

  window.addEventListener('wheel', event => {
    if (!stage.contains(event.target)) scrolled = event.timeStamp;
  }, {capture: true, passive: true});
  stage.addEventListener('wheel', event => {
    if (event.timeStamp - scrolled < GOES_ON) return (scrolled = event.timeStamp);
    const box = stage.getBoundingClientRect();
    const pixels = event.deltaY * (event.deltaMode === WheelEvent.DOM_DELTA_LINE ? LINE : 1);
    if (zoom(ZOOM ** -pixels, event.clientX - box.left - stage.clientLeft, event.clientY - box.top - stage.clientTop)) event.preventDefault();
    else scrolled = event.timeStamp;
  }, {passive: false});
}
