// The Explore tab: builds its parts around one explorer and tells the page when each is drawn.

import {createExplorer} from './explorer.js';
import {mountDoctor} from './doctor.js';
import {mountInformation} from './information.js';
import {mountInspector} from './inspector.js';
import {mountLattice} from './lattice.js';
import {mountMap} from './map.js';
import {mountOwnImage} from './own-image.js';
import {change, onVisit, shared, watch} from './page.js';
import {mountSliders} from './sliders.js';
import {fill, t} from './strings.js';
import {sway} from './sway.js';
import {mountTraversal} from './traversal.js';

export function mount({element, props, server}) {
  fill(element);
  const find = selector => element.querySelector(selector);
  const explorer = createExplorer(server);
  const error = find('.lse-error');
  explorer.on('error', text => {
    error.textContent = text;
    error.hidden = false;
  });
  explorer.on('picture', () => (error.hidden = true));
  mountInspector(find('#inspector'), explorer);
  mountSliders(find('#sliders'), explorer);
  mountLattice(find('#lattice'), explorer);
  mountTraversal(find('#traversal'), explorer);
  mountDoctor(find('#doctor'), explorer);
  mountMap(find('#map'), explorer);
  mountInformation(find('#information'), explorer);
  mountOwnImage(element, explorer);

  const first = JSON.parse(props.value);
  const enable = able => element.querySelectorAll('button, select, input').forEach(control => (control.disabled = !able));
  const follow = name => explorer.openByName(name);
  const agree = () => change('model', explorer.state.model?.name ?? null, follow);
  watch('model', follow);
  explorer.on('unopened', agree); // the others go back to the model that is shown
  explorer.on('model', model => {
    agree();
    enable(true);
    element.querySelector('.lse-explore').classList.toggle('lse-nameless', !model.follows.some(Boolean));
  });
  if (first.ok === undefined) {
    error.textContent = t(first.key, first.values);
    error.hidden = false;
    enable(false);
    agree();
    return;
  }
  explorer.open(first.ok);
  onVisit('explore', where => explorer.go(where));
  sway(explorer, element);
}
