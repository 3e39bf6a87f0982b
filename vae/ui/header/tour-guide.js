// The guide of the tour: goes from station to station, says what is seen, and stops at any click or key of the visitor.

import {createClock, Stopped} from './clock.js';
import {hold} from '../kit/js/link.js';
import {make} from '../kit/js/dom.js';
import {offered} from '../kit/js/tour-registry.js';
import {t} from '../kit/js/strings.js';
import {STATIONS} from './tour.js';

const PATIENCE = 20_000; // ms for a part to be drawn, after which the next station comes
const STEPS = 4; // of a sweep, where motion is not wanted
const KEPT = ['F11', 'Tab', 'Shift', 'Control', 'Alt', 'Meta']; // keys that a speaker presses without meaning the page
const PRESSING = [undefined, 'Enter', ' ']; // a button: a pointer has no key

/** A part of the page that does not come. */
class Missed extends Error {}

const params = new URLSearchParams(location.search);
const pace = Math.min(Math.max(Number(params.get('pace')) || 1, 0.1), 100);
let running = null; // stops the tour

/** The button that starts the tour, or stops it; `?tour=1` starts it as well, and so does what is returned. */
export function mountTour(button, models) {
  const label = () => {
    const text = t(running ? 'tour.stop' : 'tour.start');
    button.title = text;
    button.setAttribute('aria-label', text);
    button.setAttribute('aria-pressed', Boolean(running));
  };
  const press = () => {
    if (running) return running();
    guide(models, button).finally(label);
    label();
  };
  button.addEventListener('click', press);
  label();
  if (params.has('tour')) press();
  return () => running ?? press();
}

async function guide(models, button) {
  const bar = createBar();
  const started = {at: 0, seconds: 0, before: 0};
  let total = 1;
  const clock = createClock(pace, now => {
    const share = Math.min((now - started.at) / 1000, started.seconds);
    bar.line.style.transform = `scaleX(${(started.before + share) / total})`;
  });
  const page = stagePage(clock, models);
  const interrupt = event => {
    const own = bar.element.contains(event.target) || button.contains(event.target);
    if (!event.isTrusted || KEPT.includes(event.key) || (own && PRESSING.includes(event.key))) return;
    running?.();
  };
  const listen = what => ['pointerdown', 'keydown'].forEach(name => document[what](name, interrupt, true));
  bar.pause.addEventListener('click', () => {
    const still = bar.pause.getAttribute('aria-pressed') !== 'true';
    clock.halt(still);
    bar.say(bar.pause, still ? 'tour.resume' : 'tour.pause');
    bar.pause.setAttribute('aria-pressed', still);
  });
  running = () => clock.stop();
  bar.stop.addEventListener('click', running);
  listen('addEventListener');
  hold(true);
  try {
    await page.until(() => page.explorer?.state.model);
    const stations = STATIONS.filter(({fits}) => fits?.(page) ?? true);
    total = stations.reduce((sum, {seconds}) => sum + seconds, 0);
    for (const [number, {key, seconds, run}] of stations.entries()) {
      Object.assign(started, {at: clock.now(), seconds, before: stations.slice(0, number).reduce((sum, station) => sum + station.seconds, 0)});
      bar.tell(key, number, stations.length);
      await run(page).catch(missed);
      await clock.until(now => now - started.at >= 1000 * seconds);
      page.leave();
    }
  } catch (error) {
    if (!(error instanceof Stopped)) missed(error);
  } finally {
    clock.stop();
    running = null;
    listen('removeEventListener');
    page.leave();
    bar.element.remove();
    hold(false);
  }
}

/** A station that does not come is passed over. */
export function missed(error) {
  if (!(error instanceof Missed)) throw error;
  console.info('A station of the tour was not ready in time.');
}

/** What the stations play on. */
export function stagePage(clock, models) {
  const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
  let lit = [];
  const dim = () => lit.forEach(element => element.classList.remove('lse-toured'));
  const tab = name => document.querySelector(`button[role=tab][data-tab-id=${name}]`);
  const page = {
    models,
    get explorer() {
      return offered('explorer');
    },
    get map() {
      return offered('map');
    },
    get comparer() {
      return offered('comparer');
    },
    get figure() {
      return offered('figure');
    },
    has: name => Boolean(tab(name)),
    open: name => tab(name).click(),
    wait: clock.wait,
    sweep: (ms, draw) => clock.sweep(ms, draw, still ? STEPS : 0),
    /** Wait until `test()` is true. */
    until(test) {
      const end = performance.now() + PATIENCE;
      return clock.until(() => {
        if (test()) return true;
        if (performance.now() > end) throw new Missed();
        return false;
      });
    },
    /** Wait until the parts with these ids are drawn. */
    drawn: ids => page.until(() => ids.every(id => document.querySelector(`#${id}[data-ready='1']`))),
    /** Bring an element into view, from its top if it is high, and light up others. */
    look(selector, ...selectors) {
      if (clock.stopped()) throw new Stopped();
      dim();
      lit = selectors.map(each => document.querySelector(each)).filter(Boolean);
      lit.forEach(element => element.classList.add('lse-toured'));
      const seen = document.querySelector(selector);
      const block = seen.offsetHeight > innerHeight - 200 ? 'start' : 'nearest';
      seen.classList.add('lse-tour-seen');
      seen.scrollIntoView({block, behavior: still ? 'auto' : 'smooth'});
      seen.classList.remove('lse-tour-seen');
    },
    /** Leave a station: nothing of the tour stays on the page. */
    leave() {
      dim();
      page.map?.point(-1);
    },
  };
  return page;
}

/** The line at the foot of the page: caption, progress, and two buttons. */
function createBar() {
  const line = make('i');
  const caption = make('p', {role: 'status'});
  const count = make('span');
  const pause = make('button', {type: 'button', id: 'tour-pause', 'aria-pressed': false});
  const stop = make('button', {type: 'button', id: 'tour-stop'});
  const element = make('div', {id: 'tour-bar', className: 'lse-tour', role: 'region', 'aria-label': t('tour.title')}, line, caption, count, pause, stop);
  const say = (button, key) => (button.textContent = t(key));
  say(pause, 'tour.pause');
  say(stop, 'tour.stop_short');
  document.body.append(element);
  return {
    element,
    line,
    pause,
    stop,
    say,
    tell(key, number, of) {
      element.dataset.station = key;
      caption.textContent = t(`tour.${key}`);
      count.textContent = t('header.of', {n: number + 1, total: of});
    },
  };
}
