// The plot under the map: points on a 2-D canvas, with pan, zoom and, where they mean something, axes.
//
// Ten thousand points are a few milliseconds on a canvas. Plotly's scattergl was measured beside it: 0.9 s to evaluate
// its 4.8 MB, 0.5 s for the first drawing, and half of the frames of a slider's drag lost to compositing WebGL.

import {blend, disc} from './dots.js';

const SHADES = 64; // steps of a continuous colour map
const ZOOM = 1.0015; // per pixel of wheel
const EDGE = {plain: 10, titled: 38}; // pixels

/** "#rrggbb" colours as three bytes each. */
const channels = colours => colours.flatMap(colour => [1, 3, 5].map(i => parseInt(colour.slice(i, i + 2), 16)));

/** The colour at t in [0, 1] of a list of "#rrggbb" stops, three bytes. */
function mix(stops, t) {
  const at = t * (stops.length - 1);
  const low = Math.min(Math.floor(at), stops.length - 2);
  const [from, to] = [channels([stops[low]]), channels([stops[low + 1]])];
  return from.map((value, i) => Math.round(value + (at - low) * (to[i] - value)));
}

/** The colours of a column, three bytes each, and for each row the number of the one that it wears. */
function dress(column) {
  if (column.kind === 'discrete') return {colours: Uint8Array.from(channels(column.colours)), wears: column.codes};
  const {low, high, values} = column;
  const shade = value => Math.min(Math.max(Math.round(((value - low) / (high - low)) * (SHADES - 1)), 0), SHADES - 1);
  const colours = Array.from({length: SHADES}, (_, i) => mix(column.scale, i / (SHADES - 1))).flat();
  return {colours: Uint8Array.from(colours), wears: Uint8Array.from(values, shade)};
}

/** The same, but that what `mask` leaves out wears one pale colour, three bytes. */
function faded({colours, wears}, {mask, colour}) {
  const pale = colours.length / 3;
  return {colours: Uint8Array.from([...colours, ...colour]), wears: wears.map((code, i) => (mask[i] ? code : pale))};
}

/** Round tick values inside a range, about one per 90 pixels. */
function ticks([low, high], pixels) {
  const rough = ((high - low) * 90) / pixels;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].find(factor => factor * power >= rough) * power;
  const first = Math.ceil(low / step);
  return Array.from({length: Math.max(0, Math.floor(high / step) - first + 1)}, (_, i) => Number(((first + i) * step).toPrecision(6)));
}

/** A linear axis in Plotly's words, since scripts that turn points into pixels speak them: d2p, p2d, _offset, _length. */
function axis(offset, length, range) {
  return {
    _offset: offset,
    _length: length,
    range,
    d2p: value => ((value - range[0]) / (range[1] - range[0])) * length,
    p2d: pixel => range[0] + (pixel / length) * (range[1] - range[0]),
  };
}

/**
 * A plot inside `box`. `moved` is called after every drawing: marks laid over it must follow.
 * The present axes are box._fullLayout.xaxis and .yaxis, in pixels of the box.
 */
export function createPlot(box, moved) {
  const canvas = box.appendChild(document.createElement('canvas'));
  // Kept in main memory, where the points are blended: a machine without a graphics card does not stall.
  const context = canvas.getContext('2d', {willReadFrequently: true});
  let content = null;
  let view = null; // the middle in data units, and pixels per unit: one scale for both axes
  let due = 0;
  let dot = null; // the masks of a point, for the present size

  const edge = () => (content.titles ? EDGE.titled : EDGE.plain);
  const area = () => {
    const {clientWidth: width, clientHeight: height} = box;
    return {left: edge(), top: EDGE.plain, width: Math.max(width - edge() - EDGE.plain, 1), height: Math.max(height - edge() - EDGE.plain, 1)};
  };

  function fit() {
    const {x, y} = content.points;
    const {width, height} = area();
    const ends = values => [values.reduce((low, value) => Math.min(low, value)), values.reduce((high, value) => Math.max(high, value))];
    const [left, right] = ends(x);
    const [bottom, top] = ends(y);
    const scale = 0.95 * Math.min(width / (right - left || 1), height / (top - bottom || 1));
    view = {x: (left + right) / 2, y: (bottom + top) / 2, scale, key: content.key};
  }

  function measure() {
    const {left, top, width, height} = area();
    const [dx, dy] = [width / 2 / view.scale, height / 2 / view.scale];
    box._fullLayout = {
      xaxis: axis(left, width, [view.x - dx, view.x + dx]),
      yaxis: axis(top, height, [view.y + dy, view.y - dy]), // pixels grow downwards
    };
  }

  const room = ratio => [Math.round(box.clientWidth * ratio), Math.round(box.clientHeight * ratio)];

  function draw() {
    cancelAnimationFrame(due);
    due = 0;
    if (!content || !box.clientWidth || !box.clientHeight) return false;
    if (view?.key !== content.key) fit();
    measure();
    const ratio = window.devicePixelRatio || 1;
    [canvas.width, canvas.height] = room(ratio);
    if (content.titles) drawAxes(ratio);
    drawPoints(ratio);
    moved();
    return true;
  }

  function drawPoints(ratio) {
    const {points, column} = content;
    const diameter = (points.x.length > 4000 ? 5 : 7) * ratio;
    if (dot?.diameter !== diameter) dot = {diameter, ...disc(diameter)};
    content.dressed ??= content.faint ? faded(dress(column), content.faint) : dress(column);
    const {xaxis, yaxis} = box._fullLayout;
    const [left, top, width, height] = [xaxis._offset, yaxis._offset, xaxis._length, yaxis._length].map(n => Math.round(n * ratio));
    const pixels = content.titles ? context.getImageData(left, top, width, height) : context.createImageData(width, height);
    const line = axis => [(axis.d2p(1) - axis.d2p(0)) * ratio, axis.d2p(0) * ratio];
    blend(pixels, dot, points, {x: line(xaxis), y: line(yaxis)}, content.dressed.wears, content.dressed.colours);
    context.putImageData(pixels, left, top);
  }

  function drawAxes(ratio) {
    const style = getComputedStyle(box);
    const {xaxis, yaxis} = box._fullLayout;
    const [left, top, width, height] = [xaxis._offset, yaxis._offset, xaxis._length, yaxis._length];
    context.save();
    context.scale(ratio, ratio);
    context.font = `11px ${style.fontFamily}`;
    context.fillStyle = style.getPropertyValue('--body-text-color-subdued');
    context.strokeStyle = style.getPropertyValue('--border-color-primary');
    const line = (value, ...ends) => {
      context.lineWidth = value === 0 ? 2 : 1;
      context.beginPath();
      context.moveTo(ends[0], ends[1]);
      context.lineTo(ends[2], ends[3]);
      context.stroke();
    };
    const text = value => String(value).replace('-', '−');
    context.textAlign = 'center';
    for (const value of ticks(xaxis.range, width)) {
      const px = left + xaxis.d2p(value);
      line(value, px, top, px, top + height);
      context.fillText(text(value), px, top + height + 14);
    }
    context.fillText(content.titles[0], left + width / 2, top + height + 30);
    context.textAlign = 'right';
    for (const value of ticks([yaxis.range[1], yaxis.range[0]], height)) {
      const py = top + yaxis.d2p(value);
      line(value, left, py, left + width, py);
      context.fillText(text(value), left - 5, py + 4);
    }
    context.textAlign = 'center';
    context.translate(11, top + height / 2);
    context.rotate(-Math.PI / 2);
    context.fillText(content.titles[1], 0, 0);
    context.restore();
  }

  const redraw = () => (due ||= requestAnimationFrame(draw));

  /** Zoom so that the data under (px, py) stay there. */
  function zoom(factor, px = box.clientWidth / 2, py = box.clientHeight / 2) {
    if (!view) return;
    const [x, y] = api.toData(px, py);
    view = {...view, scale: view.scale * factor, x: x + (view.x - x) / factor, y: y + (view.y - y) / factor};
    redraw();
  }

  const api = {
    /** Draw {points, column, titles or null, key, faint}; the view stays while the key does. False: no room yet. */
    show(next) {
      content = next;
      return draw();
    },
    draw,
    /** Has the drawing still the size of its box? */
    fits() {
      const [width, height] = room(window.devicePixelRatio || 1);
      return canvas.width === width && canvas.height === height;
    },
    zoom,
    pan(dx, dy) {
      if (!view) return;
      view = {...view, x: view.x - dx / view.scale, y: view.y + dy / view.scale};
      redraw();
    },
    home() {
      if (!content) return;
      fit();
      redraw();
    },
    wheel: event => zoom(ZOOM ** -event.deltaY, event.offsetX, event.offsetY),
    toData(px, py) {
      const {xaxis, yaxis} = box._fullLayout;
      return [xaxis.p2d(px - xaxis._offset), yaxis.p2d(py - yaxis._offset)];
    },
    toPixel(x, y) {
      const {xaxis, yaxis} = box._fullLayout;
      return [xaxis.d2p(x) + xaxis._offset, yaxis.d2p(y) + yaxis._offset];
    },
    inside(px, py) {
      if (!box._fullLayout) return false;
      const {xaxis, yaxis} = box._fullLayout;
      const within = (pixel, {_offset, _length}) => pixel >= _offset && pixel <= _offset + _length;
      return within(px, xaxis) && within(py, yaxis);
    },
    perPixel: () => 1 / view.scale,
  };
  return api;
}
