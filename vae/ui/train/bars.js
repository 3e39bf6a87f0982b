// A bar per latent that wakes: made once for a run, then only stretched.

import {ACTIVE_NATS} from '../kit/js/constants.js';
import {make, ready} from '../kit/js/dom.js';
import {number, t} from '../kit/js/strings.js';

const SCALES = [1, 1.5, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 30, 50, 100, 1000]; // nats at the top
const NAMED = 24; // latents whose names and values have room

export function mountBars(element, trainer) {
  const box = element.querySelector('.lse-train-bars');
  const count = element.querySelector('.lse-count');
  const empty = box.querySelector('p');
  let bars = [];
  let most = 1; // nats at the top: it grows at once and shrinks late, so that bars do not jump

  trainer.on('run', () => {
    bars = [];
    most = 1;
    box.replaceChildren(empty);
    count.textContent = '';
    ready(element, false);
  });
  trainer.on('kl', show);
  trainer.on('look', ({look, live}) => {
    if (!live || !trainer.state.kl) show(look.kl);
    say(live && trainer.state.kl ? trainer.state.kl : look.kl, look.mig);
  });

  function build(dims) {
    bars = Array.from({length: dims}, (_, dim) => {
      const [value, fill, name] = [make('small'), make('i'), make('b', {textContent: t('train.latent', {dim})})];
      return {value, fill, bar: make('div', {'data-dim': dim}, make('span', {}, fill), value, name)};
    });
    box.classList.toggle('lse-train-many', dims > NAMED);
    box.replaceChildren(...bars.map(({bar}) => bar));
  }

  function show(kl) {
    if (bars.length !== kl.length) build(kl.length);
    const top = Math.max(...kl);
    if (top > most || (most > 1 && top < 0.3 * most)) most = SCALES.find(nice => nice >= 1.1 * top) ?? top;
    bars.forEach(({bar, fill, value}, dim) => {
      const nats = number(kl[dim], kl[dim] < 0.995 ? 2 : kl[dim] < 9.95 ? 1 : 0);
      const exact = kl[dim].toFixed(3);
      if (bar.dataset.kl === exact) return;
      bar.dataset.kl = exact;
      bar.classList.toggle('lse-train-asleep', kl[dim] < ACTIVE_NATS);
      fill.style.transform = `scaleY(${Math.min(1, kl[dim] / most).toFixed(4)})`;
      if (value.textContent !== nats) value.textContent = nats;
      bar.title = t('train.kl_bar', {dim, nats: number(kl[dim], 2)});
    });
    for (const {fill, bar} of bars) fill.style.transform = `scaleY(${Math.min(1, bar.dataset.kl / most).toFixed(4)})`;
    say(kl, trainer.state.shown?.mig ?? null);
    ready(element);
  }

  function say(kl, mig) {
    const values = {n: kl.filter(nats => nats >= ACTIVE_NATS).length, total: kl.length};
    const text = mig == null ? t('train.kl_awake', values) : t('train.kl_awake_mig', {...values, mig: number(mig, 2)});
    if (count.textContent !== text) count.textContent = text;
  }
}
