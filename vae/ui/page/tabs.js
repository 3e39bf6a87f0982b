// The tabs of a page of two models: one panel is shown, and the address of the page remembers which.

import {setParameter} from '../kit/js/link.js';
import {t} from '../kit/js/strings.js';

const STEPS = {ArrowLeft: -1, ArrowRight: 1};

/** The first one is open. */
export function mountTabs(list) {
  const tabs = [...list.querySelectorAll('[role=tab]')];
  const panel = tab => document.getElementById(tab.getAttribute('aria-controls'));

  function open(chosen) {
    for (const tab of tabs) {
      tab.setAttribute('aria-selected', tab === chosen);
      tab.tabIndex = tab === chosen ? 0 : -1;
      panel(tab).hidden = tab !== chosen;
    }
  }
  for (const [number, tab] of tabs.entries()) {
    tab.textContent = t(`tab.${tab.dataset.tabId}`);
    panel(tab).setAttribute('role', 'tabpanel');
    panel(tab).setAttribute('aria-labelledby', tab.id);
    tab.addEventListener('click', () => {
      open(tab);
      setParameter('tab', number ? tab.dataset.tabId : null);
    });
    tab.addEventListener('keydown', ({key}) => {
      if (!STEPS[key]) return;
      const next = tabs[(number + STEPS[key] + tabs.length) % tabs.length];
      next.focus();
      next.click();
    });
  }
  open(tabs[0]);
}
