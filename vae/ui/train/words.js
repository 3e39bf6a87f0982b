// Numbers of a training in words: times, places in a queue.

import {number, t} from '../kit/js/strings.js';
import {language} from '../kit/js/words.js';

/** Seconds as "45 s", "1 min 10 s" or "2 h 5 min". */
export function duration(seconds) {
  const s = Math.max(0, Math.round(seconds));
  if (s < 60) return t('train.seconds', {s});
  if (s < 3600) return t('train.minutes', {m: Math.floor(s / 60), s: s % 60});
  return t('train.hours', {h: Math.floor(s / 3600), m: Math.floor((s % 3600) / 60)});
}

const plurals = new Intl.PluralRules(language, {type: 'ordinal'});

/** 2 as "2nd". */
export const ordinal = n => t(`train.ordinal_${plurals.select(n)}`, {n});

/** A number in as few figures as tell it: 0.001, 4, 12.5. */
export function plain(value) {
  const text = String(Number(Number(value).toPrecision(4)));
  return text.replace('-', '−');
}

/** A speed in two figures, for more of them mean nothing: 3,100, 3.7, 0.42. */
export function rough(value) {
  if (!(value > 0)) return '0';
  const two = Number(value.toPrecision(2));
  return number(two, Math.min(2, Math.max(0, 1 - Math.floor(Math.log10(two)))));
}

/** Nats with as many decimals as are worth reading. */
export const nats = value => number(value, Math.abs(value) < 100 ? 2 : 1);
