// The page's logic: what is picked, where z stands, and the requests that follow. Draws nothing; parts listen to it.

import {createCodes} from './codes.js';
import {createDecoder} from './decoder.js';
import {int32} from '../kit/js/arrays.js';
import {gone} from '../kit/js/connection.js';
import {caller, createEvents} from '../kit/js/events.js';
import {afterPaint} from '../kit/js/dom.js';
import {clampLatent, normal} from '../kit/js/latent.js';
import {createPump} from '../kit/js/latest-only.js';
import {networks as networksOfPage} from '../kit/js/networks.js';
import {createRest} from '../kit/js/rest.js';

const KEPT = 32; // images that have been picked: they can be shown again without the server

/**
 * Events: model(overview), picking(), picked(answer), z({z, source}), decoding(), picture(uri or {pixels, width, height}),
 * settled(), traversing(), traversal(answer, without a sheet where cells follow), cells({first, pixels, width, height}),
 * walked(), untraversed(), rested(), place({x, y}|null), opening(name|null), unopened(), decoder({where, why}),
 * codes(), error(text).
 */
export function createExplorer(server, {networks = networksOfPage, codes = createCodes()} = {}) {
  const call = caller(server, {changed: args => state.model && args.includes(state.model.handle) && reopen()});
  const {on, emit, fail} = createEvents();

  const state = {model: null, picked: null, z: [], source: 'picked', place: null, range: 'sigma', around: 'z', dims: [], own: null};

  let index = new Int32Array(); // of the test image in each row of the map
  let stands = {}; // range, dims and centre of the traversal on the screen
  let centre = []; // around which the newest traversal was asked for
  let walking = null; // the traversal that the page is filling
  const seen = new Map(); // "handle index" -> answer, the newest at the end
  const decoder = createDecoder(networks, standing => {
    emit('decoder', standing);
    if (standing.where === 'page') fetchCodes();
  });

  const pictures = createPump({
    send: z => decoder.decoded(model => decoder.decode(model, z), model => call('decode', model.handle, z)),
    apply: picture => emit('picture', picture),
    fail,
    idle: () => emit('settled'),
  });
  const picks = createPump({
    send({index, own}) {
      const {handle, thumbnails: {width, height}} = state.model;
      return own ? call('own_image', handle, own.pixels(width, height)) : call('pick', handle, index);
    },
    apply(answer, {then, own = null}) {
      state.own = own;
      show(answer);
      then?.();
    },
    fail,
    idle: () => emit('settled'),
  });
  const rows = createPump({
    send: job => decoder.decoded(model => walk(model, job), model => call('traverse', model.handle, job.z, job.dims, job.range)),
    apply: (answer, job) => answer && showRows(answer, job),
    fail(error) {
      const {around, dims, range} = stands;
      Object.assign(state, {around, dims, range});
      centre = stands.centre;
      fail(error);
      emit('untraversed');
    },
    idle: () => emit('settled'),
  });
  const places = createPump({
    send([projection, x, y]) {
      const ask = model => call('place', model.handle, projection, x, y);
      return decoder.decoded(async model => {
        const found = codes.place(projection, x, y);
        if (found) return {...found, image: await decoder.decode(model, found.z)};
        fetchCodes();
        return ask(model);
      }, ask);
    },
    apply(answer, [projection, x, y]) {
      Object.assign(state, {z: answer.z, source: 'between', place: {projection, x, y}});
      emit('z', {z: answer.z, source: 'between', neighbours: answer.neighbours.length, distance: answer.distance, far: answer.far});
      emit('place', {x, y});
      emit('picture', answer.image);
      follow();
    },
    fail,
    idle: () => emit('settled'),
  });
  const rest = createRest(() => {
    if (state.z.every((value, dim) => value === centre[dim])) emit('rested');
    else traverse();
  });
  const opens = createPump({
    async send({name, image, overview}) {
      emit('opening', name);
      const found = overview ?? (await call('open_model', name));
      const other = image !== undefined && image !== found.picked.index && int32(found.index).includes(image);
      return {found, picked: other ? await call('pick', found.handle, image) : found.picked};
    },
    apply({found, picked}, {arrive}) {
      open(found, picked);
      arrive?.();
    },
    fail(error) {
      fail(error);
      emit('unopened');
    },
    idle: () => emit('opening', null),
  });

  /** With them the page decodes empty places too; nothing waits for that. */
  async function fetchCodes() {
    await codes.load();
    emit('codes');
  }

  /** The file of the model has changed: its map and codes would lie beside another network's pictures. */
  const reopen = () => opens.push({name: state.model.name, image: state.picked.index ?? undefined});

  /** Show an overview that is already here, on its first image or on another one. */
  function open(overview, picked = overview.picked) {
    for (const pump of [pictures, picks, rows, places]) pump.drop();
    rest.still();
    walking = null;
    const before = state.picked?.index;
    const {own} = state;
    const asked = picked !== overview.picked;
    const same = state.model && !asked && state.model.thumbnails.key === overview.thumbnails.key;
    index = int32(overview.index);
    Object.assign(state, {model: overview, range: 'sigma', dims: overview.traversal.dims, own: null});
    codes.open(overview);
    decoder.open(overview);
    emit('model', overview);
    show(picked, asked ? null : overview.traversal);
    if (own && !asked) pickOwn(own);
    else if (same && before !== overview.picked.index) pick(before); // the same image in the eyes of the other model
  }

  function show(answer, traversal = null) {
    pictures.drop();
    places.drop();
    Object.assign(state, {picked: answer, z: [...answer.z], source: 'picked'});
    remember(answer);
    emit('picked', answer);
    emit('z', {z: state.z, source: 'picked'});
    emit('place', null);
    emit('picture', answer.reconstruction);
    if (traversal) {
      centre = answer.z;
      return showRows(traversal, {z: centre, around: state.around});
    }
    emit('traversing');
    afterPaint(() => state.picked === answer && traverse()); // the picture first: nine columns cost 20 times one decode
  }

  function showRows(answer, {z, around}) {
    stands = {range: answer.range, dims: answer.dims, around, centre: z};
    emit('traversal', answer);
  }

  /** Fill the rows from the page's own decoder; a newer walk, or a hand that moves z on, ends it. */
  async function walk(model, job) {
    const {z, dims, range} = job;
    const values = dims.map(dim => (range === 'sigma' ? model.steps : model.quantiles[dim]));
    const grid = dims.flatMap((dim, row) => values[row].map(value => z.map((own, other) => (other === dim ? value : own))));
    walking = job;
    showRows({dims, range, values}, job);
    try {
      for await (const cells of decoder.pieces(model, grid)) {
        if (walking !== job) return null;
        emit('cells', cells);
      }
      emit('walked');
      return null;
    } finally {
      if (walking === job) walking = null;
    }
  }

  function remember(answer) {
    if (state.own) return;
    const name = `${state.model.handle} ${answer.index}`;
    seen.delete(name);
    seen.set(name, answer);
    if (seen.size > KEPT) seen.delete(seen.keys().next().value);
  }

  function traverse() {
    rest.still();
    walking = null;
    const {around, dims, range} = state;
    centre = [...(around === 'image' ? state.picked.z : state.z)];
    emit('traversing');
    rows.push({z: centre, dims, range, around});
  }

  /** The traversal follows z once the hand rests. */
  function follow() {
    if (state.around === 'image') return;
    emit('traversing');
    if (walking) {
      walking = null; // the picture of z comes first
      centre = []; // its rows are not all there
    }
    rest.stir();
  }

  function pick(index, then = null) {
    const before = gone() && seen.get(`${state.model.handle} ${index}`);
    emit('picking');
    if (!before) return picks.push({index, then});
    picks.drop();
    state.own = null;
    show(before);
    then?.();
  }

  /** Take a picture of the visitor's own, {pixels(width, height)}, for the image; other models are shown it too. */
  function pickOwn(own) {
    emit('picking');
    picks.push({own});
  }

  /** Take over what another tab shows: a model, a z, and its image, if this model has it too. */
  function go({model, index: image, z}) {
    const move = () => z.some((value, dim) => value !== state.z[dim]) && setZ(z);
    const arrive = () => (image === undefined ? move() : index.includes(image) && pick(image, move));
    if (state.model?.name === model) arrive();
    else opens.push({name: model, arrive});
  }

  /** Move z; `source` says what it is now: moved, prior. */
  function setZ(wanted, source = 'moved') {
    const z = wanted.map((value, dim) => clampLatent(value, state.picked.z[dim]));
    picks.drop();
    places.drop();
    Object.assign(state, {z, source});
    emit('z', {z, source});
    emit('place', null);
    emit('decoding');
    pictures.push(z);
    follow();
  }

  return {
    state,
    get index() {
      return index;
    },
    on,
    call,
    fail,
    decoder,
    /** Does the page know by itself what lies at an empty place? */
    places: codes.here,
    /** Where all images lie on a map, or their values of a latent, as far as the page knows; else null. */
    coordinates: codes.coordinates,
    open,
    openByName: name => opens.push({name}),
    /** Open a model on an image, and do then what else is wanted; `overview` is the model's, where it is here already. */
    openAt: (name, {image, overview, arrive}) => opens.push({name, image, overview, arrive}),
    /** Show a model and one of its images again, as far as they are not on the screen; then what else is to be done. */
    return(name, image, arrive) {
      if (state.model?.name !== name) opens.push({name, image, arrive});
      else if (image !== undefined && image !== state.picked.index && index.includes(image)) pick(image, arrive);
      else arrive();
    },
    pick: index => pick(index),
    pickOwn,
    go,
    setZ,
    setDim(dim, value, source = 'moved') {
      const z = [...state.z];
      z[dim] = value;
      setZ(z, source);
    },
    reset() {
      picks.drop();
      pictures.drop();
      places.drop();
      Object.assign(state, {z: [...state.picked.z], source: 'picked'});
      emit('z', {z: state.z, source: 'picked'});
      emit('place', null);
      emit('picture', state.picked.reconstruction);
      follow();
      emit('settled'); // a pick that has been dropped may never be answered
    },
    place(projection, x, y) {
      emit('decoding');
      picks.drop();
      pictures.drop();
      places.push([projection, x, y]);
    },
    randomPrior: () => setZ(Array.from({length: state.model.dims}, normal), 'prior'),
    setRange(range) {
      state.range = range;
      traverse();
    },
    /** Walk from the image's code, or from where z stands. */
    setAround(around) {
      state.around = around;
      traverse();
    },
    setRows(dims) {
      state.dims = dims;
      traverse();
    },
    busy: () => pictures.busy() || picks.busy() || places.busy(),
    traversing: () => picks.busy() || rows.busy() || rest.busy(),
  };
}
