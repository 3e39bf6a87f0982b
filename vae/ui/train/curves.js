// The curves of a training: a figure that is drawn anew with all the numbers of the run, at most a few thousand.

import {options, ready} from '../kit/js/dom.js';
import {createFigure, translated} from '../kit/js/figure.js';
import {look} from '../kit/js/plotly.js';
import {t} from '../kit/js/strings.js';
import {onTheme} from '../kit/js/theme.js';
import {paced} from './paced.js';
import {filled} from './series.js';

export const REST = 250; // ms between two drawings
const AXES = ['xaxis', 'yaxis', 'yaxis2'];

/** `columns` of the rows, what may lie `over` the x axis, and a promise of the figures: of the curves, by what that is. */
export function mountCurves(element, trainer, {columns, over: offered}, charts) {
  const find = selector => element.querySelector(selector);
  const [over, all, box, empty] = ['select', 'button', '.lse-train-figure', '.lse-train-canvas > p'].map(find);
  const chart = createFigure(box, () => parseFloat(getComputedStyle(box.parentElement).height));
  const mouse = matchMedia('(pointer:fine)'); // a finger that zooms could not scroll
  let hidden = []; // curves that a click in the legend has hidden
  let zoomed = null; // the ranges of the axes before a hand was on them: as long as they come again, Plotly leaves its own
  let ranges = null;
  let views = 0; // a zoom lasts for one

  options(over, offered.map(name => [name, t(`train.over_${name}`)]), 'images');
  all.title = t('train.all_values_help');
  over.addEventListener('change', fit);
  all.addEventListener('click', () => {
    all.setAttribute('aria-pressed', all.getAttribute('aria-pressed') !== 'true');
    fit();
  });

  function fit() {
    zoomed = null;
    views += 1;
    redraw();
  }

  async function draw() {
    const {rows, bounds, status, at} = trainer.state;
    element.dataset.points = rows.length;
    empty.hidden = rows.length > 0;
    box.hidden = !rows.length;
    ready(element, rows.length > 0);
    if (!rows.length) return;
    const {curves} = await charts();
    const changes = status?.changes ?? [];
    const view = {over: over.value, hidden, all: all.getAttribute('aria-pressed') === 'true', width: Math.max(200, box.clientWidth - 64), paper: look(box).paper};
    const {data, layout} = filled(curves[over.value], {columns, rows, bounds, changes, at}, view);
    const values = data.map(({meta: [name, value]}) => `${translated(name)} ${value}`).join(', ');
    const label = `t:${JSON.stringify({key: 'train.curves_label', values: {values}})}`;
    ranges = zoomed ?? Object.fromEntries(AXES.map(axis => [axis, layout[axis].range]));
    for (const axis of AXES) layout[axis] = {...layout[axis], range: [...ranges[axis]], uirevision: views};
    Object.assign(layout, {uirevision: 'curves', dragmode: mouse.matches && 'zoom', meta: {label}});
    await chart.show({data, layout});
    listen();
  }
  const redraw = paced(draw, REST);

  function listen() {
    if (box.dataset.heard || !box.on) return;
    box.dataset.heard = '1';
    box.on('plotly_relayout', change => {
      if (Object.keys(change).some(key => /axis\d?\.(range|autorange)/.test(key))) zoomed ??= ranges;
    });
    box.on('plotly_doubleclick', fit);
    box.on('plotly_restyle', () => {
      hidden = box.data.filter(({visible}) => visible === 'legendonly').map(({uid}) => uid);
      redraw();
    });
  }

  let marked = ''; // the changes that are drawn
  trainer.on('status', () => {
    const changes = JSON.stringify(trainer.state.status?.changes ?? []);
    if (changes !== marked) redraw();
    marked = changes;
  });
  trainer.on('curves', redraw);
  trainer.on('at', redraw);
  onTheme(redraw);
  trainer.on('run', fit);
}
