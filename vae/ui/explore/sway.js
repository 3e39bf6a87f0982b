// How a latent runs back and forth: pure, and a play button that does it.

import {make} from '../kit/js/dom.js';
import {t} from '../kit/js/strings.js';

const PERIOD = 6; // seconds there and back
const STOPS = 8; // in a period where motion is not wanted

/**
 * A latent's value after some seconds: a sine between both ends that begins where the latent stands and rises.
 *
 * @param still it goes in steps
 */
export function swayed(seconds, {from, low, high, still = false}) {
  const [middle, reach] = [(low + high) / 2, (high - low) / 2];
  const begun = Math.asin(Math.min(1, Math.max(-1, (from - middle) / reach)));
  const turns = seconds / PERIOD;
  return middle + reach * Math.sin(begun + 2 * Math.PI * (still ? Math.floor(STOPS * turns) / STOPS : turns));
}

/** One latent runs at a time: {button(dim, bounds) -> its play button, stop()}. */
export function createSway(explorer) {
  const still = matchMedia('(prefers-reduced-motion: reduce)');
  let running = null; // {button, dim}
  let frame = 0;

  function stop() {
    cancelAnimationFrame(frame);
    running?.button.setAttribute('aria-pressed', false);
    running = null;
  }

  function play(button, dim, [low, high]) {
    stop();
    running = {button, dim};
    button.setAttribute('aria-pressed', true);
    const from = explorer.state.z[dim];
    let start = null;
    let last = null;
    const step = now => {
      if (!button.isConnected) return stop();
      start ??= now;
      const value = swayed((now - start) / 1000, {from, low, high, still: still.matches});
      if (value !== last) explorer.setDim(dim, (last = value));
      frame = requestAnimationFrame(step);
    };
    frame = requestAnimationFrame(step);
  }

  for (const event of ['model', 'picking']) explorer.on(event, stop);
  return {
    stop,
    button(dim, bounds) {
      const label = t('sliders.play', {dim});
      const button = make('button', {type: 'button', className: 'lse-play', title: label, 'aria-label': label, 'aria-pressed': false, 'data-dim': dim});
      button.addEventListener('click', () => (running?.button === button ? stop() : play(button, dim, bounds)));
      return button;
    },
  };
}
