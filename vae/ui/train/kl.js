// A bar per latent, which wakes.

import {ACTIVE_NATS} from '../kit/js/constants.js';
import {ready} from '../kit/js/dom.js';
import {createFigure} from '../kit/js/figure.js';
import {number, t} from '../kit/js/strings.js';
import {REST} from './curves.js';
import {paced} from './paced.js';

const ROOM = 1.2; // of the highest bar and the number on it
const SCALES = [1, 1.5, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 30, 50, 100, 1000]; // nats at the top

export function mountKl(element, trainer, charts) {
  const find = selector => element.querySelector(selector);
  const [count, box, empty] = ['.lse-count', '.lse-train-figure', '.lse-train-bars > p'].map(find);
  const chart = createFigure(box, () => parseFloat(getComputedStyle(box.parentElement).height));
  let kl = null;
  let most = 1;

  trainer.on('run', () => {
    [kl, most] = [null, 1];
    redraw();
  });
  trainer.on('kl', take);
  trainer.on('look', ({look, live}) => take(live && trainer.state.kl ? trainer.state.kl : look.kl));

  function take(values) {
    kl = values;
    redraw();
  }

  async function draw() {
    empty.hidden = kl !== null;
    box.hidden = !kl;
    ready(element, kl !== null);
    if (kl) element.dataset.kl = kl.map(nats => nats.toFixed(3)).join(' ');
    else delete element.dataset.kl;
    count.textContent = kl ? awake(kl, trainer.state.shown?.mig) : '';
    if (!kl) return;
    const begun = kl;
    const {kl: figure} = await charts();
    if (kl !== begun) return; // it is drawn anew
    most = top(most, Math.max(...kl));
    const y = Float64Array.from(kl);
    const [bars] = figure.data;
    const data = [{...bars, x: kl.map((_, dim) => t('train.latent', {dim})), y, marker: {...bars.marker, color: y}}];
    const list = kl.map((nats, dim) => t('train.kl_bar', {dim, nats: number(nats, 2)})).join(', ');
    const layout = {...figure.layout, yaxis: {...figure.layout.yaxis, range: [0, most]}, meta: {label: `t:${JSON.stringify({key: 'train.kl_label', values: {awake: count.textContent, list}})}`}};
    await chart.show({data, layout});
  }
  const redraw = paced(draw, REST);
}

/** How many latents are awake, in words. */
function awake(kl, mig) {
  const values = {n: kl.filter(nats => nats >= ACTIVE_NATS).length, total: kl.length};
  return mig == null ? t('train.kl_awake', values) : t('train.kl_awake_mig', {...values, mig: number(mig, 2)});
}

/** Nats at the top of the axis: they grow at once and shrink late, so that bars do not jump. */
export function top(most, highest) {
  if (ROOM * highest <= most && (most === SCALES[0] || highest >= 0.3 * most)) return most;
  return SCALES.find(nice => nice >= ROOM * highest) ?? ROOM * highest;
}
