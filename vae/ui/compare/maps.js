// Two maps of the same test images, one of each model. What is hovered, picked, selected or hidden on one is on both.

import {SIDES} from './comparer.js';
import {float32, int32, uint8} from '../kit/js/arrays.js';
import {make, options, ready} from '../kit/js/dom.js';
import {createMapMenus} from '../kit/js/scatter/map-menus.js';
import {createScatter} from '../kit/js/scatter/scatter.js';
import {selectionLine} from '../kit/js/scatter/selection-line.js';
import {createThumbnails} from '../kit/js/scatter/thumbnails.js';
import {colourNamed, named, namedAll, t} from '../kit/js/strings.js';

const SHOWN = 16; // pictures of a selection

export function mountPairMaps(root, comparer) {
  const bar = root.querySelector('.lse-maps-bar');
  const find = selector => bar.querySelector(selector);
  const choose = {projection: find('[data-choose=projection]'), x: find('[data-choose=x]'), y: find('[data-choose=y]'), colour: find('[data-choose=colour]')};
  const chosenList = root.querySelector('.lse-selection');
  const line = selectionLine(root.querySelector('.lse-selected'), () => comparer.select(null));
  const note = root.querySelector('.lse-maps-note');

  let couple = null;
  let column = null; // restricted to the common images
  let selected = null; // Uint8Array over the common images, or null
  let thumbnails = null;
  let cache = new Map();
  let rows = {}; // of either file, for each common image
  let turn = 0;
  const maps = Object.fromEntries(SIDES.map(side => [side, oneMap(side)]));
  const view = createMapMenus(choose, update);

  async function fetched(kind, ...about) {
    const name = [kind, ...about].join(' ');
    if (!cache.has(name)) cache.set(name, asked(kind, ...about));
    try {
      return await cache.get(name);
    } catch (error) {
      cache.delete(name);
      throw error;
    }
  }

  const asked = (kind, ...about) => comparer.call(kind, couple.left.handle, couple.right.handle, ...about);

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
          return [side, {dims, arrays: names.map(name => fetched('coordinates_pair', side, name))}];
        }),
      );
      const [colour, left, right] = await Promise.all([
        fetched('colour_pair', choose.colour.value),
        Promise.all(wants.left.arrays),
        Promise.all(wants.right.arrays),
      ]);
      if (mine !== turn) return;
      if (column?.packed !== colour) column = restricted(colour);
      for (const [side, packed] of [['left', left], ['right', right]]) maps[side].show(packed.map(float32), wants[side].dims, kind);
      note.textContent = t(latent ? (now.draws ? 'compare.about_drawn' : 'compare.about_z') : `map.about_${kind}`);
      line(selected, column);
      fillSheets();
    } catch (error) {
      if (mine === turn) comparer.fail(error);
    }
  }

  function restricted(colour) {
    if (colour.kind === 'discrete') return {...colour, packed: colour, codes: common(uint8(colour.codes), 'left')};
    return {...colour, packed: colour, values: common(float32(colour.values), 'left')};
  }

  async function fillSheets() {
    if (thumbnails) return;
    const {left, right} = couple;
    const mine = createThumbnails(right, (_, handle, number) => comparer.call('thumbnails_pair', left.handle, handle, number));
    thumbnails = mine;
    if (await mine.loadAll(() => SIDES.forEach(side => maps[side].scatter.refresh()), comparer.fail)) {
      root.querySelector('.lse-compare').dataset.thumbnails = '1';
      showSelection();
    }
  }

  /** The picture of common image `row` on a canvas; false while its sheet is on the way. */
  function drawThumbnail(canvas, row) {
    return Boolean(thumbnails?.draw(canvas, rows.right[row]));
  }

  function select(mask) {
    selected = mask;
    for (const side of SIDES) maps[side].scatter.select(mask);
    showSelection();
  }
  function showSelection() {
    const chosen = selected ? [...selected.keys()].filter(row => selected[row]) : [];
    line(selected, column);
    chosenList.hidden = !selected;
    chosenList.dataset.count = chosen.length;
    const pictures = Array.from({length: Math.min(SHOWN, chosen.length)}, (_, i) => chosen[Math.floor((i * chosen.length) / Math.min(SHOWN, chosen.length))]);
    const buttons = pictures.map(row => {
      const title = t(couple.drawn ? 'map.drawn' : 'map.thumbnail', {index: comparer.index[row]});
      const canvas = make('canvas', {role: 'img', 'aria-label': title});
      drawThumbnail(canvas, row);
      const button = make('button', {type: 'button', title}, canvas);
      button.addEventListener('click', () => comparer.pick(comparer.index[row]));
      return button;
    });
    chosenList.replaceChildren(...buttons);
  }

  function oneMap(side) {
    const element = root.querySelector(`#compare-map-${side}`);
    const stage = element.querySelector('.lse-stage');
    const pick = row => comparer.pick(comparer.index[row]);
    const scatter = createScatter(element, stage, {
      pick,
      walk: pick,
      hover: row => comparer.hover(row),
      select: mask => comparer.select(mask),
      hide: codes => SIDES.forEach(each => each !== side && maps[each].scatter.hide(codes)),
      picture: drawThumbnail,
      about: row => ({index: comparer.index[row], column, missing: couple.missing, drawn: couple.drawn}),
      draw: () => ready(element),
    });
    let dims = null;
    stage.setAttribute('aria-label', t(side === 'left' ? 'compare.map_left' : 'compare.map_right'));
    const title = dim => [`z${dim}`, namedAll(couple[side].follows[dim]?.factors ?? [])].filter(Boolean).join(' ');

    function show(arrays, axes, kind) {
      const values = arrays.map(array => common(array, side, axes ? 1 : 2));
      const split = offset => Float32Array.from({length: values[0].length / 2}, (_, i) => values[0][2 * i + offset]);
      const [x, y] = axes ? values : [split(0), split(1)];
      dims = axes;
      const titles = dims ? dims.map(title) : kind === 'pca' ? ['PC 1', 'PC 2'] : null;
      const name = `${couple[side].name}-${dims ? dims.map(dim => `z${dim}`).join('-') : kind}`;
      scatter.show({x, y, column, titles, key: `${couple[side].name} ${kind} ${dims}`, name});
      scatter.select(selected);
      mark();
    }

    /** Put the ring of the picked image and the cross where z stands, if z has a place on this map. */
    function mark() {
      const z = comparer.state.z[side];
      const row = comparer.state.picked?.row ?? -1;
      scatter.mark({picked: row, row, cross: dims && z.length ? dims.map(dim => z[dim]) : null});
    }

    return {element, scatter, show, mark};
  }

  for (const menu of Object.values(choose)) menu.addEventListener('change', update);

  comparer.on('hover', row => SIDES.forEach(side => maps[side].scatter.hover(row)));
  comparer.on('select', select);
  comparer.on('picked', () => SIDES.forEach(side => maps[side].mark()));
  comparer.on('z', () => SIDES.forEach(side => maps[side].mark()));
  comparer.on('couple', overview => {
    couple = overview;
    thumbnails?.stop();
    thumbnails = column = null;
    delete root.querySelector('.lse-compare').dataset.thumbnails;
    cache = new Map();
    selected = null;
    rows = {left: int32(overview.rows[0]), right: int32(overview.rows[1])};
    for (const side of SIDES) {
      maps[side].scatter.show(null);
      ready(maps[side].element, false);
    }
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
  return view;
}
