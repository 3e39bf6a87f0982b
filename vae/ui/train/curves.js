// The curves of a training: a figure that is drawn anew with all the numbers of the run, at most a few thousand.
//
// Plotly.extendTraces redraws all of them too: of five curves it took 16 ms where Plotly.react took 19 at 1,000 points a
// curve, and both 43 ms at 10,000 (medians of 2,000 drawings); heap and nodes stayed alike. Ranges, marks and numbers of
// the legend change with every drawing, which extendTraces leaves to a second one.

import {options, ready} from '../kit/js/dom.js';
import {createFigure, translated} from '../kit/js/figure.js';
import {createLegend} from '../kit/js/legend.js';
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
  const [over, all, reset, box, empty] = ['select', 'button[aria-pressed]', '[data-zoom=reset]', '.lse-train-figure', '.lse-train-canvas > p'].map(find);
  const chart = createFigure(box, () => parseFloat(getComputedStyle(box.parentElement).height));
  const mouse = matchMedia('(pointer:fine)'); // a finger that zooms could not scroll
  const legend = createLegend(find('.lse-legend'), hide);
  let hidden = new Set(); // uids of curves
  let zoomed = null; // the ranges of the axes before a hand was on them: as long as they come again, Plotly leaves its own
  let ranges = null;
  let views = 0; // a zoom lasts for one
  let entered = null; // the traces that the legend was drawn for

  box.parentElement.setAttribute('aria-label', t('train.curves'));
  options(over, offered.map(name => [name, t(`train.over_${name}`)]), 'images');
  all.title = t('train.all_values_help');
  over.addEventListener('change', fit);
  all.addEventListener('click', () => {
    all.setAttribute('aria-pressed', all.getAttribute('aria-pressed') !== 'true');
    fit();
  });
  reset.addEventListener('click', () => {
    all.focus(); // the button goes
    fit();
  });

  function fit() {
    zoom(null);
    views += 1;
    redraw();
  }
  function zoom(before) {
    zoomed = before;
    reset.hidden = !before;
  }
  function hide(uids) {
    hidden = uids;
    legend.mark(hidden);
    redraw();
  }
  function drawLegend(data) {
    if (entered === data) return;
    entered = data;
    legend.draw(data.map(({uid, meta, line}) => ({code: uid, name: translated(meta[0]), colour: line.color})));
    legend.mark(hidden);
  }

  async function draw() {
    const {rows, bounds, status, at} = trainer.state;
    element.dataset.points = rows.length;
    empty.hidden = rows.length > 0;
    box.hidden = !rows.length;
    ready(element, rows.length > 0);
    if (!rows.length) return drawLegend([]);
    const {curves} = await charts();
    drawLegend(curves[over.value].data);
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
      if (Object.keys(change).some(key => /axis\d?\.(range|autorange)/.test(key))) zoom(zoomed ?? ranges);
    });
    box.on('plotly_doubleclick', fit);
    box.on('plotly_restyle', () => {
      hide(new Set(box.data.filter(({visible}) => visible === 'legendonly').map(({uid}) => uid)));
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
