// Is the server there? When it does not answer the page says so, and whoever waits is told when it is back.

import {t} from './strings.js';

const EVERY = 5000; // ms without an answer until the server is asked whether it is there
const SOON = 1000; // ms between two questions while it is not
const PATIENCE = 10_000; // ms for its answer: a crowded server is slow, not gone
const GLAD = 4000; // ms for which its return is told

let heard = performance.now(); // when it last answered
let asking = null;
let lost = false;
let tell = () => {};
const waiting = new Set();
const listeners = new Set();
const mourners = new Set();

/** The server has answered somebody. */
export function answered() {
  heard = performance.now();
  if (!lost) return;
  lost = false;
  tell('connection.back');
  for (const go of waiting) go();
  waiting.clear();
  for (const listener of listeners) listener();
}

/** Resolves once the server is there again. */
export const back = () => new Promise(go => (lost ? waiting.add(go) : go()));

/** Does it answer now? All who want to know at a time ask once. */
export function ask() {
  asking ??= question().finally(() => (asking = null));
  return asking;
}

async function question() {
  const {root, api_prefix: prefix} = window.gradio_config;
  try {
    const answer = await fetch(`${root}${prefix || ''}/startup-events`, {cache: 'no-store', signal: AbortSignal.timeout(PATIENCE)});
    if (!answer.ok) throw new Error(answer.statusText);
    await answer.json(); // a proxy in front of it may answer in its stead, but not so
  } catch {
    const before = lost;
    lost = true;
    tell('connection.lost');
    if (!before) for (const listener of mourners) listener();
    return false;
  }
  answered();
  return true;
}

/** Has it been asked, and not answered? */
export const gone = () => lost;

/** Call `listener` whenever the server has gone. */
export const onLost = listener => mourners.add(listener);

/** Call `listener` whenever the server has come back. */
export const onBack = listener => listeners.add(listener);

/** Keep an eye on the server, and say in `element` how it stands. */
export function mountConnection(element) {
  let gladness = 0;
  tell = key => {
    clearTimeout(gladness);
    if (key === 'connection.back') gladness = setTimeout(() => (element.textContent = ''), GLAD);
    if (element.textContent !== t(key)) element.textContent = t(key);
  };
  const look = async () => {
    if (!document.hidden && (lost || performance.now() - heard > EVERY)) await ask();
    setTimeout(look, SOON);
  };
  look();
}
