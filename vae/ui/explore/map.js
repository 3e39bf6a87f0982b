// The map: one point per encoded test image. Owns what is drawn; plot, legend, pointer and thumbnails live beside it.

import {float32, uint8} from '../kit/js/arrays.js';
import {createCard} from '../kit/js/scatter/card.js';
import {followPointer} from '../kit/js/scatter/hover.js';
import {drawLegend} from '../kit/js/scatter/legend.js';
import {onTheme} from '../kit/js/theme.js';
import {options, ready} from '../kit/js/dom.js';
import {createPlot} from '../kit/js/scatter/plot.js';
import {createPoints} from '../kit/js/scatter/points.js';
import {colourNamed, namedAll, number, t} from '../kit/js/strings.js';
import {createThumbnails} from '../kit/js/scatter/thumbnails.js';
import {createMapMenus} from '../kit/js/scatter/map-menus.js';

const ARROWS = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1]};

export function mountMap(element, explorer) {
  const find = selector => element.querySelector(selector);
  const stage = find('.lse-stage');
  const box = find('.lse-plot');
  const marks = {picked: find('.lse-picked'), hovered: find('.lse-hovered'), cross: find('.lse-cross')};
  const choose = {projection: find('#map-projection'), x: find('#map-x'), y: find('#map-y'), colour: find('#map-colour')};
  const plot = createPlot(box, mark);
  const view = createMapMenus(choose, update);
  stage.setAttribute('aria-label', t('map.label'));

  let model = null;
  let column = null;
  let points = null;
  let axes = null; // [i, j] while two latents are shown
  let hiddenValues = new Set();
  let cross = null;
  let hovered = -1;
  let thumbnails = null;
  let turn = 0; // counts choices: an answer to an older one is dropped
  let shown = null; // what the menus said when the points were drawn
  const cache = new Map(); // of this model's coordinates and columns

  /** From the server once, then from memory. */
  async function fetched(kind, key) {
    const name = `${model.name} ${kind} ${key}`; // an answer may come after the model has changed
    if (!cache.has(name)) cache.set(name, await explorer.call(kind, model.name, key));
    return cache.get(name);
  }
  function unpacked(answer) {
    if (answer.kind === 'discrete') return {...answer, codes: uint8(answer.codes)};
    return {...answer, values: float32(answer.values)};
  }
  function split(xy) {
    const x = new Float32Array(xy.length / 2);
    const y = new Float32Array(xy.length / 2);
    for (let i = 0; i < x.length; i++) [x[i], y[i]] = [xy[2 * i], xy[2 * i + 1]];
    return createPoints(x, y);
  }
  /** Fetch what the menus ask for and draw it; what a newer choice has overtaken is dropped. */
  async function update() {
    if (!model) return;
    const mine = ++turn;
    ready(element, false);
    try {
      const chosen = Object.fromEntries(Object.entries(choose).map(([name, select]) => [name, select.value]));
      const dims = chosen.projection === 'z' ? [Number(chosen.x), Number(chosen.y)] : null;
      const names = dims ? dims.map(dim => `z${dim}`) : [chosen.projection];
      const arrays = names.map(name => fetched('coordinates', name));
      const [colour, ...packed] = await Promise.all([fetched('colour', chosen.colour), ...arrays]);
      if (mine !== turn) return;
      const places = packed.map(float32);
      if (!column || column.key !== colour.key || column.model !== model) {
        column = {...unpacked(colour), model};
        hiddenValues = new Set();
        legend();
      }
      points = dims ? createPoints(...places) : split(places[0]);
      axes = dims;
      if (chosen.projection !== shown?.projection) cross = null;
      shown = chosen;
      pointer.clear();
      about();
      draw();
    } catch (error) {
      if (mine !== turn) return;
      explorer.fail(error);
      if (!shown) return;
      for (const [name, value] of Object.entries(shown)) choose[name].value = value;
      draw();
    }
  }

  function draw() {
    if (!points) return;
    const kind = shown.projection;
    const titles = axes ? axes.map(title) : kind === 'pca' ? ['PC 1', 'PC 2'] : null;
    hide();
    if (!plot.show({points, column, titles, key: `${model.name} ${kind} ${axes}`})) return; // drawn when the tab opens
    ready(element);
    fillSheets();
  }

  const title = dim => [`z${dim}`, namedAll(model.follows[dim]?.factors ?? [])].filter(Boolean).join(' ');

  function hide() {
    points.hidden.fill(0);
    if (hiddenValues.size) column.codes.forEach((code, i) => (points.hidden[i] = hiddenValues.has(code)));
  }

  /** Put ring and cross where their points are now. */
  function mark() {
    if (!points || !box._fullLayout) return;
    const put = (mark, place) => {
      const [px, py] = place ? plot.toPixel(...place) : [NaN, NaN];
      mark.hidden = !plot.inside(px, py);
      if (!mark.hidden) mark.style.transform = `translate(${px}px, ${py}px)`;
    };
    const {own, z} = explorer.state.picked ?? {};
    const ownPlace = own && (axes ? axes.map(dim => z[dim]) : own.places[shown.projection]); // of no row
    marks.picked.classList.toggle('lse-approximate', Boolean(own) && shown.projection === 'umap');
    const at = row => (row >= 0 ? [points.x[row], points.y[row]] : null);
    put(marks.picked, ownPlace ?? at(explorer.state.picked?.row ?? -1));
    put(marks.hovered, at(hovered));
    put(marks.cross, axes ? axes.map(dim => explorer.state.z[dim]) : cross && [cross.x, cross.y]);
  }

  function legend() {
    drawLegend(find('.lse-legend'), column, hiddenValues, (code, visible) => {
      hiddenValues[visible ? 'delete' : 'add'](code);
      pointer.clear();
      draw();
    });
  }

  function about() {
    const {total} = model;
    const n = explorer.index.length;
    find('.lse-count').textContent =
      n < total ? t('map.sample', {n: number(n), total: number(total)}) : t('map.count', {n: number(n)});
    const approximate = shown.projection === 'umap' && explorer.state.picked?.own;
    find('.lse-note').textContent = [t(`map.about_${shown.projection}`), approximate && t('own.about_umap')].filter(Boolean).join(' ');
    find('.lse-axes').hidden = !axes;
  }

  /** Load sprite sheets once the first map stands. */
  async function fillSheets() {
    if (thumbnails) return;
    const mine = createThumbnails(model, explorer.call);
    thumbnails = mine;
    if (await mine.loadAll(() => pointer.refresh(), explorer.fail)) element.dataset.thumbnails = '1';
  }

  const showCard = createCard(find('.lse-card'), stage, {
    draw: (canvas, row) => Boolean(thumbnails?.draw(canvas, row)),
    about: row => ({index: explorer.index[row], column, at: plot.toPixel(points.x[row], points.y[row]), missing: model.missing}),
  });

  const pointer = followPointer(stage, {
    find(px, py, reach) {
      return points && plot.inside(px, py) ? points.nearest(...plot.toData(px, py), reach * plot.perPixel()) : -1;
    },
    hover(row) {
      hovered = row;
      stage.style.setProperty('--over', row >= 0 ? 'pointer' : 'crosshair');
      mark();
    },
    card: showCard,
    drag: (dx, dy) => plot.pan(dx, dy),
    click({row, px, py}) {
      if (!element.dataset.ready || !plot.inside(px, py)) return;
      find('.lse-hint').hidden = true;
      if (row >= 0) return explorer.pick(explorer.index[row]);
      goTo(...plot.toData(px, py));
    },
  });

  /** Decode a place where no image lies. */
  function goTo(x, y) {
    if (!axes) return explorer.place(shown.projection, x, y);
    const z = [...explorer.state.z];
    [z[axes[0]], z[axes[1]]] = [x, y];
    explorer.setZ(z);
  }

  stage.addEventListener('wheel', event => {
    event.preventDefault();
    plot.wheel(event);
  });
  stage.addEventListener('dblclick', () => plot.home());
  stage.addEventListener('keydown', event => {
    const direction = ARROWS[event.key];
    const scale = {'+': 1.3, '-': 1 / 1.3}[event.key];
    if (!points || !(direction || scale || event.key === '0') || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    if (scale) return plot.zoom(scale);
    if (event.key === '0') return plot.home();
    const row = points.towards(explorer.state.picked.row, ...direction);
    if (row < 0) return;
    find('.lse-hint').hidden = true;
    explorer.pick(explorer.index[row]);
  });

  for (const select of Object.values(choose)) select.addEventListener('change', update);

  explorer.on('model', overview => {
    model = overview;
    thumbnails?.stop();
    thumbnails = null;
    delete element.dataset.thumbnails;
    pointer.clear();
    points = shown = null;
    cache.clear();
    cache.set(`${overview.name} coordinates ${overview.map.name}`, overview.map.xy);
    cache.set(`${overview.name} colour ${overview.column.key}`, overview.column);
    const order = overview.kl.map((_, dim) => dim).sort((a, b) => overview.kl[b] - overview.kl[a]);
    const latents = order.map(dim => [dim, title(dim)]);
    const strongest = order.slice(0, 2).sort((a, b) => a - b);
    // Two latents are a map as they are, and lie as the lattice does.
    const projection = overview.dims === 2 ? 'z' : overview.map.name;
    options(choose.projection, [...overview.projections, 'z'].map(name => [name, t(`map.${name}`)]), projection);
    options(choose.x, latents, strongest[0]);
    options(choose.y, latents, strongest.at(-1));
    options(choose.colour, overview.colours.map(key => [key, colourNamed(key)]), overview.column.key);
    view.settle();
    cross = null;
    update();
  });
  explorer.on('opening', name => {
    const opening = find('.lse-opening');
    opening.hidden = name === null;
    opening.textContent = name === null ? '' : t('map.opening', {name});
    if (name !== null) ready(element, false);
    else if (points && !element.dataset.ready) draw(); // refused: the map that stands is drawn as before
  });
  explorer.on('picked', ({own}) => {
    mark();
    if (own) find('.lse-hint').hidden = true; // whoever has brought a picture needs it no more
    if (shown) about();
  });
  explorer.on('z', mark);
  explorer.on('place', place => {
    cross = place;
    mark();
  });

  onTheme(update);
  // A tab that was closed has no width until it is opened: draw then.
  new ResizeObserver(() => {
    if (!element.dataset.ready) draw();
    else if (!plot.fits()) plot.draw();
  }).observe(box);

  return {
    view,
    goTo,
    colour: () => choose.colour.value,
    emptiest: n => points.emptiest(n),
    /** Show the ring and the card of a row, as a pointer would; -1 for none. */
    point: row => points && pointer.point(row),
  };
}
