// Presenter mode: large type, nothing but what is shown, and keys that step through the tour's stations or a talk's links.
//
// ?present=1 stands in the address while it is on, and ?slide=n for the nth link of the list that this browser keeps.

import {createClock, Stopped} from './clock.js';
import {make} from '../kit/js/dom.js';
import {setParameter} from '../kit/js/link.js';
import {recall, remember} from '../kit/js/storage.js';
import {t} from '../kit/js/strings.js';
import {withParameter} from '../kit/js/address.js';
import {readLinks, stepped} from './talk.js';
import {missed, stagePage} from './tour-guide.js';
import {STATIONS} from './tour.js';

const PAGES = {PageDown: 1, PageUp: -1}; // what remotes send: they step wherever the focus is
const ARROWS = {ArrowRight: 1, ArrowLeft: -1};
const OWN_ARROWS = ['input', 'select', 'textarea', '[role=application]', '[role=tab]'].join();
const LIST = 'talk'; // in the browser's storage

/** The button that enters presenter mode; the address may ask for it as well. */
export function mountPresenter(button, models) {
  const asked = new URLSearchParams(location.search);
  button.addEventListener('click', () => present(models));
  if (asked.get('present') === '1') present(models, Number(asked.get('slide')) || 0);
}

function present(models, slide = 0) {
  const bar = createBar();
  let {links} = readLinks(recall(LIST) ?? '');
  let number = slide - 1; // of what is on: -1 before the first
  let stop = () => {};

  document.body.classList.add('lse-presenting');
  setParameter('present', '1');
  tell();

  function tell() {
    const all = links.length ? links : STATIONS;
    const {caption} = links[number] ?? {};
    bar.caption.textContent = number < 0 ? t('present.hint') : links.length ? caption : t(`tour.${STATIONS[number].key}`);
    bar.count.textContent = t('header.of', {n: Math.max(number + 1, 0), total: all.length});
    bar.back.disabled = number <= 0;
    bar.next.disabled = number >= all.length - 1;
  }

  function turn(step) {
    const to = stepped(number, step, links.length || STATIONS.length);
    if (to === number) return;
    number = to;
    tell();
    if (links.length) follow(links[number].search);
    else play(STATIONS[number]);
  }

  /** Open a link as whoever is sent it does: the page is loaded anew. */
  function follow(search) {
    const lang = new URLSearchParams(location.search).get('lang');
    const parameters = {present: '1', slide: number + 1, ...(lang ? {lang} : {})};
    location.assign(Object.entries(parameters).reduce((query, [key, value]) => withParameter(query, key, value), search));
  }

  /** Let a station of the tour run once and stand; a hand on the page or the next turn ends it. */
  async function play(station) {
    stop();
    const clock = createClock(1, () => {});
    const page = stagePage(clock, models);
    stop = () => {
      clock.stop();
      page.leave();
    };
    try {
      await page.until(() => page.explorer?.state.model);
      if (station.fits?.(page) ?? true) await station.run(page).catch(missed);
    } catch (error) {
      if (!(error instanceof Stopped)) missed(error);
    }
  }

  function onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector(':popover-open')) return;
    const {target, key} = event;
    if (key === 'Escape') return bar.element.contains(target) && !bar.form.hidden ? unfold(false) : leave();
    const step = PAGES[key] ?? (target.closest?.(OWN_ARROWS) ? undefined : ARROWS[key]);
    if (!step || target === bar.field) return;
    event.preventDefault();
    event.stopPropagation();
    turn(step);
  }
  const onPress = event => bar.element.contains(event.target) || stop();

  function unfold(open) {
    bar.form.hidden = !open;
    bar.links.setAttribute('aria-expanded', open);
    if (open) {
      bar.field.value = recall(LIST) ?? '';
      bar.field.focus();
    } else {
      bar.links.focus();
    }
  }

  function leave() {
    stop();
    document.removeEventListener('keydown', onKey, true);
    document.removeEventListener('pointerdown', onPress, true);
    document.body.classList.remove('lse-presenting');
    bar.element.remove();
    setParameter('present', null);
    setParameter('slide', null);
  }

  document.addEventListener('keydown', onKey, true);
  document.addEventListener('pointerdown', onPress, true);
  bar.back.addEventListener('click', () => turn(-1));
  bar.next.addEventListener('click', () => turn(1));
  bar.leave.addEventListener('click', leave);
  bar.links.addEventListener('click', () => unfold(bar.form.hidden));
  bar.field.addEventListener('input', () => {
    const {links: written, unread} = readLinks(bar.field.value);
    remember(LIST, bar.field.value.trim() ? bar.field.value : null);
    bar.line.textContent = t('present.links_read', {n: written.length, unread});
    links = written;
    number = -1;
    tell();
  });
}

/** The line at the foot of the page, in the look of the tour's. */
function createBar() {
  const button = key => make('button', {type: 'button', id: `present-${key}`, textContent: t(`present.${key}`), title: t(`present.${key}_help`)});
  const caption = make('p', {role: 'status'});
  const count = make('span');
  const back = button('back');
  const next = button('next');
  const links = button('links');
  const leave = button('leave');
  const field = make('textarea', {id: 'present-field', rows: 5, spellcheck: false});
  const line = make('span', {role: 'status'});
  const form = make('div', {className: 'lse-talk', hidden: true}, make('label', {htmlFor: 'present-field', textContent: t('present.links_about')}), field, line);
  const element = make('div', {id: 'present-bar', className: 'lse-tour', role: 'region', 'aria-label': t('present.title')}, form, caption, count, back, next, links, leave);
  links.setAttribute('aria-expanded', false);
  document.body.append(element);
  return {element, caption, count, back, next, links, leave, form, field, line};
}
