// Latents against factors, of the model that is shown. Hidden where there are no factors.

import {afterPaint, ready} from '../kit/js/dom.js';
import {t} from '../kit/js/strings.js';
import {informationTable} from '../models/information.js';

export function mountInformation(element, explorer) {
  explorer.on('model', model => {
    ready(element, false);
    afterPaint(() => explorer.state.model === model && draw(element, model.information)); // the map first
  });
}

function draw(element, information) {
  element.hidden = !information?.rows.length;
  element.replaceChildren(...(element.hidden ? [] : [informationTable(information, t('information.title'))]));
  ready(element);
}
