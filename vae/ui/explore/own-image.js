// A picture of the visitor's own: chosen or dropped, cropped and shrunk in the browser, so that only a few pixels leave it.

import {GROUNDS} from '../kit/js/constants.js';
import {Refusal} from '../kit/js/events.js';
import {number, t} from '../kit/js/strings.js';
import {ground} from './ground.js';

const LIMIT = 100; // MB
const KEPT = 512; // pixels of the square that is kept, to shrink it again for a model with other images
const JUDGED = 60; // pixels of the square by which its ground is chosen

/**
 * A canvas of the middle of a picture, shrunk to width × height: halved first, for one large step would skip pixels.
 * What is transparent stands on the grey `level`, or stays so.
 */
function shrunk(picture, width, height, level = null) {
  const scale = Math.min(picture.width / width, picture.height / height);
  let [w, h] = [width * scale, height * scale];
  let [left, top, from] = [(picture.width - w) / 2, (picture.height - h) / 2, picture];
  for (;;) {
    const last = w < 2 * width;
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = last ? [width, height] : [Math.round(w / 2), Math.round(h / 2)];
    const context = canvas.getContext('2d');
    if (level !== null) {
      context.fillStyle = `rgb(${level}, ${level}, ${level})`;
      context.fillRect(0, 0, canvas.width, canvas.height);
    }
    context.imageSmoothingQuality = 'high';
    context.drawImage(from, left, top, w, h, 0, 0, canvas.width, canvas.height);
    if (last) return canvas;
    [left, top, w, h, from] = [0, 0, canvas.width, canvas.height, canvas];
  }
}

/**
 * {pixels(width, height) -> their red, green and blue as base64, ground: what shows through} of a picture file; a Refusal
 * for anything else.
 */
async function read(file) {
  const refused = (key, values) => new Refusal(t(key, {name: file.name, ...values}), key);
  if (file.size > LIMIT * 1e6) throw refused('own.large', {mb: number(file.size / 1e6), limit: LIMIT});
  let picture;
  try {
    picture = await createImageBitmap(file);
  } catch {
    throw refused('own.unreadable');
  }
  const side = Math.min(picture.width, picture.height, KEPT);
  const seen = shrunk(picture, JUDGED, JUDGED).getContext('2d').getImageData(0, 0, JUDGED, JUDGED);
  const through = ground(seen.data);
  const kept = shrunk(picture, side, side, GROUNDS[through ?? 'white']);
  picture.close();
  return {
    ground: through,
    pixels(width, height) {
      const {data} = shrunk(kept, width, height).getContext('2d').getImageData(0, 0, width, height);
      let bytes = '';
      for (let i = 0; i < data.length; i += 4) bytes += String.fromCharCode(data[i], data[i + 1], data[i + 2]);
      return btoa(bytes);
    },
  };
}

/** What the server has said of it, in sentences. */
export function judged({near, distance, cost, limit, total, far, inverted, drawn}, through = null) {
  const values = {cost: number(cost, cost < 10 ? 1 : 0), limit: number(limit, limit < 10 ? 1 : 0)};
  const sentences = limit === null ? [] : [t(total ? 'own.usual_total' : 'own.usual', values)];
  if (far) sentences.unshift(t('own.far'));
  if (inverted) sentences.push(t('own.inverted'));
  if (through) sentences.push(t(`own.on_${through}`));
  return [t(drawn ? 'own.near_drawn' : 'own.near', {index: near, distance: number(distance, 1)}), sentences.join(' ')];
}

export function mountOwnImage(element, explorer) {
  const input = element.querySelector('#own-image');
  const tab = element.querySelector('.lse-explore');

  async function take(file) {
    try {
      if (file && explorer.state.model) explorer.pickOwn(await read(file));
    } catch (error) {
      explorer.fail(error);
    }
  }

  explorer.on('model', ({thumbnails: {width, height}}) => (input.parentElement.title = t('own.choose_help', {width, height})));
  input.addEventListener('change', () => {
    take(input.files[0]);
    input.value = '';
  });
  const carries = event => [...(event.dataTransfer?.types ?? [])].includes('Files');
  const over = shown => tab.classList.toggle('lse-over', shown);
  tab.addEventListener('dragover', event => {
    if (!carries(event)) return;
    event.preventDefault();
    over(true);
  });
  tab.addEventListener('dragleave', event => tab.contains(event.relatedTarget) || over(false));
  tab.addEventListener('drop', event => {
    if (!carries(event)) return;
    event.preventDefault();
    over(false);
    take(event.dataTransfer.files[0]);
  });
}
