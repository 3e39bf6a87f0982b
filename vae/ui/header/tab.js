// The header: title, model picker, figures of the chosen model, language, light or dark.

import {mountConnection} from '../kit/js/connection.js';
import {caller} from '../kit/js/events.js';
import {mountLanguage} from './language.js';
import {linked, mountLink} from '../kit/js/link.js';
import {change, shared, watch} from '../kit/js/store.js';
import {isDark, onTheme} from '../kit/js/theme.js';
import {make} from '../kit/js/dom.js';
import {onModels, restoreModels} from '../models/visitor-models.js';
import {recall, remember} from '../kit/js/storage.js';
import {named, number, spoken, t} from '../kit/js/strings.js';
import {mountTour} from './tour-guide.js';

export function mount({element, props, server}) {
  const {usable, broken, marks} = JSON.parse(props.value);
  element.querySelector('h1').textContent = t('common.title');
  element.querySelector('.lse-title p').textContent = t('common.tagline');
  element.querySelector('.lse-field span').textContent = t('header.model');
  const select = element.querySelector('#model');
  select.append(...groups(usable, broken));
  select.addEventListener('change', () => change('model', select.value));
  const show = name => {
    select.value = name ?? '';
    figures(element.querySelector('.lse-figures'), usable.find(model => model.name === name), marks);
  };
  watch('model', show);
  // Figures and picker are Explore's: Compare has its own for either side, Train trains another model, and Learn shows several.
  const step = () => {
    for (const part of ['.lse-figures', '.lse-field']) element.querySelector(part).hidden = shared.comparing || shared.training || shared.learning;
  };
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
  mountLink(element.querySelector('#copy-link'), element.querySelector('#link-said'));
  mountLanguage(element.querySelector('#language'));
  theme(element.querySelector('#theme'));
  mountConnection(element.querySelector('.lse-connection'));
  mountTour(element.querySelector('#tour'), usable);
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

function figures(list, model, marks) {
  const values = model?.figures ?? {};
  list.replaceChildren();
  const box = (key, label, className, ...text) => {
    if (values[key] == null) return;
    const parts = [make('dt', {textContent: label}), make('dd', {}, ...text)];
    list.append(make('div', {className, title: t(`header.${key}_help`)}, ...parts));
  };
  const show = (key, ...rest) => box(key, t(`header.${key}`), ...rest);
  const nats = key => [number(values[key], 1), make('small', {textContent: ` ${t('common.nats')}`})];
  show('above_floor', '', ...nats('above_floor'));
  show('neg_elbo', values.above_floor == null ? '' : 'lse-mark', ...nats('neg_elbo'));
  show('neg_elbo_decoding_mu', 'lse-mark', number(values.neg_elbo_decoding_mu, 1));
  for (const key of ['rate', 'distortion']) show(key, '', ...nats(key));
  show('active_units', '', t('header.of', {n: values.active_units, total: model?.latents}));
  if (values.mig == null) return;
  // A score means little without the other conventions and the codes that it is held against: smaller, beside it.
  const small = key => number(values[key], 2).replace('0.', '.');
  if (values.mig_sampled == null) {
    show('mig', '', number(values.mig, 2));
  } else {
    show('mig_sampled', '', number(values.mig_sampled, 2));
    box('mig', t('header.means'), 'lse-mark', small('mig'));
  }
  for (const mark of ['mig_in_use', ...marks]) show(mark, 'lse-mark', small(mark));
}

/** The button that turns the page dark or light and remembers it, unless the address asks for a theme. */
function theme(button) {
  const label = () => {
    const text = t(isDark() ? 'header.light' : 'header.dark');
    button.title = text;
    button.setAttribute('aria-label', text);
  };
  const asked = new URLSearchParams(location.search).has('__theme');
  const stored = asked ? null : recall('theme');
  if (stored) document.body.classList.toggle('dark', stored === 'dark');
  button.addEventListener('click', () => {
    document.body.classList.toggle('dark');
    remember('theme', isDark() ? 'dark' : 'light');
  });
  onTheme(label);
  label();
}
