// The Explore tab: builds its parts around one explorer and tells the page when each is drawn.

import {createExplorer} from './explorer.js';
import {mountDecoderNote} from './decoder-note.js';
import {mountDoctor} from './doctor.js';
import {describeExplore, followLink} from './link.js';
import {mountInformation} from './information.js';
import {fillAsks} from '../kit/js/glossary.js';
import {mountInspector} from './inspector.js';
import {mountLattice} from './lattice.js';
import {mountLead} from './lead.js';
import {begin, isLinked, isSecret, linked, openLinkedTab} from '../kit/js/link.js';
import {mountMap} from './map.js';
import {mountOwnImage} from './own-image.js';
import {announce, outdated} from '../models/visitor-models.js';
import {change, watch} from '../kit/js/store.js';
import {onVisit} from '../kit/js/visit.js';
import {mountSaving} from '../kit/js/saving.js';
import {mountSliders} from './sliders.js';
import {offer} from '../kit/js/tour-registry.js';
import {fill, t} from '../kit/js/strings.js';
import {hintAtSliders} from './slider-hint.js';
import {mountTraversal} from './traversal.js';

export function mount({element, props, server}) {
  fill(element);
  fillAsks(element);
  const find = selector => element.querySelector(selector);
  const explorer = createExplorer(server);
  const error = find('.lse-error');
  explorer.on('error', text => {
    error.textContent = text;
    error.hidden = false;
  });
  explorer.on('picture', () => (error.hidden = true));
  mountLead(element, explorer);
  mountInspector(find('#inspector'), explorer);
  mountSliders(find('#sliders'), explorer);
  mountDecoderNote(find('.lse-decoder'), explorer);
  mountLattice(find('#lattice'), explorer);
  mountTraversal(find('#traversal'), explorer);
  mountDoctor(find('#doctor'), explorer);
  const map = mountMap(find('#map'), explorer);
  offer('explorer', explorer);
  offer('map', map);
  mountInformation(find('#information'), explorer);
  mountOwnImage(element, explorer);
  mountSaving(find('.lse-save'), () => [explorer.state.model?.name].filter(Boolean), explorer.fail);

  const first = JSON.parse(props.value);
  const enable = able => element.querySelectorAll('button, select, input').forEach(control => (control.disabled = !able));
  const follow = name => explorer.openByName(name);
  const agree = () => change('model', explorer.state.model?.name ?? null, follow);
  watch('model', follow);
  explorer.on('unopened', agree); // the others go back to the model that is shown
  explorer.on('model', model => {
    if (isSecret(model.name)) announce({name: model.name, title: model.title, group: model.dataset}); // it may have come by a link
    agree();
    enable(true);
    element.querySelector('.lse-explore').classList.toggle('lse-nameless', !model.follows.some(Boolean));
  });
  watch('renewed', () => {
    const {model} = explorer.state;
    if (model && outdated(model)) follow(model.name); // its map and codes would lie beside another network's pictures
  });
  onVisit('explore', where => explorer.go(where));
  describeExplore(element, explorer, map.view);
  openLinkedTab();
  const link = linked('explore');
  if (first.ok === undefined) {
    enable(false); // until a model opens
    if (!link?.model) {
      error.textContent = t(first.key, first.values);
      error.hidden = false;
      agree();
      return begin();
    }
  }
  if (link) {
    change('model', link.model ?? first.ok.name, follow);
    return followLink(element, explorer, map.view, first.ok, link);
  }
  explorer.open(first.ok);
  begin();
  if (!isLinked()) hintAtSliders(explorer, element);
}
