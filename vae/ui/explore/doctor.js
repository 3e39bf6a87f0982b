// The doctor's findings about the model, and once the page stands what was to be expected, with its spectrum.

import {afterPaint, make} from '../kit/js/dom.js';
import {createFigure} from '../kit/js/figure.js';
import {t} from '../kit/js/strings.js';
import {drawFindings} from '../models/doctor.js';

const HEIGHT = 240; // pixels of the spectrum

export function mountDoctor(element, explorer) {
  const bars = make('div', {className: 'lse-spectrum'});
  const figure = createFigure(bars, HEIGHT);

  explorer.on('model', model => {
    delete element.dataset.forecast;
    drawFindings(element, model, model.findings);
    // The forecast costs the server up to a second, so it is asked for once the page stands.
    afterPaint(() => forecast(model));
  });

  async function forecast(model) {
    if (explorer.state.model !== model) return;
    try {
      const {findings, spectrum} = await explorer.call('forecast_model', model.handle);
      if (explorer.state.model !== model) return;
      drawFindings(element, model, findings);
      if (spectrum) {
        element.append(make('h2', {textContent: t('spectrum.title')}), bars, make('p', {className: 'lse-remedy', textContent: t('spectrum.about')}));
        figure.show(spectrum);
      }
      element.dataset.forecast = '1';
    } catch (error) {
      if (explorer.state.model === model) explorer.fail(error);
    }
  }
}
