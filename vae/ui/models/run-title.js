// What a run is called where models are chosen: its data, its objective and when it began.

import {named, t} from '../kit/js/strings.js';
import {language} from '../kit/js/words.js';

const region = language === 'en' ? 'en-GB' : language; // the day before the month, and 24 hours
const hour = new Intl.DateTimeFormat(region, {hour: '2-digit', minute: '2-digit'});
const day = new Intl.DateTimeFormat(region, {day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit'});

/** When a run began: the hour, and the day if it was not today. */
export function clock(seconds) {
  const date = new Date(1000 * seconds);
  return (date.toDateString() === new Date().toDateString() ? hour : day).format(date);
}

/** What a run is called where models are chosen. */
export const titleOfRun = ({title, objective, started}) => t('train.run_title', {title: named(title), objective: t(`train.objective.${objective}`), time: clock(started)});
