// Figure 1 of the beta-VAE paper from the two models: drawn by the server when it is asked for, shown and kept as a file.

import {blobAddress} from './arrays.js';
import {make, ready} from './page.js';
import {t} from './strings.js';

export function mountFigureOne(element, comparer) {
  const buttons = [...element.querySelectorAll('button[data-kind]')];
  const stage = element.querySelector('.lse-figure');
  let address = '';
  let turn = 0;

  for (const button of buttons) button.addEventListener('click', () => compose(button.dataset.kind));
  comparer.on('couple', () => {
    turn += 1;
    stage.replaceChildren();
    URL.revokeObjectURL(address);
    delete element.dataset.kind;
    ready(element);
  });

  /** Compose the figure and show it; unless it is only to be shown, also download it. */
  async function compose(kind, keep = true) {
    const {couple, picked} = comparer.state;
    if (!couple || !picked) return;
    const mine = ++turn;
    ready(element, false);
    buttons.forEach(button => (button.disabled = true));
    stage.replaceChildren(make('p', {role: 'status', textContent: t('compare.composing')}));
    try {
      const {uri, name} = await comparer.call('figure_one', couple.left.name, couple.right.name, picked.index, kind);
      if (mine !== turn) return;
      URL.revokeObjectURL(address);
      address = blobAddress(uri);
      const link = make('a', {href: address, download: name, textContent: t('compare.keep', {name})});
      const alt = t('compare.figure_alt', {left: couple.left.title, right: couple.right.title, index: picked.index});
      stage.replaceChildren(make('img', {src: address, alt}), link);
      await stage.firstChild.decode();
      element.dataset.kind = kind;
      if (keep) link.click();
    } catch (error) {
      if (mine === turn) {
        stage.replaceChildren();
        comparer.fail(error);
      }
    } finally {
      buttons.forEach(button => (button.disabled = false));
      if (mine === turn) ready(element);
    }
  }

  return {show: kind => compose(kind, false)};
}
