// The header: title, model picker, figures of the chosen model, language, light or dark.

import {mountConnection} from '../kit/js/connection.js';
import {caller} from '../kit/js/events.js';
import {ask, askAbout, opensGlossary} from '../kit/js/glossary.js';
import {mountLanguage} from './language.js';
import {linked, mountLink} from '../kit/js/link.js';
import {change, shared, watch} from '../kit/js/store.js';
import {isDark, onTheme} from '../kit/js/theme.js';
import {make} from '../kit/js/dom.js';
import {onModels, restoreModels} from '../models/visitor-models.js';
import {recall, remember} from '../kit/js/storage.js';
import {named, number, spoken, t} from '../kit/js/strings.js';
import {offer} from '../kit/js/tour-registry.js';
import {mountPresenter} from './presenter.js';
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
    figures(list, model, marks);
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
  mountLink(element.querySelector('#copy-link'), element.querySelector('#link-said'));
  mountLanguage(element.querySelector('#language'));
  theme(element.querySelector('#theme'));
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

const TERM = {above_floor: 'floor', neg_elbo: 'elbo', rate: 'rate', distortion: 'distortion', active_units: 'active_units', mig_sampled: 'mig'}; // figure -> glossary
const BESIDE = ['mig', 'mig_in_use']; // other conventions of MIG

function figures(list, model, marks) {
  const values = model?.figures ?? {};
  list.replaceChildren();
  const help = key => t(`header.${key}_help`);
  const box = (key, label, className, ...text) => {
    if (values[key] == null) return;
    const parts = [make('dt', {}, label, ...explained(key)), make('dd', {}, ...text)];
    list.append(make('div', {className, title: help(key)}, ...parts));
  };
  const explained = key => {
    if (key in TERM) return [ask(TERM[key], ...(key === 'mig_sampled' ? ['mig_sampled', ...BESIDE, ...marks] : [key]).map(help))];
    return key === 'neg_elbo_decoding_mu' ? [askAbout(t(`header.${key}`), help(key))] : [];
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
    box(BESIDE[0], t('header.means'), 'lse-mark', small('mig'));
  }
  for (const mark of [BESIDE[1], ...marks]) show(mark, 'lse-mark', small(mark));
}

/** The button that turns the page dark or light and remembers it, unless the address asks for a theme. */
function theme(button) {
  const label = () => {
    const text = t(isDark() ? 'header.light' : 'header.dark');
    button.querySelector('span').textContent = t(isDark() ? 'header.light_short' : 'header.dark_short');
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
