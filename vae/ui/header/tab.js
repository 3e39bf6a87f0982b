// The header: title, model picker, figures of the chosen model, language, light or dark.

import {mountConnection} from '../kit/js/connection.js';
import {caller} from '../kit/js/events.js';
import {drawFigures} from './figures.js';
import {opensGlossary} from '../kit/js/glossary.js';
import {mountLanguage, nameTabs} from './language.js';
import {linked, mountLink} from '../kit/js/link.js';
import {change, shared, watch} from '../kit/js/store.js';
import {make} from '../kit/js/dom.js';
import {onModels, restoreModels} from '../models/visitor-models.js';
import {recall, remember} from '../kit/js/storage.js';
import {named, number, spoken, t} from '../kit/js/strings.js';
import {offer} from '../kit/js/tour-registry.js';
import {mountPresenter} from './presenter.js';
import {mountTheme} from './theme-button.js';
import {mountTour} from './tour-guide.js';

export function mount({element, props, server}) {
  const {usable, broken, marks} = JSON.parse(props.value);
  element.querySelector('h1').textContent = t('common.title');
  element.querySelector('.lse-title p').textContent = t('common.tagline');
  element.querySelector('.lse-field span').textContent = t('header.model');
  const select = element.querySelector('#model');
  select.append(...groups(usable, broken));
  select.addEventListener('change', () => change('model', select.value));
  const list = element.querySelector('#figures');
  const fold = mountFold(element.querySelector('#fold'), list);
  const show = name => {
    select.value = name ?? '';
    const model = usable.find(model => model.name === name);
    drawFigures(list, model, marks);
    fold.name(model?.figures ?? {});
    step();
  };
  // Figures and picker are Explore's: Compare has its own for either side, Train trains another model, and Learn shows several.
  const step = () => {
    const elsewhere = Boolean(shared.comparing || shared.training || shared.learning);
    element.querySelector('.lse-field').hidden = elsewhere;
    fold.withdraw(elsewhere);
  };
  watch('model', show);
  watch('comparing', step);
  watch('training', step);
  watch('learning', step);
  onModels(({name, title, group}) => {
    if (usable.some(model => model.name === name)) return;
    usable.push({name, title, group, figures: {}});
    select.replaceChildren(...groups(usable, broken));
    show(shared.model);
  });
  if (!shared.model && usable.length) change('model', linked('explore')?.model ?? usable[0].name);
  show(shared.model);
  const call = caller(server);
  restoreModels(names => call('available_models', ...names)).catch(error => console.info(`Earlier models are not offered: ${error.message}`));
  offer('page', (names, light) => call('save_page', names, light));
  mountLink(element.querySelector('#copy-link'), element.querySelector('#link-said'));
  nameTabs();
  mountLanguage(element.querySelector('#language'));
  mountTheme(element.querySelector('#theme'));
  mountConnection(element.querySelector('.lse-connection'));
  opensGlossary(element.querySelector('#all-terms'));
  offer('tour', mountTour(element.querySelector('#tour'), usable));
  mountPresenter(element.querySelector('#present'), usable);
  for (const [id, key] of Object.entries({'copy-link': 'header.link', present: 'present.enter', 'all-terms': 'glossary.title', tour: 'tour.title'})) {
    element.querySelector(`#${id} span`).textContent = t(key);
  }
}

/** The button that unfolds the figures, which name one of them; a visitor who has unfolded them finds them so again. */
function mountFold(button, list) {
  let open = recall('figures') === 'open';
  let none = true;
  let elsewhere = false;
  const draw = () => {
    button.hidden = none || elsewhere;
    list.hidden = button.hidden || !open;
    button.setAttribute('aria-expanded', open);
  };
  button.addEventListener('click', () => {
    open = !open;
    remember('figures', open ? 'open' : null);
    draw();
  });
  return {
    name(values) {
      none = !list.childElementCount;
      const key = ['above_floor', 'neg_elbo'].find(key => values[key] != null);
      button.textContent = key ? t('header.figures_of', {nats: number(values[key], 1), figure: t(`header.${key}`)}) : t('header.figures');
      draw();
    },
    withdraw(away) {
      elsewhere = away;
      draw();
    },
  };
}

/** <optgroup>s by data set; broken files at the end, greyed out, each with its reason. */
function groups(usable, broken) {
  const labels = [...new Set(usable.map(model => model.group))];
  const list = labels.map(label =>
    make('optgroup', {label: named(label)}, ...usable.filter(model => model.group === label).map(model => make('option', {value: model.name, textContent: model.title ?? model.name}))),
  );
  if (!usable.length) list.push(make('option', {value: '', textContent: t('header.none'), disabled: true, selected: true}));
  if (broken.length) {
    const files = broken.map(({name, reason}) =>
      make('option', {value: name, textContent: t('header.broken_entry', {name, reason}), title: spoken(reason), disabled: true}),
    );
    list.push(make('optgroup', {label: t('header.broken')}, ...files));
  }
  return list;
}
