// The buttons that drive a run, and the line that says in words how it stands.

import {has, number, spoken, t} from '../kit/js/strings.js';
import {duration, ordinal, rough} from './words.js';

export function mountDrive(element, trainer, choose) {
  const find = selector => element.querySelector(selector);
  const [start, pause, step, stop, reset] = ['start', 'pause', 'step', 'stop', 'reset'].map(name => find(`#train-${name}`));
  const box = find('#train-status');
  const [said, facts, progress] = ['b', '.lse-train-facts', 'progress'].map(selector => box.querySelector(selector));
  const warning = find('.lse-train-warning');
  progress.setAttribute('aria-label', t('train.progress'));

  start.addEventListener('click', () => {
    const choice = choose.choice();
    if (choice) trainer.begin(choice);
  });
  pause.addEventListener('click', () => trainer.drive(resumes() ? 'resume' : 'pause'));
  step.addEventListener('click', () => trainer.drive('step'));
  stop.addEventListener('click', () => trainer.drive('stop'));
  reset.addEventListener('click', () => trainer.drive('forget'));

  /** A paused run goes on, and so does one that is over but has more to learn. */
  const resumes = () => trainer.state.status?.state === 'paused' || Boolean(!trainer.active() && trainer.state.status?.resumable);

  /** A button that can be used says what it does, another one why it cannot. */
  function able(button, help, why) {
    button.disabled = Boolean(why);
    button.title = t(why || help);
  }

  function draw() {
    const {status, run, beginning} = trainer.state;
    const state = status?.state;
    const none = !run ? 'train.no_run' : trainer.active() || !status ? '' : 'train.not_running';
    able(start, 'train.start_help', beginning || (run && (!status || trainer.active())) ? 'train.start_active' : choose.obstacle());
    pause.textContent = t(resumes() ? 'train.resume' : 'train.pause');
    able(pause, resumes() ? 'train.resume_help' : 'train.pause_help', resumes() ? '' : none || (state === 'running' ? '' : 'train.not_begun'));
    able(step, 'train.step_help', none || (state === 'paused' ? '' : 'train.step_paused_only'));
    able(stop, 'train.stop_help', none);
    able(reset, 'train.reset_help', run ? '' : 'train.no_run');
    box.dataset.state = run ? state ?? 'waiting' : 'idle';
    put(said, sentence());
    put(facts, status && state !== 'waiting' && !status.starting ? numbers(status) : '');
    const share = status?.steps ? status.step / status.steps : 0;
    if (progress.value !== share) progress.value = share;
    box.dataset.moving = state === 'running' && !trainer.state.lost ? '1' : '';
    const warnings = (status?.warnings ?? []).map(({key, values}) => t(key, values)).join(' ');
    put(warning, warnings);
    warning.hidden = !warnings;
  }

  function sentence() {
    const {status, run, beginning, lost} = trainer.state;
    const words = beginning || (run && !status) ? t('train.is_beginning') : inWords(status);
    return lost ? t('train.is_lost', {state: words}) : words;
  }

  trainer.on('status', draw);
  choose.onChange(draw);
  draw();
}

/** Only what has changed is written: what stands is left alone. */
function put(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** The state of a run in words. */
function inWords(status) {
  if (!status) return t('train.is_idle');
  const {state, reason, starting, place, waiting, ahead} = status;
  const why = reason && (has(reason.key) ? t(reason.key, reason.values) : t('train.is_failed_unknown'));
  if (state === 'failed') return t('train.is_failed', {reason: why || t('train.is_failed_unknown')});
  if (state === 'waiting' && place) {
    const words = t('train.is_waiting', {place: ordinal(place), waiting});
    if (!ahead) return words;
    const why = ahead.left === null ? t('train.ahead', ahead) : t('train.ahead_left', {data: ahead.data, time: duration(ahead.left)});
    return t('train.is_because', {state: words, reason: why});
  }
  if (starting || state === 'waiting') return t('train.is_starting');
  const words = t(`train.is_${state}`);
  return why ? t('train.is_because', {state: words, reason: why}) : words;
}

/** Where the run is, how fast, and how long it has taken and will take. */
function numbers(status) {
  const {step, steps, speed, seconds, left, state, name} = status;
  const moving = state === 'running';
  return [
    t('train.at_step', {step: number(step), steps: number(steps)}),
    moving && speed > 0 && t('train.speed', {speed: rough(speed)}),
    t(moving || state === 'paused' ? 'train.elapsed' : 'train.took', {time: duration(seconds)}),
    moving && left !== null && t('train.left', {time: duration(left)}),
    name && spoken(name),
  ]
    .filter(Boolean)
    .join(' · ');
}
