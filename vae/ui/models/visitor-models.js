// The models that a visitor has trained or uploaded: every picker is told of them, and they come back on a later visit.

import {change, shared} from '../kit/js/store.js';
import {recall, remember} from '../kit/js/storage.js';
import {MOST_MODELS} from '../kit/js/constants.js';
import {titleOfRun} from './run-title.js';

const arrived = new Map(); // name -> {name, title, group}: models that have come since the page was made
const pickers = new Set();

/**
 * Tell every picker of models that there is another one; `group` is the title of its data set, `title` its own. That of
 * a `run` {title, objective, started} is said anew on every visit, for the next one may be in another language.
 */
export function announce({name, title, run, group}) {
  if (arrived.has(name)) return;
  const about = run && {title: run.title, objective: run.objective, started: run.started};
  const model = {name, title: about ? titleOfRun(about) : title, group};
  arrived.set(name, model);
  keepModels([...keptModels().filter(other => other.name !== name), {...model, run: about}]);
  for (const picker of pickers) picker(model);
}

/** The file of a model was made anew, `trained` steps into its training: whoever shows an older one opens it again. */
export function renew(name, trained) {
  if (shared.renewed?.name !== name || shared.renewed.trained !== trained) change('renewed', {name, trained});
}

/** Is this what a file held before it was made anew? */
export const outdated = ({name, trained}) => name === shared.renewed?.name && trained !== shared.renewed.trained;

/** The models that were announced on earlier visits. */
function keptModels() {
  try {
    const models = JSON.parse(recall('models') ?? '[]');
    const told = run => !run || ([run.title, run.objective].every(text => typeof text === 'string') && Number.isFinite(run.started));
    return models.filter(({name, title, group, run}) => [name, title, group].every(text => typeof text === 'string') && told(run));
  } catch {
    return []; // not written by this page
  }
}

const keepModels = models => remember('models', JSON.stringify(models.slice(-MOST_MODELS)));

/** Announce the models of earlier visits again, as far as `known(names)` still gives their names. */
export async function restoreModels(known) {
  const models = keptModels();
  if (!models.length) return;
  const names = await known(models.map(({name}) => name));
  keepModels(models.filter(({name}) => names.includes(name)));
  for (const model of models) if (names.includes(model.name)) announce(model);
}

/** Call `picker` with every model that comes or has come since the page was made. */
export function onModels(picker) {
  pickers.add(picker);
  for (const model of arrived.values()) picker(model);
}
