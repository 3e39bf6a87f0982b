// A map: dots on a canvas, and over them the axes, toolbar, legend and selections of a Plotly figure without points.
//
// Plotly's own points were measured beside it: 0.3 to 5 s for a first drawing, and half of a slider's frames lost.

import {afterPaint, make, ready} from '../dom.js';
import {createLegend} from '../legend.js';
import {RETRY, action, config, look, mode, plotly} from '../plotly.js';
import {named} from '../strings.js';
import {isDark, onTheme} from '../theme.js';
import {createCard} from './card.js';
import {coloured, paled} from './colours.js';
import {FONT, divided, figure} from './layout.js';
import {followPointer} from './pointer.js';
import {createPoints} from './points.js';
import {createRaster} from './raster.js';
import {membership} from './selection.js';
import {followFingers} from './touch.js';
import {bounded, extent, home, projected, reshaped, same, shifted, zoomed} from './view.js';
import {followWheel} from './wheel.js';

const ARROWS = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1]};
const STEP = 1.3; // of the keys and buttons that zoom
const FINGER = 22; // pixels around a tap
const LOOKED_AT = 1500; // ms that a tapped point keeps its card
const PALE = {light: '#e2e6eb', dark: '#333c4a'}; // dots outside of a selection
const PLAIN = '#3f90da'; // dots without a column
const PNG_SCALE = 2;

/**
 * A map in a stage.
 *
 * @param element of the part: it gets data-ready with the dots, data-points, and data-plotly once Plotly is there
 * @param stage the element that the map fills, under what lies in it already
 * @param events all of them optional:
 *   pick (row) a point was clicked; place (x, y) a place without one; hover (row or -1); walk (row) by an arrow key;
 *   select (mask or null) a box or a lasso was drawn; hide (set of codes) by the legend; draw () what show() was given stands;
 *   picture (canvas, row) paints a card's picture, false while it is on the way; about row -> {index, column, missing}
 */
export function createScatter(element, stage, events) {
  const canvas = make('canvas', {className: 'lse-dots'});
  const box = make('div', {className: 'lse-plotly'});
  const marks = Object.fromEntries(['picked', 'hovered', 'cross'].map(name => [name, make('i', {className: `lse-${name}`, hidden: true})]));
  const overlay = make('div', {className: 'lse-marks', 'aria-hidden': true}, ...Object.values(marks));
  const card = make('div', {className: 'lse-card', hidden: true}, make('canvas', {role: 'img'}), make('span'));
  const entries = make('div');
  const legend = createLegend(entries, codes => hide(codes, true));
  stage.prepend(canvas, box, overlay, card, entries);
  const raster = createRaster(canvas);
  const pen = document.createElement('canvas').getContext('2d');

  let content = null; // what show() was given
  let points = null;
  let hidden = new Set(); // codes of values that are not shown
  let mask = null; // of the selected points
  let size = null; // of the stage
  let parts = null; // how it is shared out
  let homeView = null; // the view that shows all
  let view = null;
  let at = {picked: null, cross: null, row: -1}; // rows or places of the marks, and the row that keys walk from
  let hovered = -1;
  let Plotly = null;
  let figured = false; // has Plotly taken over?
  let due = 0; // a drawing that is on its way
  let behind = false; // Plotly has not yet heard of what the dots show
  let dragmode = 'pan';

  const room = () => ({width: stage.clientWidth, height: stage.clientHeight});
  const measure = text => pen.measureText(text).width;
  const projection = () => projected(view, parts.area);
  const drawn = () => Boolean(points && view && homeView && parts);
  /** Is there room to draw in? What could not be drawn for want of it is drawn when there is. */
  function hasRoom() {
    const {width, height} = room();
    if (!width || !height) size = null;
    return Boolean(width && height);
  }
  const dragging = () => Boolean(box._dragging) || pinching();

  /** Draw what there is to draw; false where there is no room yet. In the middle of a movement Plotly hears nothing. */
  function draw(moving = false) {
    cancelAnimationFrame(due);
    due = 0;
    if (!content || !hasRoom()) return false;
    measureAll();
    let colours = content.colours ??= coloured(content.column ?? {kind: 'discrete', colours: [PLAIN], codes: new Uint8Array(points.x.length)});
    if (mask) colours = paled(colours, mask, PALE[isDark() ? 'dark' : 'light']);
    raster.draw(parts.area, view, points, colours);
    mark();
    if (moving !== true) follow(); // a frame's callback is given its time
    if (content.unseen) {
      content.unseen = false;
      events.draw?.();
    }
    return true;
  }

  /** Share out the room and find the view: all of the points, or where a visitor has gone. */
  function measureAll() {
    const now = room();
    const anew = !parts || now.width !== size?.width || now.height !== size?.height;
    if (anew) {
      size = now;
      pen.font = `${FONT}px ${look(stage).font}`;
      parts = divided(size, content.column, content.titles, measure);
    }
    const atHome = !view || (homeView && same(view, homeView));
    if (anew || !homeView) homeView = home(content.extent, parts.area);
    if (atHome) view = homeView;
    else if (anew) view = bounded(reshaped(view, parts.area), homeView);
  }

  const redraw = () => (due ||= requestAnimationFrame(draw));

  function go(next) {
    if (!drawn()) return false;
    const to = bounded(next, homeView);
    if (same(to, view)) return false;
    view = to;
    redraw();
    return true;
  }
  const zoom = (factor, px, py) => drawn() && go(zoomed(view, factor, px === undefined ? undefined : projection().toData(px, py)));
  function goHome() {
    if (!drawn()) return;
    view = homeView;
    redraw();
  }

  /** Put ring and cross where their points are now. */
  function mark() {
    if (!drawn()) return;
    const {toPixel, inside} = projection();
    const put = (sign, place) => {
      const [px, py] = place ? toPixel(...place) : [NaN, NaN];
      sign.hidden = !inside(px, py);
      if (!sign.hidden) sign.style.transform = `translate(${px}px, ${py}px)`;
    };
    const place = row => (row >= 0 ? [points.x[row], points.y[row]] : null);
    put(marks.picked, typeof at.picked === 'number' ? place(at.picked) : at.picked);
    put(marks.hovered, place(hovered));
    put(marks.cross, at.cross);
    element.dataset.hovered = hovered;
  }

  // Plotly's part.

  /** Fetch Plotly once the dots are on the screen, and tell it later what they show. */
  function follow() {
    if (behind) return;
    behind = true;
    afterPaint(async () => {
      try {
        Plotly ??= await plotly();
      } catch {
        stage.classList.add('lse-without-plotly'); // the map goes on without axes and toolbar; its legend is ours
        setTimeout(() => {
          behind = false;
          redraw();
        }, RETRY);
        return;
      }
      behind = false;
      stage.classList.remove('lse-without-plotly');
      if (!content || !hasRoom()) return;
      if (dragging()) return addEventListener('pointerup', redraw, {once: true});
      const {data, layout} = described();
      if (figured) return Plotly.react(box, data, layout, configured());
      figured = true;
      await Plotly.newPlot(box, data, layout, configured());
      listen();
      element.dataset.plotly = '1';
    });
  }

  const described = () => figure({size, ...parts, view, home: homeView, column: content.column, titles: content.titles, look: look(stage), hidden, dragmode});

  function configured() {
    const button = (name, icon, click) => action(Plotly, name, icon, click);
    const modes = [['pan', 'pan'], ['zoom', 'zoombox'], ...(events.select ? [['select', 'selectbox'], ['lasso', 'lasso']] : [])];
    const moves = [
      button('in', 'zoom_plus', () => zoom(STEP)),
      button('out', 'zoom_minus', () => zoom(1 / STEP)),
      button('home', 'home', goHome),
    ];
    const saves = [button('png', 'camera', () => save('png')), button('svg', 'disk', () => save('svg'))];
    return {...config(), displayModeBar: true, modeBarButtons: [modes.map(([name, icon]) => mode(Plotly, name, icon)), moves, saves]};
  }

  function listen() {
    // In the middle of a drag the layout still says where it began.
    const ranges = change => Object.fromEntries(['x', 'y'].map(axis => [axis, [0, 1].map(end => change[`${axis}axis.range[${end}]`] ?? box.layout[`${axis}axis`].range[end])]));
    box.on('plotly_relayouting', change => {
      if (!drawn() || dragmode !== 'pan') return; // a box that is drawn shows nothing yet
      view = ranges(change);
      redraw();
    });
    box.on('plotly_relayout', change => {
      if (change.dragmode) {
        dragmode = change.dragmode;
        stage.classList.toggle('lse-selecting', selecting());
      }
      if (!drawn()) return;
      if (Object.keys(change).some(key => key.includes('axis'))) view = bounded(ranges(change), homeView); // a double click changes none
      redraw();
    });
    box.on('plotly_selected', chosen => {
      if (!drawn() || (!chosen?.range && !chosen?.lassoPoints)) return; // a click: Plotly's selection is input only
      events.select(membership(points, chosen));
      redraw(); // Plotly's outline goes
    });
    box.on('plotly_restyle', () => {
      if (!drawn()) return;
      const off = box.data.flatMap(({visible}, code) => (visible === 'legendonly' ? [code] : []));
      hide(new Set(off), true);
    });
  }

  const selecting = () => ['select', 'lasso'].includes(dragmode);

  function hide(codes, announced = false) {
    hidden = codes;
    if (points) {
      points.hidden.fill(0);
      if (hidden.size) content.column.codes.forEach((code, i) => (points.hidden[i] = hidden.has(code)));
    }
    legend.mark(hidden);
    pointer.clear();
    redraw();
    if (announced) events.hide?.(hidden);
  }

  /** Save the map as a picture: the dots are put under the figure for the occasion. */
  async function save(format) {
    const {data, layout} = described();
    const {x, y} = view;
    const dots = {source: raster.address(), xref: 'x', yref: 'y', x: x[0], y: y[1], sizex: x[1] - x[0], sizey: y[1] - y[0], sizing: 'stretch', layer: 'below'};
    const coloured = {...layout, paper_bgcolor: look(stage).paper, images: [dots]};
    const address = await Plotly.toImage({data, layout: coloured}, {format, ...size, scale: format === 'png' ? PNG_SCALE : 1});
    make('a', {href: address, download: `${content.name}.${format}`}).click();
  }

  // What a visitor does.

  const find = (px, py, reach) => (drawn() && projection().inside(px, py) ? points.nearest(...projection().toData(px, py), reach * projection().perPixel) : -1);

  function chosen(row, px, py) {
    if (!element.dataset.ready) return;
    if (row >= 0) events.pick?.(row);
    else events.place?.(...projection().toData(px, py));
  }

  const showCard = events.picture
    ? createCard(card, stage, {
        draw: events.picture,
        about: row => ({...events.about(row), at: projection().toPixel(points.x[row], points.y[row])}),
      })
    : () => {};

  const pointer = followPointer(stage, {
    find: (px, py, reach) => (events.pick || events.picture ? find(px, py, reach) : -1),
    inside: (px, py) => drawn() && projection().inside(px, py),
    hover: row => (events.hover ? events.hover(row) : api.hover(row)),
    card: showCard,
    click: chosen,
    home: goHome,
  });
  const pinching = followFingers(stage, {
    lifted: redraw,
    selecting: () => figured && selecting(),
    pinch({from, to, factor}) {
      if (!drawn()) return;
      const [fromX, fromY] = projection().toData(...from);
      const near = zoomed(view, factor, [fromX, fromY]);
      const [toX, toY] = projected(near, parts.area).toData(...to);
      go(shifted(near, fromX - toX, fromY - toY));
    },
    tap(px, py) {
      const row = find(px, py, FINGER);
      if (row >= 0) pointer.flash(row, LOOKED_AT);
      if (drawn() && projection().inside(px, py)) chosen(row, px, py);
    },
  });
  followWheel(stage, zoom);
  stage.addEventListener('keydown', event => {
    if (event.target !== stage || event.ctrlKey || event.metaKey || event.altKey || !drawn()) return;
    if (event.key === 'Escape' && mask) return events.select(null);
    const direction = ARROWS[event.key];
    const factor = {'+': STEP, '-': 1 / STEP}[event.key];
    if (factor) zoom(factor);
    else if (event.key === '0') goHome();
    else if (direction && events.walk && at.row >= 0) {
      const row = points.towards(at.row, ...direction);
      if (row >= 0) events.walk(row);
    } else return;
    event.preventDefault();
  });

  onTheme(() => {
    if (content) content.colours = null;
    redraw();
  });
  // A tab that was closed has no width until it is opened: draw then.
  new ResizeObserver(() => {
    const now = room();
    if (content && now.width && (now.width !== size?.width || now.height !== size?.height)) draw();
  }).observe(stage);

  const api = {
    /**
     * Draw other points, or null for none; the view stays while the key does, and what the legend hides with the column.
     *
     * @param next {x, y, column or null, titles of the axes or null, key, name of files}
     * @return false where there is no room yet: they are drawn when there is
     */
    show(next) {
      const before = content;
      content = next && {...next, extent: extent(next), unseen: true};
      points = next && createPoints(next.x, next.y);
      element.dataset.points = points ? points.placed : 0;
      if (!next) {
        [view, homeView, mask, hidden] = [null, null, null, new Set()];
        legend.draw([]);
        raster.clear();
        box.hidden = true;
        pointer.clear();
        return false;
      }
      box.hidden = false;
      if (next.key !== before?.key) view = null;
      if (next.column !== before?.column) {
        hidden = new Set();
        legend.draw(legendEntries(next.column));
        parts = null;
      } else if (before && Boolean(next.titles) !== Boolean(before.titles)) parts = null;
      if (next.x.length !== before?.x.length) mask = null;
      const atHome = view && homeView && same(view, homeView);
      homeView = parts ? home(content.extent, parts.area) : null;
      if (atHome) view = null;
      pointer.clear();
      hide(hidden);
      return draw();
    },
    /** The points are on their way: draw them where x and y are now. */
    move(arrived) {
      content.extent = extent(points);
      if (!drawn()) return draw(!arrived);
      const atHome = same(view, homeView);
      homeView = home(content.extent, parts.area);
      if (atHome) view = homeView;
      return draw(!arrived);
    },
    draw,
    /** Where ring and cross are: a row, a place [x, y], or null; `row` is the one that arrow keys walk from. */
    mark(places) {
      at = {...at, ...places};
      mark();
    },
    /** The picked place is one that was only estimated. */
    estimated: yes => marks.picked.classList.toggle('lse-approximate', yes),
    hover(row) {
      hovered = row;
      stage.style.setProperty('--over', row >= 0 ? 'pointer' : 'crosshair');
      mark();
    },
    /** Pale all but a selection; null for none. */
    select(rows) {
      mask = rows;
      redraw();
    },
    hide: codes => hide(new Set(codes)),
    zoom,
    home: goHome,
    point: row => pointer.point(row),
    refresh: () => pointer.refresh(),
    clear: () => pointer.clear(),
    emptiest: n => points.emptiest(n),
    get points() {
      return points;
    },
  };
  ready(element, false);
  return api;
}

/** The values of a column as a legend's entries; none where there is nothing to choose from. */
function legendEntries(column) {
  if (column?.kind !== 'discrete' || column.names.length < 2) return [];
  return column.names.map((name, code) => ({code, name: named(name), colour: column.colours[code]}));
}
