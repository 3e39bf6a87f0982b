// Two maps of the same test images, one of each model. What is hovered, picked or lassoed on one shows on both.

import {float32, int32, uint8} from '../kit/js/arrays.js';
import {createCard} from '../kit/js/scatter/card.js';
import {SIDES} from './comparer.js';
import {followPointer} from '../kit/js/scatter/hover.js';
import {drawLegend} from '../kit/js/scatter/legend.js';
import {make, options, ready} from '../kit/js/dom.js';
import {onTheme} from '../kit/js/theme.js';
import {createPlot} from '../kit/js/scatter/plot.js';
import {createPoints} from '../kit/js/scatter/points.js';
import {colourNamed, named, namedAll, number, t} from '../kit/js/strings.js';
import {createThumbnails} from '../kit/js/scatter/thumbnails.js';
import {createMapMenus} from '../kit/js/scatter/map-menus.js';

const ARROWS = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1]};
const SHOWN = 16; // pictures of a selection
const FAINT = {light: [226, 230, 235], dark: [51, 60, 74]}; // dots outside the selection

export function mountPairMaps(root, comparer) {
  const bar = root.querySelector('.lse-maps-bar');
  const find = selector => bar.querySelector(selector);
  const choose = {projection: find('[data-choose=projection]'), x: find('[data-choose=x]'), y: find('[data-choose=y]'), colour: find('[data-choose=colour]')};
  const lassoButton = find('[data-choose=lasso]');
  const clearButton = find('[data-choose=clear]');
  const legend = root.querySelector('.lse-maps-legend');
  const chosenList = root.querySelector('.lse-selection');
  const note = root.querySelector('.lse-maps-note');

  let couple = null;
  let column = null; // restricted to the common images
  let hiddenValues = new Set();
  let selected = null; // Uint8Array over the common images, or null
  let thumbnails = null;
  let cache = new Map();
  let rows = {}; // of either file, for each common image
  let turn = 0;
  let lasso = false;
  const maps = Object.fromEntries(SIDES.map(side => [side, oneMap(side)]));
  const view = createMapMenus(choose, update);

  async function fetched(kind, model, key) {
    const name = `${kind} ${model} ${key}`;
    if (!cache.has(name)) cache.set(name, comparer.call(kind, model, key));
    try {
      return await cache.get(name);
    } catch (error) {
      cache.delete(name);
      throw error;
    }
  }

  /** The values of the common images among those of a file, `width` numbers each. */
  const common = (values, side, width = 1) => {
    const kept = new values.constructor(rows[side].length * width);
    rows[side].forEach((row, i) => kept.set(values.subarray(row * width, row * width + width), i * width));
    return kept;
  };

  async function update() {
    if (!couple) return;
    const mine = ++turn;
    const now = couple;
    for (const side of SIDES) ready(maps[side].element, false);
    try {
      const kind = choose.projection.value;
      const latent = kind === 'z';
      find('.lse-axes').hidden = !latent;
      const wants = Object.fromEntries(
        SIDES.map(side => {
          const dims = latent ? [choose.x, choose.y].map(select => now.axes[Number(select.value)][side]) : null;
          const names = latent ? dims.map(dim => `z${dim}`) : [kind];
          return [side, {dims, arrays: names.map(name => fetched('coordinates', now[side].name, name))}];
        }),
      );
      const [colour, left, right] = await Promise.all([
        fetched('colour', now.left.name, choose.colour.value),
        Promise.all(wants.left.arrays),
        Promise.all(wants.right.arrays),
      ]);
      if (mine !== turn) return;
      if (column?.packed !== colour) {
        column = restricted(colour);
        hiddenValues = new Set();
        drawLegend(legend, column, hiddenValues, toggle);
      }
      for (const [side, packed] of [['left', left], ['right', right]]) maps[side].place(packed.map(float32), wants[side].dims, kind);
      note.textContent = t(latent ? 'compare.about_z' : `map.about_${kind}`);
      draw();
      fillSheets();
    } catch (error) {
      if (mine === turn) comparer.fail(error);
    }
  }

  function restricted(colour) {
    if (colour.kind === 'discrete') return {...colour, packed: colour, codes: common(uint8(colour.codes), 'left')};
    return {...colour, packed: colour, values: common(float32(colour.values), 'left')};
  }
  function toggle(code, visible) {
    hiddenValues[visible ? 'delete' : 'add'](code);
    draw();
  }
  const draw = () => SIDES.forEach(side => maps[side].draw());

  async function fillSheets() {
    if (thumbnails) return;
    const mine = createThumbnails(couple.right, comparer.call);
    thumbnails = mine;
    if (await mine.loadAll(() => SIDES.forEach(side => maps[side].refresh()), comparer.fail)) {
      root.querySelector('.lse-compare').dataset.thumbnails = '1';
      showSelection();
    }
  }

  /** The picture of common image `row` on a canvas; false while its sheet is on the way. */
  const drawThumbnail = (canvas, row) => thumbnails?.draw(canvas, rows.right[row]);

  function select(mask) {
    selected = mask;
    draw();
    showSelection();
  }
  function showSelection() {
    const chosen = selected ? [...selected.keys()].filter(row => selected[row]) : [];
    clearButton.hidden = !selected;
    chosenList.hidden = !selected;
    chosenList.dataset.count = chosen.length;
    const pictures = Array.from({length: Math.min(SHOWN, chosen.length)}, (_, i) => chosen[Math.floor((i * chosen.length) / Math.min(SHOWN, chosen.length))]);
    const buttons = pictures.map(row => {
      const canvas = make('canvas', {role: 'img', 'aria-label': t('map.thumbnail', {index: comparer.index[row]})});
      drawThumbnail(canvas, row);
      const button = make('button', {type: 'button', title: t('map.thumbnail', {index: comparer.index[row]})}, canvas);
      button.addEventListener('click', () => comparer.pick(comparer.index[row]));
      return button;
    });
    chosenList.replaceChildren(make('p', {textContent: selected ? t('compare.selected', {n: number(chosen.length), total: number(selected.length)}) : ''}), ...buttons);
  }

  function oneMap(side) {
    const element = root.querySelector(`#compare-map-${side}`);
    const stage = element.querySelector('.lse-stage');
    const box = element.querySelector('.lse-plot');
    const loop = element.querySelector('.lse-lasso');
    const marks = {picked: element.querySelector('.lse-picked'), hovered: element.querySelector('.lse-hovered'), cross: element.querySelector('.lse-cross')};
    const plot = createPlot(box, mark);
    let points = null;
    let dims = null;
    let kind = '';
    let hovered = -1;

    function place(arrays, axes, name) {
      const values = arrays.map(array => common(array, side, axes ? 1 : 2));
      const split = offset => Float32Array.from({length: values[0].length / 2}, (_, i) => values[0][2 * i + offset]);
      points = axes ? createPoints(...values) : createPoints(split(0), split(1));
      [dims, kind] = [axes, name];
      pointer.clear();
    }
    const title = dim => [`z${dim}`, namedAll(couple[side].follows[dim]?.factors ?? [])].filter(Boolean).join(' ');

    function drawMap() {
      if (!points || !column) return;
      points.hidden.fill(0);
      if (hiddenValues.size) column.codes.forEach((code, i) => (points.hidden[i] = hiddenValues.has(code)));
      const titles = dims ? dims.map(title) : kind === 'pca' ? ['PC 1', 'PC 2'] : null;
      const key = `${couple[side].name} ${kind} ${dims}`;
      if (plot.show({points, column, titles, key, faint: selected && {mask: selected, colour: FAINT[document.body.classList.contains('dark') ? 'dark' : 'light']}})) ready(element);
    }

    const put = (mark, at) => {
      const [px, py] = at ? plot.toPixel(...at) : [NaN, NaN];
      mark.hidden = !plot.inside(px, py);
      if (!mark.hidden) mark.style.transform = `translate(${px}px, ${py}px)`;
    };
    const drawn = () => points && box._fullLayout;

    /** Put both rings and the cross where they belong. */
    function mark() {
      if (!drawn()) return;
      const at = row => (row >= 0 ? [points.x[row], points.y[row]] : null);
      put(marks.picked, at(comparer.state.picked?.row ?? -1));
      put(marks.hovered, at(hovered));
      cross();
      element.dataset.hovered = hovered;
    }

    /** Put the cross where z stands, if z has a place on this map. */
    function cross() {
      const z = comparer.state.z[side];
      if (drawn()) put(marks.cross, dims && z.length ? dims.map(dim => z[dim]) : null);
    }

    const showCard = createCard(element.querySelector('.lse-card'), stage, {
      draw: (canvas, row) => Boolean(drawThumbnail(canvas, row)),
      about: row => ({index: comparer.index[row], column, at: plot.toPixel(points.x[row], points.y[row]), missing: couple.missing}),
    });

    const pointer = followPointer(stage, {
      find: (px, py, reach) => (points && plot.inside(px, py) ? points.nearest(...plot.toData(px, py), reach * plot.perPixel()) : -1),
      hover: row => comparer.hover(row),
      card: showCard,
      drag: (dx, dy) => plot.pan(dx, dy),
      lassoing: event => lasso || event.shiftKey,
      lasso(path, done) {
        loop.setAttribute('d', path.length > 1 && !done ? `M${path.map(at => at.join(',')).join('L')}Z` : '');
        if (!done || !points || path.length < 3) return;
        const mask = new Uint8Array(points.x.length);
        for (let i = 0; i < mask.length; i++) mask[i] = !points.hidden[i] && inside(path, plot.toPixel(points.x[i], points.y[i]));
        comparer.select(mask.includes(1) ? mask : null);
      },
      click({row}) {
        if (row >= 0) comparer.pick(comparer.index[row]);
      },
    });
    stage.setAttribute('aria-label', t(side === 'left' ? 'compare.map_left' : 'compare.map_right'));
    stage.addEventListener('wheel', event => {
      event.preventDefault();
      plot.wheel(event);
    });
    stage.addEventListener('dblclick', () => plot.home());
    stage.addEventListener('keydown', event => {
      if (event.key === 'Escape') return comparer.select(null);
      const direction = ARROWS[event.key];
      const scale = {'+': 1.3, '-': 1 / 1.3}[event.key];
      if (!points || !comparer.state.picked || !(direction || scale || event.key === '0') || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      if (scale) return plot.zoom(scale);
      if (event.key === '0') return plot.home();
      const row = points.towards(comparer.state.picked.row, ...direction);
      if (row >= 0) comparer.pick(comparer.index[row]);
    });
    new ResizeObserver(() => {
      if (!element.dataset.ready) drawMap();
      else if (!plot.fits()) plot.draw();
    }).observe(box);

    return {
      element,
      place,
      draw: drawMap,
      mark,
      cross,
      refresh: () => pointer.refresh(),
      clear: () => pointer.clear(),
      hover(row) {
        hovered = row;
        stage.style.setProperty('--over', row >= 0 ? 'pointer' : 'crosshair');
        mark();
      },
      forget() {
        points = null;
        ready(element, false);
      },
    };
  }

  for (const select of Object.values(choose)) select.addEventListener('change', update);
  lassoButton.addEventListener('click', () => {
    lasso = !lasso;
    lassoButton.setAttribute('aria-pressed', lasso);
    root.querySelector('.lse-maps').classList.toggle('lse-lassoing', lasso); // a finger then draws and does not scroll
  });
  clearButton.addEventListener('click', () => comparer.select(null));

  comparer.on('hover', row => SIDES.forEach(side => maps[side].hover(row)));
  comparer.on('select', select);
  comparer.on('picked', () => SIDES.forEach(side => maps[side].mark()));
  comparer.on('z', () => SIDES.forEach(side => maps[side].cross()));
  comparer.on('couple', overview => {
    couple = overview;
    thumbnails?.stop();
    thumbnails = column = null;
    delete root.querySelector('.lse-compare').dataset.thumbnails;
    cache = new Map();
    selected = null;
    rows = {left: int32(overview.rows[0]), right: int32(overview.rows[1])};
    SIDES.forEach(side => maps[side].forget());
    for (const side of SIDES) maps[side].element.querySelector('h3').textContent = overview[side].title;
    const both = overview.left.projections.filter(name => overview.right.projections.includes(name));
    options(choose.projection, ['z', ...both].map(name => [name, t(name === 'z' ? 'compare.latents' : `map.${name}`)]), 'z');
    const axis = ({name, left, right}) => (name === null ? `z${left} · z${right}` : named(name));
    const axes = overview.axes.map((found, i) => [i, axis(found)]);
    options(choose.x, axes, 0);
    options(choose.y, axes, Math.min(1, axes.length - 1));
    const first = overview.axes[0].name;
    options(choose.colour, overview.colours.map(({key, of}) => [key, [colourNamed(key), of].filter(Boolean).join(', ')]), overview.colours.some(({key}) => key === first) ? first : overview.colours[0].key);
    view.settle();
    showSelection();
    update();
  });
  onTheme(update);
  return view;
}

/** Does a closed path of pixels go round a pixel? Even-odd rule. */
function inside(path, [px, py]) {
  let within = false;
  for (let i = 0, j = path.length - 1; i < path.length; j = i++) {
    const [[x1, y1], [x2, y2]] = [path[i], path[j]];
    if (y1 > py !== y2 > py && px < ((x2 - x1) * (py - y1)) / (y2 - y1) + x1) within = !within;
  }
  return within;
}
