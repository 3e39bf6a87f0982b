// The Compare tab's logic: two models, one image, a z for each, and the requests that follow. Draws nothing.

import {align} from './align.js';
import {commonNumber} from './common-draws.js';
import {createDecoding} from './decoding.js';
import {another, int32} from '../kit/js/arrays.js';
import {onBack} from '../kit/js/connection.js';
import {caller, createEvents} from '../kit/js/events.js';
import {afterPaint} from '../kit/js/dom.js';
import {clampLatent} from '../kit/js/latent.js';
import {createPump} from '../kit/js/latest-only.js';
import {networks as networksOfPage} from '../kit/js/networks.js';
import {createRest} from '../kit/js/rest.js';

export const SIDES = ['left', 'right'];

/**
 * A picture of `pictures` is {image: data URI} of the server, or {pixels: RGBA, width, height} that the page has decoded,
 * with its reading.
 *
 * Events: opening([left, right]|null), couple(overview), refused(), picking(), picked(answer), z({z, moved}), decoding(),
 * pictures({left, right}), traversing(), traversal({left, right, pairs}) with sheets of the server, or
 * strip({number, side, pixels, width, height}) of the page, untraversed() when no more come, settled(), hover(row),
 * select(mask|null), spills({side, ...}), error(text).
 */
export function createComparer(server, {networks = networksOfPage} = {}) {
  const call = caller(server, {changed: args => state.couple && handles().some(handle => args.includes(handle)) && reopen()});
  const {on, emit, fail} = createEvents();

  // `chosen` are the names that were asked for last, which `couple` shows once they are open; `moved` is the number of the
  // pair whose slider moved last; `picked` the answer about the image.
  const state = {couple: null, chosen: null, picked: null, z: {left: [], right: []}, moved: null, rows: []};
  let index = new Int32Array();
  const handles = () => SIDES.map(side => state.couple[side].handle);

  const idle = () => emit('settled');
  const decoding = createDecoding(networks, SIDES);
  onBack(() => state.couple && decoding.fetch(state.couple).catch(fail)); // a network may have failed with the server
  const pictures = createPump({
    async send(z) {
      const [left, right] = handles();
      return (await decoding.pictures(state.couple, z)) ?? call('decode_pair', left, z.left, right, z.right);
    },
    apply: answer => emit('pictures', answer),
    fail,
    idle,
  });
  const picks = createPump({
    send: ({index}) => call('pick_pair', ...handles(), index),
    apply: (answer, {then}) => {
      show(answer);
      then?.();
    },
    fail,
    idle,
  });
  const grids = createPump({
    async send([z, pairs]) {
      const {left, right} = state.couple;
      const dims = Object.fromEntries(SIDES.map(side => [side, pairs.map(number => state.couple.pairs[number][side]).filter(dim => dim !== null)]));
      if (await walked(z, pairs)) return null;
      return call('traverse_pair', left.handle, z.left, dims.left, right.handle, z.right, dims.right);
    },
    apply(answer, [z, pairs]) {
      if (answer) emit('traversal', {...answer, pairs});
      else if (state.z === z) emit('untraversed');
    },
    fail(error) {
      fail(error);
      emit('untraversed');
    },
    idle,
  });
  const rest = createRest(traverse);
  const opens = createPump({
    send(wanted) {
      emit('opening', [wanted.left, wanted.right]);
      return call('compare', wanted.left, wanted.right);
    },
    apply: show_couple,
    fail(error) {
      state.chosen = state.couple && {left: state.couple.left.name, right: state.couple.right.name};
      fail(error);
      emit('refused');
    },
    idle: () => emit('opening', null),
  });

  /** The file of one of the two has changed. */
  function reopen() {
    const {left, right} = state.chosen;
    opens.push({left, right, image: state.picked?.index});
  }

  function show_couple(overview, {image, carried, arrive}) {
    for (const pump of [pictures, picks, grids]) pump.drop();
    rest.still();
    const there = carried && image !== undefined ? commonNumber(overview, sideOf(overview, carried.model), image) : image;
    const before = there ?? state.picked?.index;
    index = int32(overview.index);
    const rows = overview.pairs.map((_, number) => number).slice(0, overview.first_pairs);
    Object.assign(state, {couple: overview, picked: null, moved: null, rows});
    decoding.fetch(overview).catch(fail);
    emit('couple', overview);
    const known = before !== undefined && index.includes(before);
    pick(known ? before : overview.first, () => {
      if (carried && (known || overview.draws)) carry(carried); // z means as much beside another draw
      arrive?.();
    });
  }

  const sideOf = (couple, model) => SIDES.find(side => couple[side].name === model);

  /** Another tab's z of one of the two models; where it has left the image, the other one's matched latents follow. */
  function carry({model, z}) {
    const side = sideOf(state.couple, model);
    if (!side || z.length !== state.z[side].length) return;
    const moved = dim => dim !== null && Math.abs(z[dim] - state.z[side][dim]) > 1e-6;
    if (!z.some((_, dim) => moved(dim))) return;
    const all = {left: [...state.z.left], right: [...state.z.right], [side]: [...z]};
    for (const pair of state.couple.pairs) if (moved(pair[side])) follow(all, pair, side);
    move(all, null);
  }

  /** Set the other side's latent of a pair from that of `side`. */
  function follow(z, pair, side) {
    const other = side === 'left' ? 'right' : 'left';
    if (pair[other] === null) return;
    const quantiles = name => state.couple[name].quantiles[pair[name]];
    const aligned = align(z[side][pair[side]], quantiles(side), quantiles(other), pair.sign);
    z[other][pair[other]] = clampLatent(aligned, state.picked[other].z[pair[other]]);
  }

  function show(answer) {
    pictures.drop();
    Object.assign(state, {picked: answer, z: {left: [...answer.left.z], right: [...answer.right.z]}, moved: null});
    emit('picked', answer);
    emit('z', {z: state.z, moved: null});
    emit('pictures', answer);
    emit('traversing');
    afterPaint(() => state.picked === answer && traverse()); // the pictures first
  }

  function traverse() {
    rest.still();
    emit('traversing');
    grids.push([state.z, state.rows]);
  }

  /** Have the rows been decoded in the page? That of the pair that moved last comes first. */
  function walked(z, pairs) {
    const {couple, moved} = state;
    const order = pairs.includes(moved) ? [moved, ...pairs.filter(number => number !== moved)] : pairs;
    const strip = (number, side) => {
      const dim = couple.pairs[number][side];
      const codes = value => z[side].map((own, other) => (other === dim ? value : own));
      return dim === null ? [] : [{number, side, zs: couple[side].quantiles[dim].map(codes)}];
    };
    const strips = order.flatMap(number => SIDES.flatMap(side => strip(number, side)));
    return decoding.strips(couple, strips, strip => emit('strip', strip), () => state.couple !== couple || state.z !== z);
  }

  function pick(index, then = null) {
    emit('picking');
    picks.push({index, then});
  }

  function move(z, moved) {
    if (!state.picked) return; // the image of these models is still on its way
    picks.drop();
    Object.assign(state, {z, moved});
    emit('z', {z, moved});
    emit('decoding');
    pictures.push(z);
    emit('traversing');
    rest.stir();
  }

  /** The side whose latent a pair's slider shows: the right one, if the pair has it. */
  const lead = pair => (pair.right === null ? 'left' : 'right');

  return {
    state,
    get index() {
      return index;
    },
    on,
    call,
    fail,
    lead,
    /** image and carried ({model, z}) come from another tab; `arrive` is called when the image is there. */
    open(left, right, image, carried, arrive) {
      state.chosen = {left, right};
      opens.push({left, right, image, carried, arrive});
    },
    /** Show two models and one of their images again, as far as they are not on the screen; then what else is to be done. */
    return(left, right, image, arrive) {
      const {couple, picked} = state;
      if (couple?.left.name !== left || couple.right.name !== right) this.open(left, right, image, null, arrive);
      else if (image !== undefined && image !== picked?.index && index.includes(image)) pick(image, arrive);
      else if (picked) arrive();
    },
    pick,
    random: () => state.couple && pick(another(index, state.picked?.index)),
    /** Move a matched pair: its lead to `value`, the other to the same share of its codes. */
    setPair(number, value) {
      if (!state.picked) return;
      const pair = state.couple.pairs[number];
      const side = lead(pair);
      const z = {left: [...state.z.left], right: [...state.z.right]};
      z[side][pair[side]] = value;
      follow(z, pair, side);
      move(z, number);
    },
    /** Move every latent of both sides; `number` is the pair that has moved last, or null. */
    setBoth(z, number) {
      const within = side => z[side].map((value, dim) => clampLatent(value, state.picked[side].z[dim]));
      move({left: within('left'), right: within('right')}, number);
    },
    /** Put one pair back to the picked image. */
    resetPair(number) {
      if (!state.picked) return;
      const pair = state.couple.pairs[number];
      const z = {left: [...state.z.left], right: [...state.z.right]};
      for (const side of SIDES) if (pair[side] !== null) z[side][pair[side]] = state.picked[side].z[pair[side]];
      move(z, number);
    },
    reset: () => state.picked && show(state.picked),
    setRows(rows) {
      state.rows = rows;
      if (state.picked) traverse();
    },
    spilled: answer => emit('spills', answer),
    hover: row => emit('hover', row),
    select: rows => emit('select', rows),
    busy: () => pictures.busy() || picks.busy(),
    traversing: () => picks.busy() || grids.busy() || rest.busy(),
  };
}
