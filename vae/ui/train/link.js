// The choices of the Train tab and its links: what is said of them, and the form after a link.

import {complain, describe, linked, moved} from '../kit/js/link.js';
import {createNumbers} from './numbers.js';

const OWN = /^own:/; // images of one's own lie in a folder whose name is a secret
const LEFT = ['device', 'going_on']; // about this machine, not about the training

/** Keep the address beside the form, and fill the form from a link. Gives whether there was one. */
export function linkChoices(element, choose, payload) {
  const {datasets, presets, defaults} = payload;
  /** What a data set and a preset bring along. */
  const usual = ({dataset, preset}) => ({...defaults[dataset], ...presets.find(({key}) => key === preset)?.values});

  describe('train', element, () => {
    const values = choose.values();
    const brought = usual(values);
    const changed = Object.entries(values).filter(([key, value]) => value !== brought[key] && !LEFT.includes(key));
    const own = OWN.test(values.dataset);
    return {...Object.fromEntries(changed), preset: values.preset || undefined, dataset: own ? undefined : values.dataset};
  });
  choose.onChange(moved);

  const link = linked('train');
  if (!link) return false;
  const now = choose.values();
  const bad = [];
  const named = (key, names) => {
    if (link[key] === undefined || names.includes(link[key])) return link[key] ?? now[key];
    bad.push(key);
    return now[key];
  };
  const dataset = named('dataset', datasets.map(({name}) => name));
  const preset = named('preset', presets.map(({key}) => key));
  const brought = {...usual({dataset, preset}), dataset, preset, device: now.device, going_on: now.going_on};
  const objective = link.objective ?? brought.objective;
  const offered = {objective: payload.objectives.map(({key}) => key), way: payload.objectives.find(({key}) => key === objective)?.ways ?? [], unit: payload.units};
  const values = {...brought};
  for (const [key, names] of Object.entries(offered)) if (link[key] !== undefined) take(key, names.includes(link[key]));
  const numbers = createNumbers(payload);
  for (const key of numbers.names) if (link[key] !== undefined) take(key, numbers.fits(key, link[key], values));
  function take(key, good) {
    if (good) values[key] = link[key];
    else bad.push(key);
  }
  choose.take(values);
  complain(bad);
  return true;
}
