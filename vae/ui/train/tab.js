// The Train tab: builds its parts around one trainer.

import {mountChoose} from './choose.js';
import {mountCurves} from './curves.js';
import {drawFindings} from '../models/doctor.js';
import {mountDrive} from './drive.js';
import {mountKeep} from './keep.js';
import {mountKl} from './kl.js';
import {mountKnobs} from './knobs.js';
import {mountOwn} from './own.js';
import {mountPictures} from './pictures.js';
import {mountRuns} from './runs.js';
import {linkChoices} from './link.js';
import {mountTime} from './time.js';
import {mountTrainMap} from './map.js';
import {change} from '../kit/js/store.js';
import {make} from '../kit/js/dom.js';
import {fill, t} from '../kit/js/strings.js';
import {createTrainer} from './trainer.js';

const AGAIN = 2000; // ms until a request that came to nothing is made again

export function mount({element, props, server, trigger}) {
  fill(element);
  const find = selector => element.querySelector(selector);
  const payload = JSON.parse(props.value);
  const visible = () => element.clientWidth > 0;
  const trainer = createTrainer(server, visible);

  // A device that is lent for a minute at a time: the page asks for every minute, for it is this visitor's allowance.
  trainer.on('lend', asked => trigger('submit', asked));

  const error = find('.lse-error');
  trainer.on('error', text => {
    error.textContent = text;
    error.hidden = false;
  });
  trainer.on('calm', () => (error.hidden = true));

  const choose = mountChoose(find('.lse-train-choose'), trainer, payload, visible);
  mountOwn(find('.lse-train-choose'), trainer, choose);
  mountDrive(find('.lse-train-drive'), trainer, choose);
  mountKnobs(find('.lse-train-knobs'), trainer, payload.numbers);
  let figures = null; // a promise
  const charts = () => (figures ??= patiently(() => trainer.call('charts', trainer.owner)));
  mountCurves(find('#train-curves'), trainer, payload, charts);
  mountKl(find('#train-kl'), trainer, charts);
  mountTrainMap(find('#train-map'), trainer);
  mountPictures(find('.lse-train-board'), trainer, payload.sheets);
  mountTime(find('#train-time'), trainer);
  mountKeep(find('.lse-train-keep'), trainer, choose.titleOf, payload.most_bytes);
  mountRuns(find('.lse-train-runs'), trainer);

  const findings = find('.lse-train-findings');
  const nothing = () => findings.replaceChildren(make('p', {className: 'lse-note', textContent: t('train.doctor_empty')}));
  trainer.on('findings', found => (found.length ? drawFindings(findings, {missing: null}, found) : nothing()));
  const empty = find('.lse-train-empty');
  trainer.on('run', run => {
    empty.hidden = run !== null;
    nothing();
  });
  nothing();

  // The header speaks of Explore's model: it steps back while this tab is open.
  let shown = false;
  new ResizeObserver(() => {
    if (shown === visible()) return;
    shown = !shown;
    change('training', shown);
    if (!shown) return;
    choose.ask();
    trainer.wake();
  }).observe(element);

  const byLink = linkChoices(element, choose, payload);
  trainer.resume(!byLink);
}

/** An answer that is asked for until it comes. */
async function patiently(ask) {
  for (;;) {
    try {
      return await ask();
    } catch {
      await new Promise(done => setTimeout(done, AGAIN));
    }
  }
}
