// A chart: a Plotly figure made in Python, drawn in the page's theme and language.

import {make} from './dom.js';
import {onTheme} from './theme.js';
import {config, look, plain, plotly} from './plotly.js';
import {number, spoken, t} from './strings.js';

const NARROW = 480; // pixels below which a legend stands under its chart
const DECIMALS = 2; // of a float in a text, where it needs as many

/**
 * A chart in an element, which gives it its width. Where Plotly cannot be had, its label stands there.
 *
 * @param element empty; it gets role and label
 * @param height in pixels
 * @return {show(figure), extend(update, traces), close()}
 */
export function createFigure(element, height) {
  let shown = null; // as it came
  let drawn = null; // a promise: one drawing after the other
  let asked = null; // that of a drawing that has not begun, and will be of the newest figure
  let width = 0;

  async function draw() {
    asked = null;
    width = element.clientWidth; // 0 of what is not to be seen: it is drawn once it is
    if (!shown || !width) return; // nor is Plotly fetched
    const Plotly = await plotly().catch(() => null);
    if (!shown) return;
    if (!Plotly) return speak();
    if (!isDrawn()) element.replaceChildren();
    const {data, layout} = dressed(shown, element, {width, height});
    element.setAttribute('role', 'img');
    element.setAttribute('aria-label', layout.meta.label);
    await Plotly.react(element, data, layout, {...config(), displayModeBar: false});
  }
  function speak() {
    element.replaceChildren(make('p', {className: 'lse-note', textContent: translated(shown.layout.meta.label)}));
  }
  const isDrawn = () => element.classList.contains('js-plotly-plot');
  const redraw = () => (asked ??= drawn = Promise.resolve(drawn).then(draw, draw));
  const watch = new ResizeObserver(() => shown && element.clientWidth && element.clientWidth !== width && redraw());
  watch.observe(element);
  onTheme(() => shown && redraw());

  return {
    /** Draw a figure, or another one in its place; what a click in the legend has hidden stays so while `uirevision` does. */
    show(figure) {
      shown = figure;
      return redraw();
    },
    /** Add points to the ends of traces: {x: [[…], …], y: [[…], …]} and the numbers of the traces. */
    extend(update, traces) {
      return (drawn = Promise.resolve(drawn).then(async () => (await plotly()).extendTraces(element, update, traces)));
    },
    /** Give up what Plotly holds. */
    async close() {
      watch.disconnect();
      shown = null;
      (await plotly()).purge(element);
    },
  };
}

/** Data and layout with the page's words, colours and font. */
export function dressed({data, layout}, element, size) {
  const {ink, faint, line, font, paper} = look(element);
  const said = translated({data, layout});
  const axis = {gridcolor: line, zerolinecolor: line, linecolor: line, tickfont: {color: faint, size: 11}, title: {font: {color: faint, size: 12}, standoff: 8}, automargin: true};
  const axes = Object.fromEntries(Object.keys(said.layout).filter(key => /^[xy]axis\d*$/.test(key)).map(key => [key, merged(axis, said.layout[key])]));
  const below = size.width < NARROW ? {orientation: 'h', x: 0, xanchor: 'left', y: -0.2, yanchor: 'top'} : {};
  const page = {
    font: {family: font, size: 12, color: ink},
    paper_bgcolor: 'rgba(0,0,0,0)',
    plot_bgcolor: 'rgba(0,0,0,0)',
    margin: {l: 8, r: 12, t: 28, b: 8},
    legend: {bgcolor: 'rgba(0,0,0,0)'},
    hoverlabel: {bgcolor: paper, bordercolor: line, font: {color: ink, family: font}},
    dragmode: false,
    separators: '.,',
  };
  return {data: said.data, layout: {...merged(page, said.layout), ...axes, ...size, autosize: false, legend: merged(merged(page.legend, said.layout.legend ?? {}), below)}};
}

/** One object over another, in depth. */
function merged(under, over) {
  const both = {...under, ...over};
  for (const [key, value] of Object.entries(under)) {
    if (isObject(value) && isObject(over[key])) both[key] = merged(value, over[key]);
  }
  return both;
}

const isObject = value => typeof value === 'object' && value !== null && !Array.isArray(value);

/** The same with every text "t:{key, values}" in the page's language; other texts are shown as they are, tags and all. */
export function translated(value) {
  if (typeof value === 'string') return value.startsWith('t:') ? text(JSON.parse(value.slice(2))) : value;
  if (Array.isArray(value)) return value.map(translated);
  if (!isObject(value) || ArrayBuffer.isView(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, translated(part)]));
}

function text({key, values}) {
  const entries = Object.entries(values).map(([name, value]) => [name, plain(written(value, name))]);
  return t(key, Object.fromEntries(entries));
}

function written(value, name) {
  if (typeof value !== 'number') return spoken(value, name);
  const decimals = Number.isInteger(value) ? 0 : Math.abs(value) < 10 ? DECIMALS : Math.abs(value) < 1000 ? 1 : 0;
  return number(value, decimals);
}
