// The moving map: a thousand test images where the encoder puts them now. Points glide from one look to the next.

import {float32, uint8} from '../kit/js/arrays.js';
import {ready} from '../kit/js/dom.js';
import {createScatter} from '../kit/js/scatter/scatter.js';
import {colourNamed, number, t} from '../kit/js/strings.js';

const GLIDE = 220; // ms

export function mountTrainMap(element, trainer) {
  const find = selector => element.querySelector(selector);
  const stage = find('.lse-stage');
  const empty = stage.querySelector('p');
  const count = find('.lse-count');
  const scatter = createScatter(element, stage, {draw: () => ready(element)});
  const still = matchMedia('(prefers-reduced-motion: reduce)');

  let column = null;
  let drawn = null; // the column that the dots have: the first look may come before the scene
  let runs = 0; // each with a view of its own
  let frame = 0;

  trainer.on('run', () => {
    cancelAnimationFrame(frame);
    scatter.show(null);
    column = drawn = null;
    runs++;
    count.textContent = '';
    empty.hidden = false;
    for (const name of ['role', 'aria-label']) stage.removeAttribute(name); // what is written there now is to be read
    ready(element, false);
    delete element.dataset.step;
  });

  trainer.on('scene', scene => {
    const values = scene.column?.kind === 'discrete' ? {codes: uint8(scene.column.codes)} : {values: scene.column && float32(scene.column.values)};
    column = scene.column ? {...scene.column, ...values} : null;
    stage.setAttribute('role', 'group');
    stage.setAttribute('aria-label', column ? t('train.map_label', {colour: colourNamed(column.key)}) : t('train.map_label_plain'));
  });

  trainer.on('look', ({look, live}) => {
    const to = {x: float32(look.map.x), y: float32(look.map.y)};
    const {points} = scatter;
    cancelAnimationFrame(frame);
    empty.hidden = true;
    if (points?.x.length !== to.x.length || drawn !== column || still.matches || !live || document.hidden) {
      scatter.show({...to, column, titles: null, key: runs, name: 'training'});
      drawn = column;
    } else {
      glide(points, {x: points.x.slice(), y: points.y.slice()}, to);
    }
    const values = {colour: column && colourNamed(column.key), percent: number(100 * look.map.explained)};
    const text = t(column ? 'train.map_coloured' : 'train.map_explained', values);
    if (count.textContent !== text) count.textContent = text;
    element.dataset.step = look.step;
    ready(element);
  });

  function glide(points, from, to) {
    const began = performance.now();
    const step = () => {
      const part = Math.min(1, (performance.now() - began) / GLIDE);
      const share = part * part * (3 - 2 * part);
      for (const axis of ['x', 'y']) {
        const [now, a, b] = [points[axis], from[axis], to[axis]];
        for (let i = 0; i < now.length; i++) now[i] = a[i] + share * (b[i] - a[i]);
      }
      scatter.move(part === 1);
      if (part < 1) frame = requestAnimationFrame(step);
    };
    frame = requestAnimationFrame(step);
  }
}
