// The shared image, and for either model its reconstruction, the picture of z, what changed in it, and the spill meter:
// how far each factor of the decoded picture has moved, read by a network that was trained on real images.

import {SIDES} from './comparer.js';
import {make, ready} from '../kit/js/dom.js';
import {originalOf} from '../models/original.js';
import {createPump} from '../kit/js/latest-only.js';
import {createRest} from '../kit/js/rest.js';
import {colourNamed, facts, named, number, t} from '../kit/js/strings.js';

const HEAT = [213, 94, 0]; // vermillion of Okabe and Ito
const BETWEEN = 90; // ms from one painting of the changes to the next
const GAIN = 2; // a change of half the range of grey levels is drawn in full colour

export function mountPairPictures(root, comparer) {
  const part = root.querySelector('#compare-pictures');
  const image = (side, role) => part.querySelector(`[data-side=${side}] [data-role=${role}]`);
  const meters = Object.fromEntries(SIDES.map(side => [side, part.querySelector(`[data-side=${side}] .lse-meter`)]));
  const original = part.querySelector('[data-role=original]');
  let start = {}; // of either side: the reconstruction and its reading
  let latest = null; // the pictures that came last, and those that are drawn with their change
  let painted = null;
  let heated = 0; // when that was done last
  const drawings = createPump({
    send: ({pictures}) => Promise.all(SIDES.map(async side => [await pixelsOf(pictures[side]), await pixelsOf(start[side])])),
    apply: draw,
    fail: comparer.fail,
    idle: check,
  });
  const rest = createRest(end, BETWEEN);
  for (const side of SIDES) image(side, 'z').setAttribute('aria-label', t('inspector.z_alt'));

  comparer.on('couple', couple => {
    for (const side of SIDES) drawMeter(meters[side], couple);
    part.querySelector('.lse-reader').textContent = aboutReader(couple);
  });
  comparer.on('picking', () => ready(part, false));
  comparer.on('decoding', () => {
    rest.still();
    ready(part, false);
  });
  comparer.on('picked', answer => {
    ready(part, false);
    const {couple} = comparer.state;
    original.src = answer.original;
    const kind = originalOf(couple);
    original.alt = t(`${kind}_alt`, {index: answer.index});
    original.nextElementSibling.textContent = t(kind);
    part.dataset.index = answer.index;
    part.querySelector('.lse-facts').textContent = [numbered(couple, answer), ...facts(answer.facts)].join(' · ');
    for (const side of SIDES) {
      const {image: uri, error} = answer[side];
      const picture = image(side, 'reconstruction');
      picture.src = uri;
      picture.alt = t(couple.drawn ? 'inspector.redrawn_alt' : 'inspector.reconstruction_alt', {index: answer.index});
      const caption = [t('inspector.reconstruction')];
      if (error !== null) caption.push(t('compare.error', {nats: number(error, error < 1000 ? 1 : 0)}));
      picture.nextElementSibling.textContent = caption.join(' · ');
      picture.nextElementSibling.title = t('compare.error_help');
    }
    start = answer;
    drawings.drop();
  });

  comparer.on('pictures', pictures => {
    latest = pictures;
    part.dataset.where = pictures.left.pixels ? 'page' : 'server';
    for (const side of SIDES) showMeter(meters[side], start[side].reading, pictures[side].reading, comparer);
    drawings.push({pictures});
  });
  comparer.on('settled', () => {
    if (latest?.left.pixels) rest.stir(); // the page is through before the next frame of a drag
    else end();
  });

  /** The last pictures are on the page. */
  function end() {
    if (latest && painted !== latest) drawings.push({pictures: latest, last: true});
    else check();
  }

  /** What changed is painted on both sides while a slider is dragged: not for every picture, but always for the last. */
  function draw(sides, {pictures, last}) {
    const heat = last || performance.now() - heated > BETWEEN;
    SIDES.forEach((side, i) => {
      const [now, before] = sides[i];
      put(image(side, 'z'), now);
      if (heat) paint(image(side, 'change'), before, now);
    });
    if (!heat) return;
    heated = performance.now();
    painted = pictures;
  }

  function check() {
    if (!comparer.busy() && !drawings.busy() && !rest.busy() && comparer.state.picked && painted === latest) ready(part);
  }
}

/** What the picture is called: its number, and of common draws the model from whose prior it comes. */
function numbered({drawn, draws}, {index, owner}) {
  if (draws) return t('compare.draw_of', {number: index, name: owner});
  return t(drawn ? 'inspector.draw' : 'inspector.index', {index});
}

const scratch = make('canvas').getContext('2d', {willReadFrequently: true});
const read = new WeakMap(); // picture -> promise of its pixels

/** The pixels of a picture: what the page has decoded, or a data URI. */
function pixelsOf(picture) {
  if (picture.pixels) return new ImageData(picture.pixels, picture.width);
  if (!read.has(picture)) read.set(picture, pixelsIn(picture.image));
  return read.get(picture);
}

/** Those of a data URI; of an image of its own, for one on the page may be given another address meanwhile. */
async function pixelsIn(uri) {
  const picture = new Image();
  picture.src = uri;
  await picture.decode();
  const {canvas} = scratch;
  const {naturalWidth: width, naturalHeight: height} = picture;
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, {width, height});
  scratch.drawImage(picture, 0, 0);
  return scratch.getImageData(0, 0, width, height);
}

/** Show pixels, of which there is a new picture with every frame: the canvas is kept in main memory. */
function put(canvas, pixels) {
  const {width, height} = pixels;
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, {width, height});
  canvas.getContext('2d', {willReadFrequently: true}).putImageData(pixels, 0, 0);
  return canvas;
}

/** Paint what differs between two pictures over a pale copy of the latter. */
function paint(canvas, before, after) {
  const {width, height} = after;
  const heat = new ImageData(width, height);
  let sum = 0;
  for (let at = 0; at < heat.data.length; at += 4) {
    let change = 0;
    let grey = 0;
    for (let channel = 0; channel < 3; channel++) {
      change += Math.abs(after.data[at + channel] - before.data[at + channel]) / 3;
      grey += after.data[at + channel] / 3;
    }
    sum += change;
    const share = Math.min((GAIN * change) / 255, 1);
    const pale = 190 + grey / 4;
    for (let channel = 0; channel < 3; channel++) heat.data[at + channel] = pale + share * (HEAT[channel] - pale);
    heat.data[at + 3] = 255;
  }
  put(canvas, heat).setAttribute('aria-label', t('compare.change_alt', {percent: number((100 * sum) / 255 / (width * height), 1)}));
}

/** One bar per factor; empty where no reader is at hand. */
function drawMeter(element, couple) {
  element.replaceChildren(
    ...(couple.reader ?? []).map(({name}, k) =>
      make('div', {className: 'lse-spill', 'data-factor': name, 'data-k': k}, make('span', {textContent: colourNamed(name)}), make('i', {}, make('b')), make('output', {'aria-live': 'off'}), make('small')),
    ),
  );
}

/** How far each factor has moved, as a share of its range. What lies within the reader's own error stays pale. */
function showMeter(element, before, after, comparer) {
  if (!before || !after) return;
  const {couple, moved} = comparer.state;
  const wanted = moved === null ? null : couple.pairs[moved].factor;
  for (const row of element.children) {
    const k = Number(row.dataset.k);
    const share = Math.min(1, Math.hypot(...after.at[k].map((value, i) => value - before.at[k][i])));
    const [, bar, output, values] = row.children;
    bar.firstChild.style.transform = `scaleX(${share})`;
    write(output, 'textContent', `${number(100 * share)} %`);
    write(values, 'textContent', [...new Set([before, after].map(({values}) => named(values[k])))].join(' → '));
    row.dataset.share = share.toFixed(3);
    const {name, still} = couple.reader[k];
    write(row, 'className', ['lse-spill', name === wanted ? 'lse-wanted' : '', share < still ? 'lse-still' : ''].filter(Boolean).join(' '));
  }
}

/** Set what is another than before: a text of the same words would be laid out again with every picture. */
function write(element, property, value) {
  if (element[property] !== value) element[property] = value;
}

/** What reads the pictures, and how well it does on real images that it has not seen. */
function aboutReader(couple) {
  if (!couple.reader) return t('compare.no_reader');
  const held = couple.reader.map(({name, r2, accuracy}) => (r2 === null ? t('compare.accuracy', {factor: name, percent: number(100 * accuracy, 1)}) : t('compare.r2', {factor: name, r2: number(r2, 3)})));
  return t('compare.reader', {figures: held.join(', ')});
}
