// Which of the two decodes, in a word, and what waits for a server that has gone while the page goes on.

import {gone, onBack, onLost} from '../kit/js/connection.js';
import {t} from '../kit/js/strings.js';

export function mountDecoderNote(element, explorer) {
  const word = element.querySelector('#model-decoder');
  const alone = element.querySelector('.lse-alone');

  function show() {
    const {where, why} = explorer.decoder.standing();
    word.dataset.where = where;
    word.textContent = t(`decoder.${where}`);
    word.dataset.places = explorer.places() && where === 'page' ? 'page' : 'server';
    word.title = t(`decoder.why_${why}`);
    const text = gone() && where === 'page' ? t(explorer.places() ? 'decoder.alone' : 'decoder.alone_places') : '';
    if (alone.textContent !== text) alone.textContent = text;
  }

  explorer.on('decoder', show);
  explorer.on('codes', show);
  onLost(show);
  onBack(show);
}
