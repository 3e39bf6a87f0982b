// Figure 1 of the beta-VAE paper from the two models: drawn by the server when it is asked for, shown and kept as a file.

import {blobAddress} from '../kit/js/arrays.js';
import {make, ready} from '../kit/js/dom.js';
import {t} from '../kit/js/strings.js';

export function mountFigureOne(element, comparer) {
  const buttons = [...element.querySelectorAll('button[data-kind]')];
  const stage = element.querySelector('.lse-figure');
  let address = '';
  let turn = 0;
  let composing = false;

  /** The buttons wait for an image, and for the figure that is on its way. */
  const able = () => buttons.forEach(button => (button.disabled = composing || !comparer.state.picked));
  able();
  comparer.on('picked', able);

  for (const button of buttons) button.addEventListener('click', () => compose(button.dataset.kind));
  comparer.on('couple', () => {
    turn += 1;
    stage.replaceChildren();
    URL.revokeObjectURL(address);
    delete element.dataset.kind;
    ready(element);
    able();
  });

  /** Compose the figure and show it; unless it is only to be shown, also download it. */
  async function compose(kind, keep = true) {
    const {couple, picked} = comparer.state;
    if (!couple || !picked) return;
    const mine = ++turn;
    ready(element, false);
    composing = true;
    able();
    stage.replaceChildren(make('p', {role: 'status', textContent: t('compare.composing')}));
    try {
      const {uri, name} = await comparer.call('figure_one', couple.left.handle, couple.right.handle, picked.index, kind);
      if (mine !== turn) return;
      URL.revokeObjectURL(address);
      address = blobAddress(uri);
      const link = make('a', {href: address, download: name, textContent: t('compare.keep', {name})});
      const alt = t(couple.drawn ? 'compare.figure_alt_drawn' : 'compare.figure_alt', {left: couple.left.title, right: couple.right.title, index: picked.index});
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
      composing = false;
      able();
      if (mine === turn) ready(element);
    }
  }

  return {show: kind => compose(kind, false)};
}
