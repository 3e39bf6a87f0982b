// Plain lines about the model: the findings, and under them what helps and what was to be expected, with its spectrum.

import {afterPaint, make, ready} from '../kit/js/dom.js';
import {drawSpectrum} from './spectrum.js';
import {has, t} from '../kit/js/strings.js';

export function mountDoctor(element, explorer) {
  explorer.on('model', model => {
    delete element.dataset.forecast;
    draw(element, model, model.findings);
    // The forecast costs the server up to a second, so it is asked for once the page stands.
    afterPaint(() => forecast(model));
  });

  async function forecast(model) {
    if (explorer.state.model !== model) return;
    try {
      const {findings, spectrum} = await explorer.call('forecast_model', model.name);
      if (explorer.state.model !== model) return;
      draw(element, model, findings);
      if (spectrum) element.append(...drawSpectrum(spectrum));
      element.dataset.forecast = '1';
    } catch (error) {
      if (explorer.state.model === model) explorer.fail(error);
    }
  }
}

/** The findings about a model, and `model.missing`: why there are no images, if there are none. */
export function draw(element, model, findings) {
  const found = [...findings];
  if (model.missing) found.push({key: 'finding.missing_images', values: {reason: model.missing}});
  const aside = ({key}) => key === 'finding.forecast';
  const said = found.filter(finding => !aside(finding)).map(finding => make('span', {textContent: `${t(finding.key, finding.values)} `, title: explain(finding)}));
  const advice = found.filter(({remedy}) => remedy).map(({remedy, values}) => t(remedy, values));
  const expected = found.filter(aside).map(({key, values}) => t(key, values));
  const faint = [...new Set([...advice, ...expected])].map(text => make('p', {className: 'lse-remedy', textContent: text}));
  element.replaceChildren(make('p', {}, ...said), ...faint);
  ready(element);
}

/** What a finding means, or what helps. */
function explain({key, values, remedy}) {
  const help = `${key}_help`;
  if (has(help)) return t(help, values);
  return remedy ? t(remedy, values) : '';
}
