// The language of the page: its tabs, which Gradio labels before the language is known, and the choice of another one.

import {make} from '../kit/js/dom.js';
import {remember} from '../kit/js/storage.js';
import {t} from '../kit/js/strings.js';
import {language, languages, tabs} from '../kit/js/words.js';

/** Say the tabs in the page's language, also those in Gradio's menu of what has no room, which bear no names. */
export function nameTabs() {
  const name = () => {
    for (const tab of document.querySelectorAll('.tabs .tab-wrapper button')) {
      const text = tab.firstChild; // kept, for Gradio writes into it
      const key = tab.dataset.tabId ? `tab.${tab.dataset.tabId}` : tabs[text?.data?.trim()];
      if (key && text?.data && text.data !== t(key)) text.data = t(key);
    }
  };
  name();
  new MutationObserver(name).observe(document.querySelector('.tab-wrapper') ?? document.body, {childList: true, characterData: true, subtree: true});
}

/** A button for each language; the page is loaded again, for every part of it speaks. */
export function mountLanguage(element) {
  document.documentElement.lang = language;
  element.setAttribute('aria-label', t('header.language'));
  const buttons = languages.map(code => {
    const button = make('button', {type: 'button', lang: code, title: t(`header.language_${code}`), 'aria-label': t(`header.language_${code}`), 'aria-pressed': code === language}, code);
    button.addEventListener('click', () => {
      const address = new URL(location);
      address.searchParams.set('lang', code);
      remember('language', code);
      location.assign(address);
    });
    return button;
  });
  element.replaceChildren(...(languages.length > 1 ? buttons : []));
}
