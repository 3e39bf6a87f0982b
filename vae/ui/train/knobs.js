// The numbers that may be turned while a run is on: a logarithmic slider and a field each.

import {make} from '../kit/js/dom.js';
import {t} from '../kit/js/strings.js';
import {plain} from './words.js';

const STEPS = 1000;

export function mountKnobs(element, trainer, numbers) {
  let knobs = [];
  element.setAttribute('aria-label', t('train.knobs'));

  trainer.on('run', () => build([]));
  trainer.on('status', () => {
    const {status} = trainer.state;
    const wanted = (status?.adjustable ?? []).filter(name => Number.isFinite(status.knobs[name]));
    if (wanted.join() !== knobs.map(({name}) => name).join()) build(wanted);
    element.disabled = !trainer.active(); // of a run that is over they show how it ended
    for (const knob of knobs) knob.show(status.knobs[knob.name]);
  });

  function build(names) {
    knobs = names.map(name => createKnob(numbers.find(({key}) => key === name), value => trainer.turn(name, value)));
    element.replaceChildren(...(names.length ? [make('span', {className: 'lse-note', textContent: t('train.knobs')})] : []), ...knobs.map(({element}) => element));
    element.hidden = !names.length;
  }
  build([]);
}

/** The slider begins at `lowest`, and where the number may be 0 that stands left of it. */
function createKnob({key: name, low: least, high: most, lowest: low}, turn) {
  const range = Math.log(most / low);
  const title = t(`train.${name}`);
  const slider = make('input', {type: 'range', min: least === 0 ? -1 : 0, max: STEPS, step: 1, 'aria-label': title, 'data-knob': name});
  const field = make('input', {type: 'number', min: least, max: most, step: 'any', 'aria-label': t('train.knob_value', {name: title})});
  const row = make('div', {className: 'lse-row'}, slider);
  const element = make('div', {className: 'lse-train-knob'}, make('span', {textContent: title}), row, field);
  let touched = 0; // when a hand was last on it: the server's word waits until it has let go

  const toValue = at => (at < 0 ? 0 : Number((low * Math.exp((at / STEPS) * range)).toPrecision(2)));
  const toSlider = value => (value < low ? Number(slider.min) : Math.round((STEPS * Math.log(value / low)) / range));
  function paint(value) {
    slider.setAttribute('aria-valuetext', plain(value));
    slider.style.setProperty('--at', `${(100 * (slider.value - slider.min)) / (STEPS - slider.min)}%`);
  }
  slider.addEventListener('input', () => {
    touched = performance.now();
    const value = Math.max(least, toValue(Number(slider.value)));
    field.value = value;
    paint(value);
    turn(value);
  });
  field.addEventListener('change', () => {
    const value = Number(field.value);
    const good = field.value !== '' && value >= least && value <= most;
    field.setAttribute('aria-invalid', !good);
    if (!good) return;
    touched = performance.now();
    slider.value = toSlider(value);
    paint(value);
    turn(value);
  });

  function show(value) {
    if (value === undefined || value === null || performance.now() - touched < 1500) return;
    const text = value > 0 && value < 1e-4 ? value.toExponential(1) : String(Number(value.toPrecision(3)));
    if (document.activeElement !== field && field.value !== text) field.value = text;
    const at = toSlider(value);
    if (Number(slider.value) === at && slider.style.getPropertyValue('--at')) return;
    slider.value = at;
    paint(value);
  }
  return {name, element, show};
}
