// What is to be trained: the form on the left, and its forecast.

import {make, options} from '../kit/js/dom.js';
import {createPump} from '../kit/js/latest-only.js';
import {named, number, spoken, t} from '../kit/js/strings.js';
import {createNumbers} from './numbers.js';
import {fitted, pressed, reads} from './objectives.js';
import {duration, plain, rough} from './words.js';

const PAUSE = 400; // ms without a change before the server is asked what to expect

/**
 * The form. {choice() -> the choice or null, obstacle() -> key of why there is none, onChange(listener), add(dataset, choice)}
 */
export function mountChoose(element, trainer, payload, visible) {
  const find = selector => element.querySelector(selector);
  const {presets, objectives, devices, units} = payload;
  const numbers = createNumbers(payload);
  const datasets = [...payload.datasets];
  const defaults = {...payload.defaults};
  const fields = Object.fromEntries([...element.querySelectorAll('[data-choice]')].map(field => [field.dataset.choice, field]));
  const dataset = find('#train-dataset');
  const said = find('.lse-train-forecast');
  const listeners = [];
  let values = {...defaults[(datasets.find(({missing}) => !missing) ?? datasets[0]).name]};
  let timer = 0;
  let forecast = null; // {choice, answer} of the last forecast

  options(fields.objective, objectives.map(({key}) => [key, t(`train.objective.${key}`)]));
  options(fields.unit, units.map(name => [name, t(`train.unit.${name}`)]));
  options(fields.device, devices.map(({key, name}) => [key, spoken(name)]));
  fields.unit.setAttribute('aria-label', t('train.unit'));
  for (const name of numbers.names) {
    const label = fields[name].previousElementSibling;
    if (!label.dataset.text) label.textContent = t(`train.${name}`);
    const {low, whole} = numbers.about(name, {}) ?? {low: 0}; // of the budget its unit will tell
    fields[name].min = low;
    fields[name].step = whole ? 1 : 'any';
  }
  const buttons = presets.map(preset => {
    const title = make('b', {textContent: t(`train.preset.${preset.key}`)});
    const about = make('span', {textContent: t(`train.preset.${preset.key}_about`)});
    const button = make('button', {type: 'button', 'data-preset': preset.key, 'aria-pressed': false}, title, about);
    button.addEventListener('click', () => {
      Object.assign(values, preset.values, {preset: preset.key});
      show();
    });
    return button;
  });
  find('#train-preset').setAttribute('aria-label', t('train.presets'));
  find('#train-preset').append(...buttons);

  function listDatasets() {
    dataset.replaceChildren(
      ...datasets.map(({name, title, missing}) =>
        make('option', {value: name, textContent: missing ? t('train.missing', {title: named(title)}) : named(title), disabled: Boolean(missing), title: missing ? spoken(missing) : ''}),
      ),
    );
    dataset.value = values.dataset;
  }
  const chosenAs = wanted => datasets.find(({name}) => name === wanted);
  const chosenData = () => chosenAs(values.dataset);

  dataset.addEventListener('change', () => choose(dataset.value));
  /** Other images bring their own numbers along; objective, machine and seed stay. */
  function choose(name) {
    const {device, seed, going_on} = values;
    const shaped = Object.fromEntries(['preset', 'objective', ...numbers.ofALoss, 'way'].map(key => [key, values[key]]));
    Object.assign(values, defaults[name], shaped, {device, seed, going_on});
    show();
  }

  for (const [name, field] of Object.entries(fields)) {
    field.addEventListener(field.type === 'number' ? 'input' : 'change', () => {
      if (name === 'unit') values.budget = converted(field.value);
      values[name] = field.type === 'checkbox' ? field.checked : field.type === 'number' ? (field.value === '' ? NaN : Number(field.value)) : field.value;
      show(field);
    });
  }

  /** The same budget in another unit, as far as a forecast tells it. */
  function converted(unit) {
    const {answer} = forecast?.key === keyOf(values) ? forecast : {};
    if (!answer || answer.speed === null || chosenData().train === null) return {seconds: 60, epochs: 5, steps: 3000}[unit];
    const {seconds, steps} = answer;
    const inUnit = {seconds, steps, epochs: (steps * values.batch_size) / chosenData().train}[unit];
    const round = Number(inUnit.toPrecision(2));
    const {low, high} = numbers.about('budget', {unit});
    return Math.min(Math.max(unit === 'epochs' ? round : Math.round(round), low), high);
  }

  /** Write the form from the values, but for the field that a hand is in. */
  function show(except = null) {
    Object.assign(values, fitted(values, objective(), presets));
    const {ways} = objective();
    options(fields.way, ways.map(name => [name, t(`train.way.${name}`)]));
    for (const [name, field] of Object.entries(fields)) {
      if (field === except) continue;
      if (field.type === 'checkbox') field.checked = Boolean(values[name]);
      else if (field.type !== 'number') field.value = values[name];
      else field.value = Number.isFinite(values[name]) ? values[name] : '';
    }
    dataset.value = values.dataset;
    for (const name of numbers.ofALoss) element.querySelector(`[data-field=${name}]`).hidden = !isRead(name);
    find('[data-field=way]').hidden = ways.length === 1;
    find('.lse-train-formula').textContent = t(`train.objective.${values.objective}_about`);
    const preset = pressed(values, presets);
    for (const button of buttons) button.setAttribute('aria-pressed', button.dataset.preset === preset?.key);
    for (const name of numbers.names) fields[name].setAttribute('aria-invalid', Boolean(wrong(name)));
    aboutData();
    const titles = [named(chosenData()?.title ?? values.dataset), preset ? t(`train.preset.${preset.key}`) : t(`train.objective.${values.objective}`)];
    find('.lse-train-chosen').textContent = titles.join(', ');
    changed();
  }
  const objective = () => objectives.find(({key}) => key === values.objective);
  const isRead = name => reads(objective(), numbers.about(name, values));

  function aboutData() {
    const data = chosenData();
    const line = find('.lse-train-dataset-about');
    const missing = datasets.filter(found => found.missing);
    const [channels, height, width] = data?.shape ?? [0, 0, 0];
    const kind = {width, height, channels: t(channels === 1 ? 'train.grey' : 'train.colour')};
    const known = data && (data.train === null ? t('train.dataset_kind', kind) : t('train.dataset_about', {...kind, n: number(data.train)}));
    const others = missing.filter(found => found !== data).map(found => spoken(found.missing));
    const own = spoken(data?.missing ?? known ?? '');
    if (line.dataset.said === [own, ...others].join('\n')) return;
    line.dataset.said = [own, ...others].join('\n');
    line.replaceChildren(make('span', {textContent: own}));
    if (!others.length) return;
    const summary = make('summary', {textContent: t(others.length === 1 ? 'train.absent_one' : 'train.absent', {n: others.length})});
    line.append(make('details', {}, summary, ...others.map(text => make('p', {textContent: text}))));
  }

  /** What is wrong with a number that is read: a sentence, or ''. */
  function wrong(name) {
    if (numbers.fits(name, values[name], values)) return '';
    const {low, high, whole} = numbers.about(name, values);
    return t(whole ? 'train.outside_whole' : 'train.outside', {name: t(`train.${name}`), low: plain(low), high: high > 9999 ? number(high) : plain(high)});
  }
  const faults = () => numbers.names.filter(isRead).map(wrong).filter(Boolean);

  function choice() {
    if (faults().length || chosenData()?.missing) return null;
    // A number that this objective does not read may be anything in its hidden field.
    const unread = numbers.names.filter(name => !isRead(name) && wrong(name)).map(name => [name, defaults[values.dataset][name]]);
    return {...values, ...Object.fromEntries(unread)};
  }

  function changed() {
    listeners.forEach(listener => listener());
    ask();
  }

  const forecasts = createPump({
    send: ({wanted}) => trainer.call('forecast_training', trainer.owner, wanted),
    apply(answer, {wanted, key}) {
      forecast = {key, answer, wanted};
      say();
    },
    fail(error) {
      forecast = {key: keyOf(values), error: error.message};
      say();
    },
  });
  /** What a forecast depends on. */
  const keyOf = wanted => JSON.stringify({...wanted, seed: null, going_on: null});

  function ask() {
    clearTimeout(timer);
    say();
    const wanted = choice();
    if (!wanted || !visible() || (forecast?.answer && forecast.key === keyOf(values))) return;
    timer = setTimeout(() => {
      forecasts.drop();
      forecasts.push({wanted, key: keyOf(values)});
    }, PAUSE);
  }

  /** The lines under the form: what is wrong, what is to be expected, and for which run all this is. */
  function say() {
    const bad = faults();
    const lines = bad.map(text => ['lse-train-bad', text]);
    if (!bad.length && !chosenData()?.missing) {
      if (forecast?.key !== keyOf(values)) lines.push(['lse-train-waits', t('train.measuring')]);
      else if (forecast.error) lines.push(['lse-train-bad', forecast.error]);
      else lines.push(...expected(forecast.answer, values, objective(), devices).map(text => ['', text]));
    }
    if (trainer.active()) lines.push(['lse-train-next', t('train.for_next')]);
    const key = JSON.stringify(lines);
    if (said.dataset.key === key) return;
    said.dataset.key = key;
    said.replaceChildren(...lines.map(([className, textContent]) => make('p', {className, textContent})));
  }

  let active = false;
  trainer.on('status', () => {
    if (active === trainer.active()) return;
    active = trainer.active();
    if (!active && forecast?.answer?.shared) forecast = null; // it was measured beside the run that is over
    ask();
  });
  trainer.on('adopt', ({run, choice: theirs, shape}) => {
    if (!chosenAs(theirs.dataset)) {
      // Images of one's own, of another visit.
      const title = trainer.state.runs.find(entry => entry.run === run)?.title ?? theirs.dataset;
      datasets.push({name: theirs.dataset, title, shape, train: null, missing: null});
      defaults[theirs.dataset] = theirs;
      listDatasets();
    }
    Object.assign(values, theirs);
    show();
  });

  // Wide, the form always stands open; narrow, it is one line until it is asked for.
  const narrow = matchMedia('(max-width: 900px)');
  const fold = () => (element.open = !narrow.matches);
  narrow.addEventListener('change', fold);
  fold();

  listDatasets();
  show();
  return {
    choice,
    obstacle: () => (chosenData()?.missing ? 'train.start_missing' : faults().length ? 'train.start_invalid' : ''),
    onChange: listener => listeners.push(listener),
    values: () => values,
    /** Fill the form. */
    take(theirs) {
      Object.assign(values, theirs);
      show();
    },
    ask,
    titleOf: name => chosenAs(name)?.title ?? name,
    /** New images: they are chosen at once. */
    add(data, theirs) {
      const at = datasets.findIndex(({name}) => name === data.name);
      if (at < 0) datasets.push(data);
      else datasets[at] = data;
      defaults[data.name] = theirs;
      listDatasets();
      choose(data.name);
    },
  };
}

/** The forecast, in sentences. */
function expected({seconds, steps, speed, awake, nats, latents, shared}, {unit, device}, objective, devices) {
  const name = spoken(devices.find(({key}) => key === device)?.name ?? device);
  const known = {time: duration(seconds), steps: number(steps), speed: rough(speed), device: name};
  const key = speed === null ? 'train.forecast_lent' : unit === 'steps' ? 'train.forecast' : 'train.forecast_steps';
  const lines = [t(key, known)];
  if (shared) lines.push(t('train.forecast_shared'));
  const open = objective.reads.includes('capacity') ? 'train.forecast_open' : 'train.forecast_open_tc';
  if (awake === null) lines.push(t(open));
  else if (awake === 0) lines.push(t('train.forecast_asleep', {latents}));
  else lines.push(t('train.forecast_awake', {awake, latents, nats: number(nats ?? 0, 1)}));
  return lines;
}
