// The state of the page as the query of its address, and back. Pure: nothing here knows of the page.
//
//   ?tab=explore&model=mnist-beta&image=123&z=3:1.5&map=pca&colour=class
//
// `z` lists every latent (0.1,-2,…) or, shorter, those that have left the image's code (3:1.5 is z3 = 1.5).

const LONGEST = 6000; // characters of one value
const DIGITS = 4; // of a latent: with three, sharp sprites differ by eight grey levels
const MOVED = 0.5 / 10 ** DIGITS; // latents that differ by less are written alike

const NUMBER = /^-?\d{1,9}(\.\d{1,12})?$/;

/** The readers of values: text -> value, or undefined for what cannot be one. */
const word = text => (/^[\w-]{1,60}$/.test(text) ? text : undefined);
const name = text => (/^[^\p{C}]{1,120}$/u.test(text) ? text : undefined);
const whole = text => (/^\d{1,9}$/.test(text) ? Number(text) : undefined);
const real = text => (NUMBER.test(text) ? Number(text) : undefined);
const one = (...words) => text => (words.includes(text) ? text : undefined);
const each = (texts, read) => {
  const values = texts.map(read);
  return values.includes(undefined) ? undefined : values;
};
const place = text => {
  const values = each(text.split(','), real);
  return values?.length === 2 ? values : undefined;
};
function latents(text) {
  const pieces = text.split(',');
  if (!text.includes(':')) return each(pieces, real);
  const pairs = each(pieces, piece => {
    const found = /^(\d{1,5}):(.+)$/.exec(piece);
    const value = found ? real(found[2]) : undefined;
    return value === undefined ? undefined : [Number(found[1]), value];
  });
  return pairs && Object.fromEntries(pairs);
}

const READERS = new Map(
  Object.entries({
    tab: word,
    model: name,
    left: name,
    right: name,
    codes: word, // a hash of the model's, by which an earlier model of that name is told
    'codes-left': word,
    'codes-right': word,
    image: whole,
    z: latents,
    'z-left': latents,
    'z-right': latents,
    pair: whole, // of Compare's rows, the one that was moved last
    from: one('prior'), // where z comes from, if no person has moved it there
    at: place, // of a map, where z was decoded from
    map: word,
    x: whole,
    y: whole,
    colour: name,
    range: one('quantiles'),
    around: one('image'), // of which a traversal walks, if not of z
    step: word,
    dataset: name,
    preset: word,
    objective: word,
    beta: real,
    gamma: real,
    capacity: real,
    way: word,
    latent_dim: real,
    width: real,
    lr: real,
    batch_size: real,
    seed: real,
    budget: real,
    unit: word,
  }),
);

/**
 * What a query asks for.
 *
 * @returns {{state: object, bad: string[]}} the values by their keys, and the keys whose values cannot be understood;
 *   keys that are not the page's are passed over
 */
export function parse(search) {
  const state = {};
  const bad = new Set();
  for (const [key, text] of new URLSearchParams(search)) {
    if (!READERS.has(key) || key in state) continue;
    const value = text.length > LONGEST ? undefined : READERS.get(key)(text);
    if (value === undefined) bad.add(key);
    else state[key] = value;
  }
  return {state, bad: [...bad]};
}

const digits = (value, count = DIGITS) => value.toFixed(count).replace(/\.?0+$/, '').replace(/^-0$/, '0');

function written(key, value) {
  if (Array.isArray(value)) return value.map(entry => digits(entry)).join(',');
  if (typeof value === 'object') return Object.entries(value).map(([dim, entry]) => `${dim}:${digits(entry)}`).join(',');
  return typeof value === 'number' ? digits(value, 9) : value;
}

/** As short as a query allows: commas and colons stay as they are. */
const encoded = text => encodeURIComponent(text).replaceAll('%2C', ',').replaceAll('%3A', ':').replaceAll('%20', '+');

/**
 * The query that stands for a state; what is undefined, null or no number is left out.
 *
 * @param search the present query, whose other parameters (lang, still, …) are kept as they are
 * @param gone keys of other parameters that are not kept
 * @returns '?…', or '' for nothing
 */
export function format(state, search = '', gone = []) {
  const others = search.replace(/^\?/, '').split('&').filter(piece => {
    const [key] = new URLSearchParams(piece).keys();
    return key !== undefined && !READERS.has(key) && !gone.includes(key);
  });
  const known = [...READERS.keys()].filter(key => (state[key] ?? null) !== null && !Number.isNaN(state[key]));
  const query = [...others, ...known.map(key => `${key}=${encoded(written(key, state[key]))}`)].join('&');
  return query && `?${query}`;
}

/** The same query with one parameter of the page itself, or without it for null. */
export function withParameter(search, key, value) {
  const others = search.replace(/^\?/, '').split('&').filter(piece => piece && piece.split('=')[0] !== key);
  const query = [...others, ...(value === null ? [] : [`${key}=${encoded(String(value))}`])].join('&');
  return query && `?${query}`;
}

const PLACES = ['model', 'left', 'right', 'image']; // what a person goes to, and back from

/** Is `now` another place than `before`, or the same one with something moved in it? What is only drawn later moves. */
export const isElsewhere = (before, now) => before.tab !== now.tab || PLACES.some(key => before[key] !== undefined && before[key] !== now[key]);

const OF_LATENTS = ['z', 'z-left', 'z-right', 'pair', 'from', 'at', 'x', 'y'];

/** What a link asks for but for all that it says of latents: they are another model's. */
export function withoutLatents(link) {
  const others = Object.entries(link).filter(([key, value]) => !OF_LATENTS.includes(key) && !(key === 'colour' && /^z\d+$/.test(value)));
  return Object.fromEntries(others);
}

/** z (D,) as it is written beside an image whose code is `base`: undefined if it is that code, and only what has moved. */
export function brief(z, base) {
  const moved = z.map((_, dim) => dim).filter(dim => !(Math.abs(z[dim] - base[dim]) < MOVED));
  if (!moved.length) return undefined;
  return 2 * moved.length > z.length ? [...z] : Object.fromEntries(moved.map(dim => [dim, z[dim]]));
}

/** The z (D,) that `brief` stands for, or undefined where it does not fit a code of D latents. */
export function complete(wanted, base) {
  const z = Array.isArray(wanted) ? [...wanted] : Object.assign([...base], wanted);
  return z.length === base.length ? z : undefined;
}
