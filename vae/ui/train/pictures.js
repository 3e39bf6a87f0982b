// What the model paints: reconstructions under their originals, samples of the prior, and a row for each latent.

import {ACTIVE_NATS} from '../kit/js/constants.js';
import {make, ready} from '../kit/js/dom.js';
import {number, t} from '../kit/js/strings.js';

/** `sheets` says how many pictures lie in each: {shown, samples: [columns, rows], columns and most_rows of the traversal}. */
export function mountPictures(element, trainer, sheets) {
  const image = role => element.querySelector(`img[data-role=${role}]`);
  const [originals, reconstructions, samples, traversal] = ['originals', 'reconstructions', 'samples', 'traversal'].map(image);
  const names = element.querySelector('.lse-train-names');
  const labels = Array.from({length: sheets.most_rows}, () => make('span', {}, make('b'), make('small')));
  names.append(...labels);
  const shots = element.querySelector('#train-samples');

  /** A sheet of pictures: replaced only when it is another one, and without an empty moment in between. */
  function put(img, uri, alt) {
    if (img.src !== uri) img.src = uri;
    img.alt = alt;
    img.hidden = false;
    const word = img.nextElementSibling;
    if (word) word.hidden = true;
  }

  function clear() {
    for (const img of [originals, reconstructions, samples, traversal]) {
      img.hidden = true;
      img.removeAttribute('src');
      if (img.nextElementSibling) img.nextElementSibling.hidden = false;
    }
    for (const label of labels) label.hidden = true;
    room({shape: [1, 1, 1], shown: sheets.shown, rows: sheets.most_rows});
    ready(shots, false);
  }

  /** Keep the room of the sheets free before they come, so that nothing jumps. */
  function room({shape: [, height, width], shown, rows}) {
    for (const img of [originals, reconstructions]) img.parentElement.style.setProperty('--ratio', (shown * width) / height);
    samples.parentElement.style.aspectRatio = `${sheets.samples[0] * width} / ${sheets.samples[1] * height}`;
    traversal.parentElement.style.aspectRatio = `${sheets.columns * width} / ${rows * height}`;
    names.style.gridTemplateRows = `repeat(${rows}, minmax(0, 1fr))`;
  }

  trainer.on('run', clear);
  trainer.on('scene', scene => {
    room({...scene, rows: Math.min(sheets.most_rows, scene.dims)});
    put(originals, scene.originals, t('train.originals_alt', {n: scene.shown}));
  });
  trainer.on('look', ({look}) => {
    const {scene} = trainer.state;
    if (!scene) return; // its sizes are on their way
    const step = number(look.step);
    put(reconstructions, look.reconstructions, t('train.reconstructions_alt', {n: scene.shown, step}));
    put(samples, look.samples, t('train.samples_alt', {step}));
    const {uri, columns, dims, kl} = look.traversal;
    room({...scene, rows: dims.length});
    put(traversal, uri, t('train.traversal_alt', {columns, step}));
    labels.forEach((label, row) => {
      label.hidden = row >= dims.length;
      if (label.hidden) return;
      const [name, nats] = label.children;
      write(name, t('train.latent', {dim: dims[row]}));
      write(nats, t('train.latent_nats', {nats: number(kl[row], 1)}));
      label.classList.toggle('lse-train-asleep', kl[row] < ACTIVE_NATS);
    });
    ready(shots);
  });
  for (const img of [originals, reconstructions, samples, traversal]) img.decoding = 'sync';
  clear();
}

function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
