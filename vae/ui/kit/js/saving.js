// Models as one HTML file, which the server writes and the browser saves.

import {make, ready} from './dom.js';
import {saveAddress} from './files.js';
import {offered} from './tour-registry.js';
import {number, t} from './strings.js';

const LATE = 1000; // ms without a file until a word says that it is being made

/** Save the page of one model, or of two side by side; a promise of what has been saved, in a sentence. */
export async function savePage(names, light) {
  const {name, text} = await offered('page')(names, light);
  const file = new Blob([text], {type: 'text/html'});
  saveAddress(name, URL.createObjectURL(file));
  return t('page.saved', {name, mb: number(file.size / 1e6, 1)});
}

/**
 * The buttons of a tab that save what it shows.
 *
 * @param element empty
 * @param names () -> the names of the models that are shown, none while there are none
 * @param fail is given an error
 */
export function mountSaving(element, names, fail) {
  const status = make('span', {className: 'lse-note', role: 'status'});
  const button = (text, title, light) => {
    const made = make('button', {type: 'button', textContent: text, title, 'data-light': light});
    made.addEventListener('click', () => save(light));
    return made;
  };
  const buttons = [button(t('page.save'), t('page.save_help'), false), button(t('page.save_light'), t('page.save_light_help'), true)];
  element.append(...buttons, status);

  async function save(light) {
    const chosen = names();
    if (!chosen.length) return;
    for (const other of buttons) other.disabled = true;
    ready(element, false);
    status.textContent = '';
    const late = setTimeout(() => (status.textContent = t('page.saving')), LATE);
    let word = '';
    try {
      word = await savePage(chosen, light);
    } catch (error) {
      fail(error);
    }
    clearTimeout(late);
    status.textContent = word;
    for (const other of buttons) other.disabled = false;
    ready(element);
  }
}
