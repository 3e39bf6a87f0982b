// Plotly: the script of the installed package, fetched once and only when the first figure asks for it.

import {PLOTLY} from './constants.js';
import {addressOf} from './files.js';
import {language} from './words.js';
import {t} from './strings.js';

export const RETRY = 10_000; // ms until a script that could not be had is asked for again

let loading = null;

/** A promise of Plotly; where its script cannot be had, it is refused, and asked for again by a figure some seconds later. */
export function plotly() {
  loading ??= load().catch(error => {
    setTimeout(() => (loading = null), RETRY);
    throw error;
  });
  return loading;
}

async function load() {
  if (!PLOTLY) throw new Error('plotly'); // an exported page that goes without it
  const script = document.createElement('script');
  script.src = await addressOf(PLOTLY);
  return new Promise((done, refused) => {
    script.onload = () => done(window.Plotly);
    script.onerror = () => refused(new Error(script.src));
    document.head.append(script);
  }).finally(() => script.remove());
}

/** Text that Plotly shows as it is: it takes tags for formatting and links. */
export const plain = text => String(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** What all figures are configured with: nothing that sends anything away, no tips, the page's own language. */
export const config = () => ({
  displaylogo: false,
  showTips: false,
  doubleClick: false,
  scrollZoom: false,
  locale: language,
  locales: {[language]: {dictionary: {}, format: {}}},
});

/** A button of the toolbar that changes what dragging does. */
export const mode = (Plotly, name, icon) => ({
  name,
  title: t(`plotly.${name}`),
  icon: Plotly.Icons[icon],
  attr: 'dragmode',
  val: name,
  click: box => Plotly.relayout(box, 'dragmode', name),
});

/** A button of the toolbar that does something at once. */
export const action = (Plotly, name, icon, click) => ({name, title: t(`plotly.${name}`), icon: Plotly.Icons[icon], click});

/** The page's colours and font, as Plotly takes them. */
export function look(element) {
  const style = getComputedStyle(element);
  const value = name => style.getPropertyValue(name).trim();
  return {ink: value('--body-text-color'), faint: value('--body-text-color-subdued'), line: value('--border-color-primary'), paper: value('--background-fill-primary'), accent: value('--color-accent'), font: style.fontFamily};
}
