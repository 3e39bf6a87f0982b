// What the server would answer, from what an exported page brings along and from the decoder that it runs.

import {float32, int32} from '../kit/js/arrays.js';
import {Unavailable} from '../kit/js/networks.js';
import {between} from '../explore/codes.js';

const DIGITS = 1e4; // of a traversal's values, as the server rounds them

/**
 * The functions by which Explore asks, each a promise of {ok} or of {error, key, values}.
 *
 * @param models [{overview, mu, maps, reach, columns, attributes, neighbours, sheets, lattice, information, forecast}]
 * @param decode (file, [z, …], reader's file or null) -> promise of {pixels, width, height, readings}
 * @param drawn ({pixels, width, height}, columns) -> data URI of the pictures, so many in a row
 * @param cut (model, row) -> promise of the data URI of a thumbnail
 * @param more (name -> the model of that name, Explore's functions) -> further functions
 */
export function createAnswers(models, {decode, drawn, cut}, more = () => ({})) {
  const opened = models.map(model => unpacked(model));

  function of(name) {
    const found = opened.find(({overview}) => name === overview.handle || name === overview.name);
    if (!found) throw new Refused('error.model', {name});
    return found;
  }
  const pictures = async ({overview}, zs, columns = 1) => drawn(await decode(overview.decoder.file, zs), columns);

  const functions = {
    open_model: name => of(name).overview,
    decode: (name, z) => pictures(of(name), [z]),
    coordinates: (name, projection) => of(name).places(projection),
    colour: (name, key) => of(name).columns[key],
    thumbnails: (name, number) => of(name).sheets[number],
    lattice: (name, span) => of(name).lattices[span],
    information: name => of(name).information,
    forecast_model: name => of(name).forecast,
    async pick(name, index) {
      const model = of(name);
      const row = model.index.indexOf(index);
      if (row < 0) throw new Refused('error.index', {index});
      const z = model.code(row);
      const reconstruction = await pictures(model, [z]);
      const {missing, drawn} = model.overview;
      const original = missing && !drawn ? reconstruction : await cut(model, row);
      return {index, row, z, original, reconstruction, facts: model.facts(row)};
    },
    async traverse(name, z, dims, span) {
      const model = of(name);
      const {steps, quantiles} = model.overview;
      const values = dims.map(dim => (span === 'sigma' ? steps : quantiles[dim]).map(value => Math.round(value * DIGITS) / DIGITS));
      const rows = [];
      // A row at a time: a slider's picture waits for no more than that.
      for (const [row, dim] of dims.entries()) rows.push(await decode(model.overview.decoder.file, values[row].map(value => z.map((own, other) => (other === dim ? value : own)))));
      return {dims, range: span, values, sheet: drawn(joined(rows), steps.length)};
    },
    async place(name, projection, x, y) {
      const model = of(name);
      const found = between([x, y], model.xy(projection), model.flat, model.neighbours);
      const away = found.distances[0];
      return {
        z: found.z,
        image: await pictures(model, [found.z]),
        neighbours: found.rows.map(row => model.index[row]),
        distance: found.distance,
        far: away > model.reach[projection],
      };
    },
    own_image: () => {
      throw new Refused('page.no_encoder', {});
    },
  };

  const answer = async (act, args) => {
    try {
      return {ok: await act(...args)};
    } catch (error) {
      if (error instanceof Refused) return {error: error.message, key: error.message, values: error.values};
      if (error instanceof Unavailable) return {error: error.message, key: 'page.no_worker', values: {}};
      throw error;
    }
  };
  return Object.fromEntries(Object.entries({...functions, ...more(of, functions)}).map(([name, act]) => [name, (...args) => answer(act, args)]));
}

/** What is refused in a sentence. */
export class Refused extends Error {
  constructor(key, values) {
    super(key);
    this.values = values;
  }
}

/** A model with its arrays. */
function unpacked(model) {
  const {overview, maps, columns, attributes, lattice} = model;
  const mu = float32(model.mu);
  const index = [...int32(overview.index)];
  const {dims} = overview;
  const code = row => [...mu.subarray(row * dims, (row + 1) * dims)];
  const codes = Object.fromEntries(Object.entries(columns).filter(([, {kind}]) => kind === 'discrete').map(([key, column]) => [key, atob(column.codes)]));
  const valueOf = (key, row) => codes[key].charCodeAt(row);
  return {
    ...model,
    index,
    flat: mu,
    code,
    lattices: {prior: overview.lattice, wide: lattice},
    places: projection => maps[projection] ?? base64(index.map((_, row) => mu[row * dims + Number(projection.slice(1))])),
    xy: projection => float32(maps[projection]),
    /** What is known of an image, as the app says it. */
    facts(row) {
      const known = overview.colours.filter(key => key in codes && !attributes.includes(key)).map(key => [key, columns[key].names[valueOf(key, row)]]);
      const has = attributes.filter(key => valueOf(key, row));
      return has.length ? [...known, ['attributes', has]] : known;
    },
  };
}

function base64(values) {
  const bytes = new Uint8Array(Float32Array.from(values).buffer);
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}

function joined(rows) {
  const pixels = new Uint8ClampedArray(rows.reduce((sum, row) => sum + row.pixels.length, 0));
  let at = 0;
  for (const row of rows) {
    pixels.set(row.pixels, at);
    at += row.pixels.length;
  }
  return {...rows[0], pixels};
}
