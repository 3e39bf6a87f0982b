// One plain line about the model.

import {make, ready} from './page.js';
import {t} from './strings.js';

export function mountDoctor(element, explorer) {
  explorer.on('model', model => {
    const found = [...model.findings];
    if (model.missing) found.push(['finding.missing_images', {reason: model.missing}]);
    element.replaceChildren(...found.map(([key, values]) => make('span', {textContent: `${t(key, values)} `})));
    ready(element);
  });
}
