// The map: one point per encoded test image. Owns what is asked for and drawn; the map itself is kit/js/scatter.

import {float32, uint8} from '../kit/js/arrays.js';
import {options, ready} from '../kit/js/dom.js';
import {createMapMenus} from '../kit/js/scatter/map-menus.js';
import {createScatter} from '../kit/js/scatter/scatter.js';
import {selectionLine} from '../kit/js/scatter/selection-line.js';
import {createThumbnails} from '../kit/js/scatter/thumbnails.js';
import {colourNamed, namedAll, number, t} from '../kit/js/strings.js';

export function mountMap(element, explorer) {
  const find = selector => element.querySelector(selector);
  const stage = find('.lse-stage');
  const choose = {projection: find('#map-projection'), x: find('#map-x'), y: find('#map-y'), colour: find('#map-colour')};
  const view = createMapMenus(choose, update);
  const scatter = createScatter(element, stage, {
    pick: row => touched(() => explorer.pick(explorer.index[row])),
    place: (x, y) => touched(() => goTo(x, y)),
    walk: row => touched(() => explorer.pick(explorer.index[row])),
    select,
    picture: (canvas, row) => Boolean(thumbnails?.draw(canvas, row)),
    about: row => ({index: explorer.index[row], column, missing: model.missing, drawn: model.drawn}),
    draw() {
      ready(element);
      explorer.decoder.load(); // what is slow to come does not hold up the first map
      fillSheets();
    },
  });
  const line = selectionLine(find('.lse-selected'), () => select(null));

  let model = null;
  let column = null;
  let axes = null; // [i, j] while two latents are shown
  let cross = null;
  let selected = null; // mask of rows
  let thumbnails = null;
  let turn = 0; // counts choices: an answer to an older one is dropped
  let shown = null; // what the menus said when the points were drawn
  const cache = new Map(); // of this model's coordinates and columns

  /** From the server once, then from memory. */
  async function fetched(kind, key) {
    const name = `${model.handle} ${kind} ${key}`; // an answer may come after the model has changed
    if (!cache.has(name)) cache.set(name, await explorer.call(kind, model.handle, key));
    return cache.get(name);
  }
  const coordinates = async name => explorer.coordinates(name) ?? float32(await fetched('coordinates', name));
  function unpacked(answer) {
    if (answer.kind === 'discrete') return {...answer, codes: uint8(answer.codes)};
    return {...answer, values: float32(answer.values)};
  }

  const split = xy => [0, 1].map(axis => Float32Array.from({length: xy.length / 2}, (_, i) => xy[2 * i + axis]));

  /** Fetch what the menus ask for and draw it; what a newer choice has overtaken is dropped. */
  async function update() {
    if (!model) return;
    const mine = ++turn;
    ready(element, false);
    try {
      const chosen = Object.fromEntries(Object.entries(choose).map(([name, select]) => [name, select.value]));
      const dims = chosen.projection === 'z' ? [Number(chosen.x), Number(chosen.y)] : null;
      const names = dims ? dims.map(dim => `z${dim}`) : [chosen.projection];
      const [colour, ...places] = await Promise.all([fetched('colour', chosen.colour), ...names.map(coordinates)]);
      if (mine !== turn) return;
      if (!column || column.key !== colour.key || column.model !== model) column = {...unpacked(colour), model};
      const [x, y] = dims ? places : split(places[0]);
      axes = dims;
      if (chosen.projection !== shown?.projection) cross = null;
      shown = chosen;
      const titles = axes ? axes.map(title) : chosen.projection === 'pca' ? ['PC 1', 'PC 2'] : null;
      const key = `${model.name} ${chosen.projection} ${axes}`;
      scatter.show({x, y, column, titles, key, name: `${model.name}-${axes ? axes.map(dim => `z${dim}`).join('-') : chosen.projection}`});
      mark();
      about();
      describe();
    } catch (error) {
      if (mine !== turn) return;
      explorer.fail(error);
      if (!shown) return;
      for (const [name, value] of Object.entries(shown)) choose[name].value = value;
      ready(element);
    }
  }

  const title = dim => [`z${dim}`, namedAll(model.follows[dim]?.factors ?? [])].filter(Boolean).join(' ');

  /** Put ring and cross where their points are now. */
  function mark() {
    if (!shown) return;
    const {own, row, z} = explorer.state.picked ?? {};
    const ownPlace = own && (axes ? axes.map(dim => z[dim]) : own.places[shown.projection]); // of no row
    scatter.estimated(Boolean(own) && shown.projection === 'umap');
    scatter.mark({picked: ownPlace ?? row ?? null, row: row ?? -1, cross: axes ? axes.map(dim => explorer.state.z[dim]) : cross && [cross.x, cross.y]});
  }

  function select(mask) {
    selected = mask;
    scatter.select(mask);
    describe();
  }
  const describe = () => line(selected, column);

  /** Whoever has done something here needs no hint any more. */
  function touched(act) {
    find('.lse-hint').hidden = true;
    act();
  }

  function about() {
    const {total} = model;
    const n = explorer.index.length;
    const missing = n - scatter.points.placed;
    find('.lse-count').textContent = [
      n < total ? t('map.sample', {n: number(n), total: number(total)}) : t(model.drawn ? 'map.count_drawn' : 'map.count', {n: number(n)}),
      missing && t('map.without_place', {n: number(missing)}),
    ].filter(Boolean).join(' · ');
    const approximate = shown.projection === 'umap' && explorer.state.picked?.own;
    find('.lse-note').textContent = [t(`map.about_${shown.projection}`), approximate && t('own.about_umap')].filter(Boolean).join(' ');
    find('.lse-axes').hidden = !axes;
  }

  /** Load sprite sheets once the first map stands. */
  async function fillSheets() {
    if (thumbnails) return;
    const mine = createThumbnails(model, explorer.call);
    thumbnails = mine;
    if (await mine.loadAll(scatter.refresh, explorer.fail)) element.dataset.thumbnails = '1';
  }

  /** Decode a place where no image lies. */
  function goTo(x, y) {
    if (!axes) return explorer.place(shown.projection, x, y);
    const z = [...explorer.state.z];
    [z[axes[0]], z[axes[1]]] = [x, y];
    explorer.setZ(z);
  }

  for (const menu of Object.values(choose)) menu.addEventListener('change', update);

  explorer.on('model', overview => {
    model = overview;
    stage.setAttribute('aria-label', t(model.drawn ? 'map.label_drawn' : 'map.label'));
    thumbnails?.stop();
    thumbnails = null;
    delete element.dataset.thumbnails;
    shown = null;
    select(null);
    cache.clear();
    cache.set(`${overview.handle} coordinates ${overview.map.name}`, overview.map.xy);
    cache.set(`${overview.handle} colour ${overview.column.key}`, overview.column);
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
    else if (shown) ready(element); // also where it was refused: the map that stands is the one before
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

  return {
    view,
    goTo,
    colour: () => choose.colour.value,
    emptiest: scatter.emptiest,
    /** Show the ring and the card of a row, as a pointer would; -1 for none. */
    point: row => shown && scatter.point(row),
  };
}
