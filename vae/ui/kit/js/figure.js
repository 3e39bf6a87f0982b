// A chart: a Plotly figure made in Python, drawn in the page's theme and language, and the table of its numbers.

import {make} from './dom.js';
import {onTheme} from './theme.js';
import {RETRY, config, look, plain, plotly} from './plotly.js';
import {number, spoken, t} from './strings.js';

const NARROW = 480; // pixels below which a legend beside its chart stands under it
const LETTER = 7; // pixels that a letter beside an axis takes with what is left free
const DECIMALS = 2; // of a float in a text, where it needs as many

/**
 * A chart in an element, which gives it its width. Where Plotly cannot be had, its label stands there. A figure that
 * brings a `table` has it beside it, for who cannot see the figure.
 *
 * @param element empty; it gets role and label
 * @param height in pixels, or what it is at a width; not needed for figures that have one of their own
 * @return {show(figure)}
 */
export function createFigure(element, height) {
  const beside = make('div', {className: 'lse-visually-hidden', hidden: true});
  let figure = null; // as it came
  let drawing = null; // a promise: one drawing after the other
  let next = null; // that of a drawing that has not begun, and will be of the newest figure
  let width = 0;

  async function draw() {
    next = null;
    width = element.clientWidth; // 0 of what is not to be seen: it is drawn once it is, nor is Plotly fetched before
    if (!figure || !width) return;
    const {height: own = typeof height === 'function' ? height(width) : height} = figure.layout;
    element.style.minHeight = `${own}px`; // what stands below stays where it is
    element.setAttribute('role', 'img');
    element.setAttribute('aria-label', spokenLabel(figure));
    drawTable();
    const Plotly = await plotly().catch(() => null);
    if (!Plotly) return speak();
    if (!element.classList.contains('js-plotly-plot')) element.replaceChildren();
    const {data, layout} = dressed(figure, element, {width, height: own});
    await Plotly.react(element, data, layout, {...config(), displayModeBar: false});
  }
  function drawTable() {
    const {table} = figure;
    beside.hidden = !table;
    if (!table) return;
    if (!beside.isConnected) element.after(beside);
    beside.replaceChildren(make('table', {}, make('caption', {textContent: sentences(figure.layout.meta.label, String)[0]}), ...tableRows(table)));
  }
  function speak() {
    element.removeAttribute('role');
    element.removeAttribute('aria-label');
    element.replaceChildren(make('p', {className: 'lse-note', textContent: spokenLabel(figure)}));
    setTimeout(again, RETRY);
  }
  const redraw = () => (next ??= drawing = Promise.resolve(drawing).then(draw, draw));
  const again = () => figure && redraw();
  new ResizeObserver(() => element.clientWidth && element.clientWidth !== width && again()).observe(element);
  onTheme(again);

  return {
    /** Draw a figure, or another one in its place; what a click in the legend has hidden stays so while `uirevision` does. */
    show(another) {
      figure = another;
      return redraw();
    },
  };
}

/** The head and the body of a figure's table {head, rows}, all of them texts; the first of a row names it. */
function tableRows({head, rows}) {
  const cell = (tag, text, properties) => make(tag, {...properties, textContent: sentences(text, String).join(' ')});
  const heads = head.map(text => (text ? cell('th', text, {scope: 'col'}) : make('td')));
  const lines = rows.map(([name, ...values]) => make('tr', {}, cell('th', name, {scope: 'row'}), ...values.map(value => cell('td', value))));
  return [make('thead', {}, make('tr', {}, ...heads)), make('tbody', {}, ...lines)];
}

/** Data and layout with the page's words, colours and font. */
function dressed({data, layout}, element, size) {
  const {ink, faint, line, font, paper} = look(element);
  const texts = translated({data, layout});
  const axis = {fixedrange: true, gridcolor: line, zerolinecolor: line, linecolor: line, tickfont: {color: faint, size: 11}, title: {font: {color: faint, size: 12}, standoff: 8}, automargin: true};
  const axes = Object.fromEntries(Object.keys(texts.layout).filter(key => /^[xy]axis\d*$/.test(key)).map(key => [key, parted(key, merged(axis, texts.layout[key]), size.width)]));
  const shapes = texts.layout.shapes?.map(shape => merged({line: {color: ink}}, shape));
  const below = size.width < NARROW && texts.layout.legend?.orientation !== 'h' ? {orientation: 'h', x: 0, xanchor: 'left', y: -0.2, yanchor: 'top'} : {};
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
  const meta = {label: spokenLabel({layout})};
  return {data: texts.data.map(unnamed), layout: {...merged(page, texts.layout), ...axes, ...(shapes && {shapes}), ...size, meta, autosize: false, legend: merged(merged(page.legend, texts.layout.legend ?? {}), below)}};
}

/** A trace that is hovered with its own words, without a second box for its name. */
const unnamed = trace => (/^(?!.*<extra>)./s.test(trace.hovertemplate ?? '') ? {...trace, hovertemplate: `${trace.hovertemplate}<extra></extra>`} : trace);

/** An axis whose words stand on several lines where they have no room side by side. */
function parted(key, axis, width) {
  const {ticktext: texts} = axis;
  if (key[0] !== 'x' || !texts || Math.max(...texts.map(text => text.length)) * LETTER < width / texts.length) return axis;
  return {...axis, ticktext: texts.map(text => text.replaceAll(' ', '<br>'))};
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

/** The same with every text "t:{key, values}" in the page's language; other texts stay as they are, tags and all. */
export function translated(value) {
  if (typeof value === 'string') return value.startsWith('t:') ? sentences(value, plain).join('<br>') : value;
  if (Array.isArray(value)) return value.map(translated);
  if (!isObject(value) || ArrayBuffer.isView(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, translated(part)]));
}

/** What is read aloud instead of a figure. */
export const spokenLabel = ({layout}) => sentences(layout.meta.label, String).join(' ');

/** The lines of a text; `safe` makes a value what may stand there. */
const sentences = (text, safe) => text.split('\n').map(line => (line.startsWith('t:') ? sentence(JSON.parse(line.slice(2)), safe) : line));

function sentence({key, values}, safe) {
  const entries = Object.entries(values).map(([name, value]) => [name, safe(written(value, name))]);
  return t(key, Object.fromEntries(entries));
}

/** A value as it stands in a sentence; one may be a sentence itself, {key, values}, or a list of them. */
function written(value, name) {
  if (Array.isArray(value)) return spoken(value.map(part => (part?.key ? sentence(part, String) : part)), name);
  if (value?.key) return sentence(value, String);
  if (typeof value !== 'number') return spoken(value, name);
  const decimals = Number.isInteger(value) ? 0 : Math.abs(value) < 10 ? DECIMALS : Math.abs(value) < 1000 ? 1 : 0;
  return number(value, decimals);
}
