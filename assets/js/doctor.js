// Plain lines about the model: the findings, and under them what helps.

import {make, ready} from './page.js';
import {has, t} from './strings.js';

export function mountDoctor(element, explorer) {
  explorer.on('model', model => {
    const found = [...model.findings];
    if (model.missing) found.push({key: 'finding.missing_images', values: {reason: model.missing}});
    const said = found.map(finding => make('span', {textContent: `${t(finding.key, finding.values)} `, title: explain(finding)}));
    const advice = new Set(found.filter(({remedy}) => remedy).map(({remedy, values}) => t(remedy, values)));
    element.replaceChildren(make('p', {}, ...said), ...[...advice].map(text => make('p', {className: 'lse-remedy', textContent: text})));
    ready(element);
  });
}

/** What a finding means, or what helps. */
function explain({key, values, remedy}) {
  const help = `${key}_help`;
  if (has(help)) return t(help, values);
  return remedy ? t(remedy, values) : '';
}
