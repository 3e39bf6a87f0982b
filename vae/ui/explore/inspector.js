// Three pictures: the test image, its reconstruction, and the picture of the present z.

import {another} from '../kit/js/arrays.js';
import {pictureAddress} from '../kit/js/picture.js';
import {judged} from './own-image.js';
import {make, ready} from '../kit/js/dom.js';
import {originalOf} from '../models/original.js';
import {visit} from '../kit/js/visit.js';
import {facts as factsOf, number, t} from '../kit/js/strings.js';

export function mountInspector(element, explorer) {
  const image = role => element.querySelector(`img[data-role=${role}]`);
  const caption = role => image(role).nextElementSibling;
  const frame = image('z').parentElement;
  const facts = element.querySelector('.lse-facts');
  const buttons = {
    reset: () => explorer.reset(),
    'random-image': () => explorer.pick(another(explorer.index, explorer.state.picked?.index)),
    'random-prior': () => explorer.randomPrior(),
    'to-compare': () => {
      const {model, picked, z} = explorer.state;
      visit('compare', {model: model.name, index: picked.index ?? picked.own.near, z}); // it takes test images alone
    },
  };
  for (const [id, press] of Object.entries(buttons)) {
    const button = element.querySelector(`#${id}`);
    const key = `inspector.${id.replace('-', '_')}`;
    button.textContent = t(key);
    button.title = t(`${key}_help`);
    button.addEventListener('click', press);
  }

  let drawing = 0;
  /** Set a picture and remember that it has to be on the screen before the part counts as drawn. */
  function show(role, uri, alt) {
    const picture = image(role);
    picture.src = uri;
    picture.alt = alt;
    drawing += 1;
    picture.decode().then(settle, settle); // a newer src rejects the older promise, which is as good as done
    function settle() {
      drawing -= 1;
      check();
    }
  }
  function check() {
    if (!drawing && !explorer.busy() && explorer.state.picked) ready(element);
  }

  explorer.on('model', ({drawn}) => {
    caption('reconstruction').textContent = t('inspector.reconstruction');
    const random = element.querySelector('#random-image');
    random.textContent = t(drawn ? 'inspector.random_draw' : 'inspector.random_image');
    random.title = t(drawn ? 'inspector.random_draw_help' : 'inspector.random_image_help');
  });
  explorer.on('picking', () => ready(element, false));
  explorer.on('decoding', () => ready(element, false));
  explorer.on('picked', ({index, original, reconstruction, facts: known, own}) => {
    ready(element, false);
    const {drawn} = explorer.state.model;
    const kind = own ? 'own.original' : originalOf(explorer.state.model);
    caption('original').textContent = t(kind);
    show('original', original, t(`${kind}_alt`, {index}));
    show('reconstruction', reconstruction, t(own ? 'own.reconstruction_alt' : drawn ? 'inspector.redrawn_alt' : 'inspector.reconstruction_alt', {index}));
    element.dataset.index = index ?? 'own';
    facts.classList.toggle('lse-far', Boolean(own?.far));
    if (own) return facts.replaceChildren(...judged({...own, drawn}, explorer.state.own?.ground).map(text => make('span', {textContent: text})));
    facts.textContent = [t(drawn ? 'inspector.draw' : 'inspector.index', {index}), ...factsOf(known)].join(' · ');
  });
  explorer.on('z', ({source, neighbours, distance, far}) => {
    const notes = {
      picked: '',
      moved: '',
      prior: t('inspector.prior'),
      between: t('inspector.between', {n: neighbours, distance: number(distance ?? 0, 1)}),
    };
    caption('z').textContent = [t('inspector.z'), notes[source], source === 'between' && far && t('inspector.far')].filter(Boolean).join(' · ');
    frame.dataset.source = source;
  });
  explorer.on('picture', picture => show('z', typeof picture === 'string' ? picture : pictureAddress(picture), t('inspector.z_alt')));
  explorer.on('settled', check);
}
