// The time slider: back through the moments of a training, as a film, as a GIF, and forth to the present.

import {nearest} from '../kit/js/arrays.js';
import {ready} from '../kit/js/dom.js';
import {number, t} from '../kit/js/strings.js';
import {saveAs} from './save.js';

const FRAME = 125; // ms of a moment in the film

export function mountTime(element, trainer) {
  const slider = element.querySelector('input');
  const output = element.querySelector('output');
  const button = name => element.querySelector(`[data-time=${name}]`);
  const [play, live, gif] = ['play', 'live', 'gif'].map(button);
  let showing = 0; // counts films: an older one ends
  let playing = false;
  let making = false;
  slider.setAttribute('aria-label', t('train.time'));
  play.title = t('train.film_help');
  live.title = t('train.live_help');
  gif.title = t('train.gif_help');

  function draw() {
    const {moments, at, live: newest} = trainer.state;
    const last = Math.max(0, moments.length - 1);
    const index = at === null || !moments.length ? last : nearest(moments, at);
    if (Number(slider.max) !== last) slider.max = last;
    if (Number(slider.value) !== index) slider.value = index;
    slider.style.setProperty('--at', `${last ? (100 * index) / last : 0}%`);
    slider.disabled = play.disabled = moments.length < 2;
    gif.disabled = moments.length < 2 || making;
    live.disabled = at === null;
    live.setAttribute('aria-pressed', at === null && moments.length > 0);
    const step = at ?? newest?.step ?? moments.at(-1);
    const text = step === undefined ? '' : t(at === null ? 'train.time_now' : 'train.time_at', {step: number(step)});
    if (output.textContent !== text) output.textContent = text;
    slider.setAttribute('aria-valuetext', text);
    const word = t(playing ? 'train.film_hold' : 'train.film_play');
    if (play.textContent !== word) play.textContent = word;
    const label = t(making ? 'train.gif_making' : 'train.gif');
    if (gif.textContent !== label) gif.textContent = label;
    ready(element, moments.length > 0);
  }

  function hold() {
    showing += 1;
    playing = false;
    draw();
  }

  async function film() {
    const mine = ++showing;
    playing = true;
    const held = () => mine !== showing;
    const {moments, at} = trainer.state;
    let i = at === null || nearest(moments, at) >= moments.length - 1 ? 0 : nearest(moments, at);
    draw();
    try {
      await trainer.look(moments.at(-1)).catch(() => {}); // on its axes lies the whole film; a moment that is gone has no say
      for (; i < trainer.state.moments.length && !held(); i++) {
        const began = performance.now();
        const {moments: now} = trainer.state;
        await trainer.project(now[i], now.slice(i + 1), held);
        if (held()) return;
        await new Promise(done => setTimeout(done, Math.max(0, FRAME - (performance.now() - began))));
      }
    } catch (error) {
      if (!held()) trainer.fail(error);
    }
    if (!held()) hold();
  }

  slider.addEventListener('input', () => {
    const index = Number(slider.value);
    hold();
    trainer.travel(trainer.state.moments[index]);
  });
  play.addEventListener('click', () => (playing ? hold() : film()));
  live.addEventListener('click', () => {
    hold();
    trainer.live();
  });
  gif.addEventListener('click', async () => {
    making = true;
    draw();
    try {
      const {name, uri} = await trainer.film();
      saveAs(name, uri);
      trainer.calm();
    } catch (error) {
      trainer.fail(error);
    }
    making = false;
    draw();
  });
  trainer.on('run', hold);
  for (const event of ['moments', 'at', 'look']) trainer.on(event, draw);
  draw();
}
