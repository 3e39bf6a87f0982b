// Plain lines about a model: the findings, and under them what helps and what was to be expected.

import {make, ready} from '../kit/js/dom.js';
import {has, t} from '../kit/js/strings.js';

/** The findings about a model, and why there are no images, if there are none: `model.missing`, or `model.drawn` ones. */
export function drawFindings(element, model, findings) {
  const found = [...findings];
  if (model.drawn) found.push({key: 'finding.drawn', values: {}});
  else if (model.missing) found.push({key: 'finding.missing_images', values: {reason: model.missing}});
  const aside = ({key}) => key.startsWith('finding.forecast');
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
