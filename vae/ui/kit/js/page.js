// What the parts of the page share: the chosen model, small helpers, and the theme. One module, hence one store.

import {recall, remember} from './storage.js';
import {titleOfRun} from '../../train/words.js';

const listeners = {};

/** The state that all tabs share; plain values only, so that it fits into an address. */
export const shared = {model: null, comparing: false, training: false, learning: false, lesson: null, renewed: null};

/** Call `listener` with the new value whenever `key` of the shared state changes. */
export function watch(key, listener) {
  (listeners[key] ??= new Set()).add(listener);
  return () => listeners[key].delete(listener);
}

/** Change the shared state; the one who changes it is not told. */
export function change(key, value, except = null) {
  if (shared[key] === value) return;
  shared[key] = value;
  for (const listener of listeners[key] ?? []) if (listener !== except) listener(value);
}

const MOST_MODELS = 20; // that are remembered
const arrived = new Map(); // name -> {name, title, group}: models that have come since the page was made
const pickers = new Set();

/**
 * Tell every picker of models that there is another one; `group` is the title of its data set, `title` its own. That of
 * a `run` {title, objective, started} is said anew on every visit, for the next one may be in another language.
 */
export function announce({name, title, run, group}) {
  if (arrived.has(name)) return;
  const about = run && {title: run.title, objective: run.objective, started: run.started};
  const model = {name, title: about ? titleOfRun(about) : title, group};
  arrived.set(name, model);
  keepModels([...keptModels().filter(other => other.name !== name), {...model, run: about}]);
  for (const picker of pickers) picker(model);
}

/** The file of a model was made anew, `trained` steps into its training: whoever shows an older one opens it again. */
export function renew(name, trained) {
  if (shared.renewed?.name !== name || shared.renewed.trained !== trained) change('renewed', {name, trained});
}

/** Is this what a file held before it was made anew? */
export const outdated = ({name, trained}) => name === shared.renewed?.name && trained !== shared.renewed.trained;

/** The models that were announced on earlier visits. */
function keptModels() {
  try {
    const models = JSON.parse(recall('models') ?? '[]');
    const told = run => !run || ([run.title, run.objective].every(text => typeof text === 'string') && Number.isFinite(run.started));
    return models.filter(({name, title, group, run}) => [name, title, group].every(text => typeof text === 'string') && told(run));
  } catch {
    return []; // not written by this page
  }
}

const keepModels = models => remember('models', JSON.stringify(models.slice(-MOST_MODELS)));

/** Announce the models of earlier visits again, as far as `known(names)` still gives their names. */
export async function restoreModels(known) {
  const models = keptModels();
  if (!models.length) return;
  const names = await known(models.map(({name}) => name));
  keepModels(models.filter(({name}) => names.includes(name)));
  for (const model of models) if (names.includes(model.name)) announce(model);
}

/** Call `picker` with every model that comes or has come since the page was made. */
export function onModels(picker) {
  pickers.add(picker);
  for (const model of arrived.values()) picker(model);
}

const visits = {}; // tab -> who takes over what another tab brings, or what waits for it

/** Open another tab and hand it something; a tab that has not been drawn yet takes it when it is. */
export function visit(tab, what) {
  const taker = visits[tab];
  if (typeof taker === 'function') taker(what);
  else visits[tab] = what;
  document.querySelector(`button[role=tab][data-tab-id=${tab}]`)?.click();
}

/** Call `taker` with whatever other tabs hand to this one. */
export function onVisit(tab, taker) {
  const waiting = visits[tab];
  visits[tab] = taker;
  if (waiting) taker(waiting);
}

/** A new element: tag, properties, children. Keys with a dash are attributes. */
export function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [key, value] of Object.entries(properties)) {
    if (key.includes('-') || key === 'role') element.setAttribute(key, value);
    else element[key] = value;
  }
  element.append(...children);
  return element;
}

/** Mark a part as drawn, or as being redrawn. */
export function ready(element, drawn = true) {
  if (drawn) element.dataset.ready = '1';
  else delete element.dataset.ready;
}

/** Call back once what has been set now is on the screen; a hidden page paints nothing and must not wait. */
export function afterPaint(callback) {
  if (document.hidden) callback();
  else requestAnimationFrame(() => setTimeout(callback));
}

/** The options of a <select>: [value, text] pairs. */
export function options(select, pairs, chosen) {
  select.replaceChildren(...pairs.map(([value, text]) => make('option', {value, textContent: text})));
  if (chosen !== undefined) select.value = chosen;
}

/** Is the page dark? Gradio keeps it as a class of the body. */
export const isDark = () => document.body.classList.contains('dark');

/** Call `listener` when the page turns dark or light. */
export function onTheme(listener) {
  let dark = isDark();
  new MutationObserver(() => {
    if (dark === isDark()) return;
    dark = isDark();
    listener();
  }).observe(document.body, {attributes: true, attributeFilter: ['class']});
}
