// The moving map: a thousand test images where the encoder puts them now. Points glide from one look to the next.

import {float32, uint8} from '../kit/js/arrays.js';
import {drawLegend} from '../kit/js/scatter/legend.js';
import {onTheme} from '../kit/js/theme.js';
import {ready} from '../kit/js/dom.js';
import {createPlot} from '../kit/js/scatter/plot.js';
import {colourNamed, number, t} from '../kit/js/strings.js';

const GLIDE = 220; // ms
const PLAIN = {key: '', kind: 'discrete', names: [''], colours: ['#3f90da']};

export function mountTrainMap(element, trainer) {
  const find = selector => element.querySelector(selector);
  const box = find('.lse-plot');
  const stage = find('.lse-stage');
  const empty = stage.querySelector('p');
  const count = find('.lse-count');
  const legend = find('.lse-legend');
  const plot = createPlot(box, () => {});
  const still = matchMedia('(prefers-reduced-motion: reduce)');

  let content = null; // what the plot draws: one object, whose points move
  let hiddenValues = new Set();
  let frame = 0;
  let drawings = 0; // of drawings: the plot fits its view anew for each

  trainer.on('run', () => {
    cancelAnimationFrame(frame);
    content = null;
    plot.show(null);
    legend.replaceChildren();
    count.textContent = '';
    empty.hidden = false;
    box.hidden = true;
    for (const name of ['role', 'aria-label']) stage.removeAttribute(name); // what is written there now is to be read
    ready(element, false);
    delete element.dataset.step;
  });

  trainer.on('scene', scene => {
    const column = scene.column ?? {...PLAIN};
    const packed = column.kind === 'discrete' ? {codes: scene.column ? uint8(column.codes) : new Uint8Array(scene.images)} : {values: float32(column.values)};
    hiddenValues = new Set();
    content = {column: {...column, ...packed}, titles: null, points: null, key: ''};
    stage.setAttribute('role', 'img');
    stage.setAttribute('aria-label', column.key ? t('train.map_label', {colour: colourNamed(column.key)}) : t('train.map_label_plain'));
    if (!scene.column) return;
    drawLegend(legend, content.column, hiddenValues, (code, visible) => {
      hiddenValues[visible ? 'delete' : 'add'](code);
      hide();
      draw();
    });
  });

  trainer.on('look', ({look, live}) => {
    if (!content) return;
    const to = {x: float32(look.map.x), y: float32(look.map.y)};
    const {points} = content;
    cancelAnimationFrame(frame);
    box.hidden = false;
    empty.hidden = true;
    if (!points || points.x.length !== to.x.length || still.matches || !live || document.hidden) {
      content.points = {x: to.x, y: to.y, hidden: new Uint8Array(to.x.length)};
      hide();
      draw();
    } else {
      glide({x: points.x.slice(), y: points.y.slice()}, to);
    }
    const {key} = content.column;
    const values = {colour: colourNamed(key), percent: number(100 * look.map.explained)};
    const text = t(key ? 'train.map_coloured' : 'train.map_explained', values);
    if (count.textContent !== text) count.textContent = text;
    element.dataset.step = look.step;
    ready(element);
  });

  function glide(from, to) {
    const began = performance.now();
    const step = () => {
      const part = Math.min(1, (performance.now() - began) / GLIDE);
      const share = part * part * (3 - 2 * part);
      for (const axis of ['x', 'y']) {
        const [now, a, b] = [content.points[axis], from[axis], to[axis]];
        for (let i = 0; i < now.length; i++) now[i] = a[i] + share * (b[i] - a[i]);
      }
      draw();
      if (part < 1) frame = requestAnimationFrame(step);
    };
    frame = requestAnimationFrame(step);
  }

  function hide() {
    if (!content?.points) return;
    content.points.hidden.fill(0);
    if (hiddenValues.size) content.column.codes.forEach((code, i) => (content.points.hidden[i] = hiddenValues.has(code)));
  }

  function draw() {
    if (!content?.points) return;
    content.key = ++drawings;
    plot.show(content);
  }

  onTheme(draw);
  new ResizeObserver(() => !plot.fits() && draw()).observe(box);
}
