// A decoder, layer by layer: what each makes of z, decoded in the page. Of a convolution the channels that vary most are
// drawn, and the latent is named that moves a channel most.

import {evenly, layersOf, movement, movers, probes, tint, variety} from './activations.js';
import {clampLatent} from '../kit/js/latent.js';
import {make} from '../kit/js/dom.js';
import {networks, Unavailable} from '../kit/js/networks.js';
import {imageData} from '../kit/js/picture.js';
import {visit} from '../kit/js/visit.js';
import {compact, namedAll, number, t} from '../kit/js/strings.js';

const REACH = 3; // of the sliders
const PROBED = 2; // how far down and up a latent is put to see what varies
const CHANNELS = 12; // drawn of a layer
const LAYERS = 12; // drawn of a decoder
const COLUMNS = 64; // numbers of a layer without pictures, in a line
const NUDGE = 0.25; // of a latent, to see whom it moves
const REST = 180; // ms without a move after which that is computed
const MOVES = {ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1, Home: -Infinity, End: Infinity}; // among channels
const WORDS = {
  linear: ['learn.layers_linear', 'learn.layers_linear_about'],
  conv: ['learn.layers_conv', 'learn.layers_conv_about'],
  conv_transpose: ['learn.layers_transposed', 'learn.layers_transposed_about'],
};

const size = shape => shape.reduce((product, side) => product * side, 1);
/** A shape as it is said: rows, columns and channels, or how many numbers. */
const extent = ([channels, ...sides]) => [...sides, channels].map(side => number(side)).join('×');

export function mountLayers(step, name) {
  const list = make('ol', {className: 'lse-layers', hidden: true});
  const note = make('p', {className: 'lse-note', hidden: true});
  let decoder = null; // what `open` gives
  let [z, picked, lacking, resting] = [null, null, false, 0];

  step.images(name, row => pick(row));
  step.live.append(list, note);
  const pick = step.asks(
    row => step.call('encoded', name, row),
    answer => {
      picked = answer;
      move(answer.mu);
    },
  );
  const open = step.asks(
    () => here(() => opened(step, name)),
    answer => {
      if (!answer) return;
      if (answer.large) return lack('learn.layers_large');
      decoder = draw(answer);
      if (z) move(z);
    },
  );
  const decode = step.asks(
    ({z, values}) => here(() => networks.decode(decoder.file, [z], null, values)),
    answer => {
      if (!answer) return;
      for (const row of decoder.rows) row.show(answer);
      decoder.seconds = Math.min(decoder.seconds ?? Infinity, answer.seconds);
      clearTimeout(resting);
      resting = setTimeout(() => nudge(z), REST);
    },
  );
  const nudge = step.asks(
    code => here(() => movements(decoder, code, () => code !== z)),
    moved => {
      if (!moved) return;
      for (const row of decoder.rows) row.moved?.(moved, decoder.latents);
      list.dataset.nudged = '1'; // what is said of channels is of this z
      tell();
    },
  );
  networks.onDeath(() => decoder && lack('learn.layers_no_worker'));
  open();

  /** What `act` gives, or null: nothing can be decoded here, which is said. */
  async function here(act) {
    try {
      return await act();
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
      if (networks.alive()) throw new Error(t('learn.layers_not_come'));
      lack('learn.layers_no_worker');
      return null;
    }
  }

  function lack(key) {
    if (lacking) return;
    lacking = true;
    list.hidden = note.hidden = true;
    step.lack(t(key));
  }

  function move(next) {
    z = next.map(value => clampLatent(value));
    if (!decoder || lacking) return;
    delete list.dataset.nudged;
    decoder.code.show(z);
    decode({z, values: decoder.values});
  }

  function draw(found) {
    const {layers, latents, dims, used} = found;
    const code = codeRow(latents, {dims, used}, (dim, value) => move(z.map((own, at) => (at === dim ? value : own))));
    const rows = layers.map((layer, i) => {
      const sentence = i && sentenceOf(layer) === sentenceOf(layers[i - 1]) ? t('learn.layers_again', {size: extent(layer.shape)}) : sentenceOf(layer);
      if (i === layers.length - 1) return pictureRow(layer, sentence, found.likelihood);
      return layer.shape.length === 3 ? channelsRow(layer, i, sentence, found.varied[i]) : numbersRow(layer, i, sentence, found.varied[i]);
    });
    list.replaceChildren(code.element, ...rows.map(({element}) => element));
    list.hidden = note.hidden = false;
    return {...found, code, rows, values: layers.slice(0, -1).map(({value}) => value)};
  }

  function tell() {
    const {cost, seconds, layers, between} = decoder;
    const drawn = layers.slice(0, -1);
    const parts = [t('learn.layers_all', {cost: compact(cost), ms: number(1000 * seconds, 1)})];
    if (drawn.some(({shape}) => shape.length === 3)) parts.push(t('learn.layers_note', {n: CHANNELS}));
    if (drawn.some(({ops}) => !ops.includes('relu'))) parts.push(t('learn.layers_below'));
    if (between) parts.push(t('learn.layers_between', {n: between}));
    note.textContent = parts.join(' ');
  }
  step.go(t('learn.explore'), () => picked && visit('explore', {model: name, index: picked.index, z}));
}

/** The decoder with its layers, and how much their channels vary; {large} where the page does not decode. */
async function opened(step, name) {
  const {decoder, dims, used, latents} = await step.call('decoder', name);
  if (!decoder) return {large: true};
  const network = await networks.load(decoder.file);
  const all = layersOf(network);
  const layers = evenly(all, LAYERS);
  const hidden = layers.slice(0, -1);
  const seen = hidden.map(() => []);
  const codes = probes(dims, latents.map(({dim}) => dim), PROBED);
  for (const code of codes) {
    const {values} = await networks.decode(decoder.file, [code], null, hidden.map(({value}) => value));
    values.forEach((value, i) => seen[i].push(value));
  }
  const varied = hidden.map(({shape}, i) => variety(seen[i], shape[0]));
  return {...decoder, dims, used, latents, layers, varied, likelihood: network.likelihood, between: all.length - layers.length};
}

/** How far each latent, nudged, moves each channel of each layer: [of a layer [of a latent, …], …]; null where stale. */
async function movements({file, layers, latents, values}, z, stale) {
  const made = [];
  for (const dim of [null, ...latents.map(latent => latent.dim)]) {
    if (stale()) return null;
    made.push((await networks.decode(file, [z.map((value, at) => value + (at === dim ? NUDGE : 0))], null, values)).values);
  }
  const [before, ...after] = made;
  return before.map((value, i) => after.map(each => movement(value, each[i], layers[i].shape[0])));
}

const titled = ({dim, follows}) => (follows ? `z${dim} ${namedAll(follows.factors)}` : `z${dim}`);

/** A row: its title, its size and cost, its sentence, and what is alive. */
function row(title, about, sentence, ...live) {
  const words = make('div', {className: 'lse-layer-words'}, make('b', {textContent: title}), make('small', {textContent: about}));
  if (sentence) words.append(make('p', {textContent: sentence}));
  return make('li', {className: 'lse-layer'}, words, ...live);
}

/** The sliders of z. */
function codeRow(latents, {dims, used}, moved) {
  const cells = latents.map(latent => {
    const {dim} = latent;
    const output = make('output');
    const input = make('input', {type: 'range', min: -REACH, max: REACH, step: 'any', 'aria-label': titled(latent), 'data-dim': dim});
    input.addEventListener('input', () => moved(dim, Number(input.value)));
    const words = make('span', {className: 'lse-name'}, make('b', {textContent: `z${dim}`}), latent.follows ? ` ${namedAll(latent.follows.factors)}` : '');
    return {
      element: make('label', {className: 'lse-row lse-layers-slider'}, words, output, input),
      show(z) {
        input.value = z[dim];
        output.textContent = number(z[dim], 2);
        input.setAttribute('aria-valuetext', output.textContent);
        const [low, high] = [Math.min(input.value, 0), Math.max(input.value, 0)].map(value => `${(100 * (value + REACH)) / (2 * REACH)}%`);
        input.style.setProperty('--low', low);
        input.style.setProperty('--high', high);
      },
    };
  });
  const element = row(t('learn.layers_z'), t('learn.layers_z_about', {dims, used}), '', make('div', {className: 'lse-layers-sliders'}, ...cells.map(cell => cell.element)));
  element.classList.add('lse-layers-z');
  return {element, show: z => cells.forEach(cell => cell.show(z))};
}

/** What a layer does, in a sentence. */
function sentenceOf({op, settings, from, shape}) {
  const [, about] = WORDS[op] ?? [];
  if (!about) return '';
  const [channels, ...sides] = shape;
  if (op === 'linear' && sides.length && channels > 1) {
    return t('learn.layers_linear_laid', {outputs: number(size(shape)), inputs: number(size(from)), channels: number(channels), size: sides.join('×')});
  }
  return t(about, {outputs: number(size(shape)), inputs: number(size(from)), kernel: settings.kernel?.join('×')});
}

const titleOf = ({op}) => (WORDS[op] ? t(WORDS[op][0]) : op);
const sizeOf = ({shape, cost}) => t('learn.layers_size', {size: extent(shape), cost: compact(cost)});

/** A layer of numbers that form no pictures: all of them, a cell each. */
function numbersRow(layer, index, sentence, varied) {
  const count = layer.shape[0];
  const columns = Math.min(count, COLUMNS);
  const lines = Math.ceil(count / columns);
  const most = Math.max(...varied.map(channel => channel.most));
  const canvas = make('canvas', {role: 'img', className: 'lse-layer-numbers', 'aria-label': t('learn.layers_numbers', {n: number(count)})});
  canvas.style.aspectRatio = `${columns} / ${lines}`;
  const padded = new Float32Array(columns * lines);
  const awake = make('small', {className: 'lse-layer-awake'});
  const element = row(titleOf(layer), sizeOf(layer), sentence, make('div', {className: 'lse-layer-wide'}, canvas, awake));
  const paint = painter(canvas, columns, lines);
  return {
    element,
    show({values}) {
      padded.set(values[index]);
      paint(padded, 1, 0, most);
      if (layer.ops.includes('relu')) awake.textContent = t('learn.layers_awake', {n: number(values[index].filter(value => value > 0).length), total: number(count)});
    },
  };
}

/** A layer of pictures: its most varied channels, one of them larger with the latent that moves it most. */
function channelsRow(layer, index, sentence, varied) {
  const [channels, height, width] = layer.shape;
  const drawn = varied.slice(0, CHANNELS);
  let value = null;
  let chosen = 0;
  const movedBy = drawn.map(() => '');
  const tiles = drawn.map(({channel}, i) => {
    const canvas = make('canvas');
    const button = make('button', {type: 'button', role: 'radio'}, canvas);
    button.addEventListener('pointerenter', ({pointerType}) => pointerType === 'mouse' && choose(i));
    button.addEventListener('click', () => choose(i));
    button.addEventListener('focus', () => choose(i));
    return {button, paint: painter(canvas, width, height)};
  });
  const group = make('div', {className: 'lse-layer-tiles', role: 'radiogroup', 'aria-label': t('learn.layers_channels', {n: drawn.length, total: number(channels)})}, ...tiles.map(({button}) => button));
  group.addEventListener('keydown', event => {
    const move = MOVES[event.key];
    if (!move || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    tiles[Math.min(Math.max(chosen + move, 0), drawn.length - 1)].button.focus();
  });
  const canvas = make('canvas', {role: 'img'});
  const caption = make('figcaption');
  const element = row(titleOf(layer), sizeOf(layer), sentence, group, make('figure', {className: 'lse-layer-large'}, canvas, caption));
  const paintLarge = painter(canvas, width, height);
  const paint = (to, {channel, most}) => to(value, channels, channel, most);
  const channelName = i => t('learn.layers_channel', {n: drawn[i].channel});

  function choose(i) {
    chosen = i;
    tiles.forEach(({button}, at) => {
      button.setAttribute('aria-checked', at === i);
      button.setAttribute('aria-label', [channelName(at), movedBy[at]].filter(Boolean).join(', '));
      button.tabIndex = at === i ? 0 : -1;
    });
    caption.replaceChildren(make('b', {textContent: channelName(i)}), movedBy[i]);
    canvas.setAttribute('aria-label', channelName(i));
    if (value) paint(paintLarge, drawn[i]);
  }
  choose(0);
  return {
    element,
    show({values}) {
      value = values[index];
      tiles.forEach((tile, i) => paint(tile.paint, drawn[i]));
      paint(paintLarge, drawn[chosen]);
    },
    moved(all, latents) {
      const strongest = movers(all[index]);
      drawn.forEach(({channel}, i) => {
        const mover = strongest[channel];
        movedBy[i] = mover ? t('learn.layers_mover', {latent: titled(latents[mover.place]), percent: number(100 * mover.share)}) : t('learn.layers_still');
      });
      choose(chosen);
    },
  };
}

/** The last layer: the picture itself. */
function pictureRow(layer, sentence, likelihood) {
  const [, height, width] = layer.shape;
  const canvas = make('canvas', {role: 'img', width, height, 'aria-label': t('learn.decoded'), 'data-role': 'picture'});
  canvas.style.aspectRatio = `${width} / ${height}`;
  const sentences = [sentence, t(likelihood === 'bernoulli' ? 'learn.layers_picture_bernoulli' : 'learn.layers_picture_gaussian')].join(' ');
  const element = row(titleOf(layer), sizeOf(layer), sentences, make('figure', {className: 'lse-layer-wide lse-layer-picture'}, canvas));
  return {element, show: answer => canvas.getContext('2d').putImageData(imageData(answer), 0, 0)};
}

/** A function that paints one channel of a value onto a canvas of so many pixels, see `tint`. */
function painter(canvas, width, height) {
  Object.assign(canvas, {width, height});
  const context = canvas.getContext('2d');
  const image = context.createImageData(width, height);
  return (...channel) => {
    tint(...channel, image.data);
    context.putImageData(image, 0, 0);
  };
}
