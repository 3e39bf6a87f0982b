// The Plotly figure of a map: axes, toolbar, legend or colour bar around an area in which the dots lie. No points.

import {plain} from '../plotly.js';
import {named, number, t} from '../strings.js';
import {bounds} from './view.js';

const WIDE = 520; // pixels from which the legend stands beside the map
const TOOLBAR = 34; // above the map
const EDGE = 10;
const TITLED = {left: 46, bottom: 42}; // room of axes that mean something
const ENTRY = {side: 48, below: 42, line: 20}; // of a legend: pixels around an entry's text, and its height
export const FONT = 12; // pixels of a legend's letters
const MOST = {side: 170, below: 84}; // pixels that a legend takes at most; what it lacks is scrolled to
const BAR = {side: 84, below: 56};

/** A text cut to so many pixels. */
function cut(text, pixels, measure) {
  if (measure(text) <= pixels) return text;
  let length = text.length - 1;
  while (length > 1 && measure(`${text.slice(0, length)}…`) > pixels) length--;
  return `${text.slice(0, length)}…`;
}

/**
 * How the room of a map is shared out.
 *
 * @param size {width, height} of all of it
 * @param column of the colours, null for none
 * @param titles of the axes, null where they mean nothing
 * @param measure text -> pixels
 * @return {area: of the plot {left, top, width, height}, legend: {beside, names, entry, pixels} or null}
 */
export function divided({width, height}, column, titles, measure) {
  const beside = width >= WIDE;
  const legend = legendOf(column, beside, width - 2 * EDGE, measure);
  const [left, bottom] = titles ? [TITLED.left, TITLED.bottom] : [EDGE, EDGE];
  const [right, below] = beside ? [legend?.pixels ?? EDGE, 0] : [EDGE, legend?.pixels ?? 0];
  return {
    area: {left, top: TOOLBAR, width: Math.max(1, width - left - right), height: Math.max(1, height - TOOLBAR - bottom - below)},
    legend,
  };
}

function legendOf(column, beside, room, measure) {
  if (!column) return null;
  const place = beside ? 'side' : 'below';
  if (column.kind === 'continuous') return {beside, pixels: BAR[place]};
  const names = column.names.map(name => cut(named(name), MOST.side - ENTRY.side, measure));
  if (names.length < 2) return null;
  const text = Math.ceil(Math.max(...names.map(measure)));
  if (beside) return {beside, names, pixels: text + ENTRY.side};
  const lines = Math.ceil(names.length / Math.max(1, Math.floor(room / (text + ENTRY.below))));
  return {beside, names, entry: text, pixels: Math.min(MOST.below, lines * ENTRY.line + 8)};
}

/**
 * Data and layout for Plotly.
 *
 * @param size of all of it
 * @param view {x, y} ranges; home: those that show all
 * @param look the page's colours and font
 * @param hidden the codes of values that are not shown
 */
export function figure({size, area, legend, view, home, column, titles, look, hidden, dragmode}) {
  const limits = home && bounds(home);
  const axis = (name, title) => ({
    range: [...view[name]],
    minallowed: limits?.[name][0],
    maxallowed: limits?.[name][1],
    visible: Boolean(title),
    title: {text: title && plain(title), font: {color: look.ink, size: 12}, standoff: 6},
    gridcolor: `${look.line}80`, // it lies over the dots
    zerolinecolor: look.line,
    tickfont: {color: look.faint, size: 11},
    ticks: '',
    automargin: false,
  });
  const layout = {
    ...size,
    autosize: false,
    margin: {l: area.left, r: size.width - area.left - area.width, t: area.top, b: size.height - area.top - area.height, pad: 0, autoexpand: false},
    paper_bgcolor: 'rgba(0,0,0,0)',
    plot_bgcolor: 'rgba(0,0,0,0)',
    font: {family: look.font, size: FONT, color: look.ink},
    hovermode: false,
    dragmode,
    xaxis: axis('x', titles?.[0]),
    yaxis: {...axis('y', titles?.[1]), scaleanchor: 'x', scaleratio: 1},
    showlegend: Boolean(legend?.names),
    legend: legendLayout(size, area, legend),
    modebar: {orientation: 'h', bgcolor: 'rgba(0,0,0,0)', color: look.faint, activecolor: look.accent},
    selections: [],
    newselection: {line: {color: look.accent, width: 1.5, dash: 'solid'}},
  };
  return {data: traces(size, area, legend, column, look, hidden), layout};
}

function legendLayout(size, area, legend) {
  const shared = {bgcolor: 'rgba(0,0,0,0)', itemsizing: 'constant', font: {size: FONT}, xref: 'container', yref: 'container', tracegroupgap: 0};
  if (!legend?.names) return shared;
  if (legend.beside) {
    const left = area.left + area.width;
    return {...shared, orientation: 'v', x: left / size.width, xanchor: 'left', y: 1 - area.top / size.height, yanchor: 'top', maxheight: area.height};
  }
  return {...shared, orientation: 'h', x: EDGE / size.width, xanchor: 'left', y: legend.pixels / size.height, yanchor: 'top', maxheight: legend.pixels, entrywidth: legend.entry};
}

/** One empty trace a legend entry, or one that carries the colour bar. */
function traces(size, area, legend, column, look, hidden) {
  const empty = {type: 'scatter', mode: 'markers', x: [null], y: [null]};
  if (legend?.names) {
    return legend.names.map((name, code) => ({
      ...empty,
      name: plain(name),
      visible: hidden.has(code) ? 'legendonly' : true,
      marker: {color: column.colours[code], size: 9},
    }));
  }
  if (column?.kind !== 'continuous') return [empty];
  const last = column.scale.length - 1;
  const digits = column.high - column.low < 10 ? 1 : 0;
  const ticks = [column.low, (column.low + column.high) / 2, column.high];
  const place = legend.beside
    ? {orientation: 'v', x: (area.left + area.width + 8) / size.width, xanchor: 'left', y: 1 - area.top / size.height, yanchor: 'top', lenmode: 'pixels', len: Math.min(220, area.height)}
    : {orientation: 'h', x: 0.5, xanchor: 'center', y: 0, yanchor: 'bottom', lenmode: 'fraction', len: 0.8};
  const colorbar = {
    ...place,
    xref: 'container',
    yref: 'container',
    thickness: 12,
    outlinewidth: 0,
    title: {text: t('common.nats'), font: {size: 11, color: look.faint}, side: 'right'},
    tickfont: {size: 11, color: look.faint},
    tickvals: ticks,
    ticktext: ticks.map(value => number(value, digits)),
    ypad: 0,
    xpad: 0,
  };
  const marker = {color: [column.low], cmin: column.low, cmax: column.high, colorscale: column.scale.map((colour, i) => [i / last, colour]), showscale: true, colorbar};
  return [{...empty, showlegend: false, marker}];
}
