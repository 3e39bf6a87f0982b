// The glossary: each term is defined once, behind "?" buttons that a finger, a mouse and a keyboard reach alike.

import {make} from './dom.js';
import {t} from './strings.js';

/** The terms, in the order in which they build on each other. */
export const TERMS = [
  {key: 'vae'},
  {key: 'latent'},
  {key: 'latent_space'},
  {key: 'posterior'},
  {key: 'prior'},
  {key: 'reconstruction'},
  {key: 'traversal'},
  {key: 'nat'},
  {key: 'kl'},
  {key: 'rate'},
  {key: 'distortion'},
  {key: 'elbo'},
  {key: 'floor'},
  {key: 'beta'},
  {key: 'capacity'},
  {key: 'active_units'},
  {key: 'collapse'},
  {key: 'factor'},
  {key: 'disentanglement'},
  {key: 'mutual_information'},
  {key: 'mig'},
  {key: 'umap'},
];
const WIDTH = 340; // pixels of a note
const GAP = 6; // pixels between it and what it explains
const EDGE = 8; // pixels between it and the window's edge

let note = null;

/** The one note of the page: it closes by Escape, by a press beside it, and when another term is asked for. */
function onlyNote() {
  if (note) return note;
  note = make('div', {id: 'glossary', className: 'lse-part lse-gloss', popover: 'auto', tabIndex: 0, autofocus: true, role: 'dialog', 'aria-labelledby': 'glossary-title'});
  document.querySelector('.gradio-container').append(note);
  return note;
}

/** Where a note stands beside what it explains: below it, or above where there is more room. Pure. */
export function placed({left, top, bottom}, width, height) {
  const wide = Math.min(WIDTH, width - 2 * EDGE);
  const at = {left: Math.round(Math.max(EDGE, Math.min(left, width - wide - EDGE))), width: wide};
  const [above, below] = [top - GAP, height - bottom - GAP].map(Math.round);
  return below < 0.4 * height ? {...at, bottom: height - above, maxHeight: above - EDGE} : {...at, top: height - below, maxHeight: below - EDGE};
}

function fillIn(button, title, ...content) {
  const box = onlyNote();
  const place = placed(button.getBoundingClientRect(), document.documentElement.clientWidth, innerHeight);
  for (const side of ['left', 'top', 'bottom', 'width', 'maxHeight']) box.style[side] = side in place ? `${place[side]}px` : 'auto';
  box.replaceChildren(make('h2', {id: 'glossary-title', textContent: title}), ...content);
  box.scrollTop = 0;
}

/** Let a button open the note; `content()` gives [title, ...elements]. */
function opens(button, content) {
  button.popoverTargetElement = onlyNote();
  button.addEventListener('click', () => fillIn(button, ...content())); // before the browser opens it
}

const paragraphs = ([plain, ...exact]) => [make('p', {textContent: plain}), ...exact.map(text => make('p', {className: 'lse-note', textContent: text}))];

/** All terms, as the content of the note. */
const everything = () => [
  t('glossary.title'),
  make('dl', {}, ...TERMS.flatMap(({key}) => [make('dt', {textContent: t(`glossary.${key}`)}), make('dd', {textContent: t(`glossary.${key}_text`)})])),
];

/** Let a button open the whole glossary. */
export const opensGlossary = button => opens(button, everything);

/** A "?" that explains something in these sentences: the plain one, and smaller what is exact. */
export function askAbout(title, ...texts) {
  const label = t('glossary.ask', {term: title});
  const button = make('button', {type: 'button', className: 'lse-ask', title: label, 'aria-label': label});
  opens(button, () => {
    const all = make('button', {type: 'button', className: 'lse-more', textContent: t('glossary.all')});
    all.addEventListener('click', () => {
      fillIn(button, ...everything());
      note.focus();
    });
    return [title, ...paragraphs(texts), all];
  });
  return button;
}

/** A "?" that says what a term of the glossary means; `exact`: what else is to be said here. */
export const ask = (term, ...exact) => askAbout(t(`glossary.${term}`), t(`glossary.${term}_text`), ...exact);

/** Put a "?" into every element below `root` that carries data-ask. */
export function fillAsks(root) {
  for (const element of root.querySelectorAll('[data-ask]')) element.replaceChildren(ask(element.dataset.ask));
}
