// Light or dark, by a button.

import {recall, remember} from '../kit/js/storage.js';
import {t} from '../kit/js/strings.js';
import {isDark, onTheme} from '../kit/js/theme.js';

/** The button that turns the page dark or light and remembers it, unless the address asks for a theme. */
export function mountTheme(button) {
  const label = () => {
    const text = t(isDark() ? 'header.light' : 'header.dark');
    button.querySelector('span').textContent = t(isDark() ? 'header.light_short' : 'header.dark_short');
    button.title = text;
    button.setAttribute('aria-label', text);
  };
  const asked = new URLSearchParams(location.search).has('__theme');
  const stored = asked ? null : recall('theme');
  if (stored) document.body.classList.toggle('dark', stored === 'dark');
  button.addEventListener('click', () => {
    document.body.classList.toggle('dark');
    remember('theme', isDark() ? 'dark' : 'light');
  });
  onTheme(label);
  label();
}
