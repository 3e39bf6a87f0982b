// The address and the page: what a link asks of each tab, and the page's state in the address, for whoever copies it.
//
// A tab describes itself by small plain values, and the address follows what the open tab says. Another tab, model or
// image is a new entry of the history; what moves within it, as a slider does, changes the entry that stands. Going back
// is followed by the tab of the entry; until it is there, nothing is written.

import {format, isElsewhere, parse, withParameter} from './address.js';
import {VISITOR_NAME} from './constants.js';
import {make} from './dom.js';
import {t} from './strings.js';

const BETWEEN = 500; // ms between two writings: browsers allow some hundred in thirty seconds
const HUB = 'https://huggingface.co';
const PRIVATE = ['__sign', '__theme']; // what a host adds to the address for its own use
const ONCE = ['tour', 'pace'];
const ENTRY = 'explorer'; // of the history's own state: what the page showed
const SECRET = new RegExp(`^${VISITOR_NAME}$`);

/** Is it a visitor's model? Who knows its name may open it. */
export const isSecret = name => SECRET.test(name);

const asked = parse(location.search);
const tabs = new Map(); // tab -> {element, state}
const bad = new Set(asked.bad);
const earlier = new Set(); // titles of models that have been made anew since the link was
let box = null; // where something is said about links
let begun = false;
let held = false;
let timer = 0;
let written = ''; // the query that says what the page shows
let known = {tab: 'explore'}; // the last state that a tab has described
let entry = known; // the state of the history's entry
let going = null; // {tab, there}: where somebody goes back or on to, and whether its tab says that it is there

/** What a link asks of a tab: values by their keys, or null. */
export function linked(tab) {
  const {tab: wanted = 'explore', ...state} = asked.state;
  return wanted === tab && Object.keys(state).length ? state : null;
}

/** Is this page opened by a link that holds a state? */
export const isLinked = () => Object.keys(asked.state).length > 0 || asked.bad.length > 0;

const buttonOf = tab => document.querySelector(`button[role=tab][data-tab-id="${tab}"]`);

/** Open the tab of the link. */
export function openLinkedTab() {
  const {tab} = asked.state;
  if (!tab || tab === 'explore') return;
  const button = buttonOf(tab);
  if (button) return button.click();
  delete asked.state.tab; // the rest may be about Explore
  complain(['tab']);
}

/**
 * Say that these parts of the link could not be followed.
 *
 * @param renewed titles of models that are others than those which the link was made for
 */
export function complain(keys, renewed = []) {
  for (const key of keys) bad.add(key);
  for (const title of renewed) earlier.add(title);
  if (!box) return;
  const parts = [...new Set([...bad].map(key => t(`link.part.${key}`)))];
  const texts = [...earlier].map(model => t('link.earlier', {model}));
  if (parts.length) texts.push(t('link.bad', {parts: parts.join(', ')}));
  if (texts.length) say(texts.join(' '));
}

/**
 * A tab says how it is described: `state()` gives its values by their keys, or null while it shows nothing yet.
 *
 * @param follow (state, there) makes the tab show what it once described so, and then calls `there`
 */
export function describe(tab, element, state, follow = (_, there) => there()) {
  tabs.set(tab, {element, state, follow});
  element.addEventListener('change', moved); // of any menu
  new ResizeObserver(moved).observe(element); // opened or closed
}

/** What the open tab shows may have changed: the address follows in a moment. */
export function moved() {
  if (begun && !held && !timer) timer = setTimeout(write, BETWEEN);
}

/** The first state stands: from here on the address follows. A page that nobody has touched keeps its plain address. */
export function begin() {
  if (begun) return;
  begun = true;
  entry = look();
  written = format(entry, location.search, ONCE);
  put('replaceState', location.search);
  addEventListener('popstate', ({state}) => state?.[ENTRY] && goBack(state[ENTRY]));
  // Whoever does something on the way is not held up by it.
  for (const event of ['pointerdown', 'keydown']) addEventListener(event, () => (going = null), {capture: true, passive: true});
}

/** Show what an entry of the history holds. */
function goBack(state) {
  const mine = {tab: state.tab, there: false};
  [going, entry, known] = [mine, state, state];
  written = format(state, location.search, ONCE);
  const {element, follow} = tabs.get(state.tab) ?? {};
  if (!element) return (going = null);
  if (element.clientWidth === 0) buttonOf(state.tab)?.click();
  follow(state, () => {
    mine.there = true;
    moved();
  });
}

/** While a tour moves the page its address stays; afterwards it is no longer that of a tour. */
export function hold(still) {
  held = still;
  if (held) return;
  written = '';
  write();
}

/** The state of the page: that of the open tab, or the last one of a tab that describes itself. */
function look() {
  for (const [tab, {element, state}] of tabs) {
    if (element.clientWidth === 0) continue;
    const now = state();
    if (now) known = {tab, ...now};
  }
  return known;
}

function write() {
  clearTimeout(timer);
  timer = 0;
  if (held) return;
  const now = look();
  if (going && !(going.there && now.tab === going.tab)) return moved();
  const stays = going !== null || !isElsewhere(entry, now);
  going = null;
  const search = format(now, location.search, ONCE);
  if (search === written) return;
  [written, entry] = [search, now];
  put(stays ? 'replaceState' : 'pushState', search);
  tellHub();
}

/** Put a parameter of the page itself into the address, or take it out for null; the entry of the history stays. */
export function setParameter(key, value) {
  const search = withParameter(location.search, key, value);
  if (search === location.search) return;
  if (written) written = withParameter(written, key, value);
  put('replaceState', search);
}

/** Write the entry and its address. */
function put(way, search) {
  try {
    history[way]({...history.state, [ENTRY]: entry}, '', location.pathname + search + location.hash);
  } catch (error) {
    console.info(`The address cannot follow here: ${error.message}`);
  }
}

/** On a page of the Hub the app stands in a frame, whose address nobody sees: the page around it is told. */
function tellHub() {
  const around = location.ancestorOrigins?.[0] ?? HUB; // not every browser says who it is
  if (window.parent === window || around !== HUB) return;
  window.parent.postMessage({queryString: format(known, location.search, [...ONCE, ...PRIVATE]), hash: location.hash}, HUB);
}

function say(text, ...more) {
  const close = make('button', {type: 'button', className: 'lse-close', title: t('link.close'), 'aria-label': t('link.close')});
  close.addEventListener('click', () => box.replaceChildren());
  box.replaceChildren(make('span', {textContent: text}), ...more, close);
}

/** The button that copies a link to what the page shows, and the line below that says what came of it. */
export function mountLink(button, line) {
  box = line;
  button.title = t('link.copy_help');
  button.setAttribute('aria-label', t('link.copy'));
  button.addEventListener('click', copy);
  complain([]);
}

async function copy() {
  write();
  const state = look();
  const link = location.origin + location.pathname + format(state, location.search, [...ONCE, ...PRIVATE]);
  const done = await copied(link);
  const field = make('input', {type: 'text', readOnly: true, value: link, 'aria-label': t('link.field')});
  const secret = ['model', 'left', 'right'].some(key => isSecret(state[key] ?? ''));
  say([t(done ? 'link.copied' : 'link.by_hand'), secret ? t('link.secret') : ''].filter(Boolean).join(' '), field);
  if (!done) field.select();
}

/** Put a text on the clipboard; false where neither way is allowed. */
async function copied(text) {
  try {
    await navigator.clipboard.writeText(text); // undefined where the page is not served safely
    return true;
  } catch {
    const field = make('textarea', {value: text, className: 'lse-aside'});
    document.body.append(field);
    field.select();
    const done = document.execCommand('copy');
    field.remove();
    return done;
  }
}
