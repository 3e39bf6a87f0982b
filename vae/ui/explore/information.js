// Latents against factors, of the model that is shown. Hidden where there are no factors.

import {afterPaint, ready} from '../kit/js/dom.js';
import {createFigure} from '../kit/js/figure.js';

export function mountInformation(element, explorer) {
  const heat = createFigure(element.querySelector('.lse-heat'));

  explorer.on('model', model => {
    ready(element, false);
    afterPaint(() => explorer.state.model === model && ask(model)); // the map first
  });

  async function ask(model) {
    try {
      const figure = await explorer.call('information', model.handle);
      if (explorer.state.model !== model) return;
      element.hidden = !figure;
      if (figure) await heat.show(figure);
      if (explorer.state.model === model) ready(element);
    } catch (error) {
      if (explorer.state.model === model) explorer.fail(error);
    }
  }
}
