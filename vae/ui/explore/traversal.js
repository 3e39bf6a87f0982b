// The traversal grid: a row per latent, nine steps, all else held where z stands or at the
// picked image. Every cell is a button.

import {blobAddress, nearest} from '../kit/js/arrays.js';
import {MOST_ROWS} from '../kit/js/constants.js';
import {make, options, ready} from '../kit/js/dom.js';
import {imageData} from '../kit/js/picture.js';
import {namedAll, number, t} from '../kit/js/strings.js';

export function mountTraversal(element, explorer) {
  const grid = element.querySelector('.lse-grid');
  const range = element.querySelector('#traversal-range');
  const around = element.querySelector('#traversal-around');
  let shown = null;
  let sheets = []; // address of each row's pictures: as data URIs in the style they would cost their length for every cell
  let filled = new Set(); // rows that show what they say, not yet all while the page decodes them
  let coming = []; // promises of rows that the page has decoded
  let asked = 0; // counts what is waited for
  let turn = 0; // counts answers: a sheet that is decoded after a newer one has come is dropped
  let waiting = false; // for a request that is about to leave, for the sheet to be decoded, or for the last cell
  const strip = make('canvas'); // the row that the page decodes; one in every cell would cost each frame milliseconds
  options(range, ['sigma', 'quantiles'].map(key => [key, t(`traversal.${key}`)]));
  range.addEventListener('change', () => explorer.setRange(range.value));
  options(around, ['z', 'image'].map(key => [key, t(`traversal.around_${key}`)]));
  around.addEventListener('change', () => explorer.setAround(around.value));

  explorer.on('model', () => (range.value = 'sigma'));
  explorer.on('picking', () => ready(element, false));
  explorer.on('traversing', wait);
  explorer.on('traversal', async answer => {
    const mine = ++turn;
    wait();
    if (answer.sheet === undefined) return draw(answer);
    try {
      const address = await decoded(answer.sheet);
      if (mine !== turn) return URL.revokeObjectURL(address);
      draw(answer);
      answer.dims.forEach((_, r) => hang(r, address, answer.dims.length, r));
    } catch (error) {
      if (mine !== turn) return;
      explorer.fail(error);
    }
    waiting = false;
    check();
  });
  explorer.on('cells', ({first, ...pictures}) => {
    const {pixels, width, height} = pictures;
    const steps = shown.values[0].length;
    if (strip.width !== width * steps || strip.height !== height) Object.assign(strip, {width: width * steps, height});
    const paper = strip.getContext('2d', {willReadFrequently: true});
    for (let i = 0; i < pixels.length / (4 * width * height); i++) {
      const [r, step] = [Math.floor((first + i) / steps), (first + i) % steps];
      paper.putImageData(imageData(pictures, i), step * width, 0);
      if (step === steps - 1) coming.push(fill(r, strip.toDataURL(), turn));
    }
  });
  explorer.on('walked', async () => {
    const mine = asked;
    await Promise.all(coming);
    if (mine !== asked) return;
    waiting = false;
    check();
  });
  explorer.on('untraversed', () => {
    sheets.forEach((_, r) => filled.has(r) || grid.children[r].style.setProperty('--sheet', 'none')); // it shows another z
    range.value = explorer.state.range;
    around.value = explorer.state.around;
    waiting = false;
  });
  explorer.on('rested', () => {
    waiting = false;
    check();
  });
  explorer.on('settled', check);
  explorer.on('z', ({z}) => frame(z));

  function wait() {
    waiting = true;
    asked += 1;
    ready(element, false);
  }
  function check() {
    if (!waiting && shown && !explorer.traversing()) ready(element);
  }

  function draw(answer) {
    const {dims, values} = answer;
    filled = new Set();
    coming = [];
    const same = shown?.model === explorer.state.model && JSON.stringify([dims, values]) === JSON.stringify([shown.dims, shown.values]);
    shown = {...answer, model: explorer.state.model};
    if (!same) build(answer); // else the cells stay, and so does who has the focus on one
    frame(explorer.state.z);
  }

  /** Show a row's pictures, which lie in row `row` of the `rows` of a sheet. */
  function hang(r, address, rows = 1, row = 0) {
    const before = sheets[r];
    sheets[r] = address;
    if (before && !sheets.includes(before)) URL.revokeObjectURL(before);
    const {style} = grid.children[r];
    style.setProperty('--sheet', `url("${address}")`);
    style.setProperty('--size', `${100 * shown.values[0].length}% ${100 * rows}%`);
    style.setProperty('--row', `${rows > 1 ? (100 * row) / (rows - 1) : 0}%`);
    filled.add(r);
  }

  async function fill(r, uri, mine) {
    try {
      const address = await decoded(uri);
      if (mine === turn) hang(r, address);
      else URL.revokeObjectURL(address);
    } catch (error) {
      if (mine === turn) explorer.fail(error);
    }
  }

  function build({dims, values}) {
    const model = explorer.state.model;
    const steps = values[0].length;
    for (const address of new Set(sheets)) URL.revokeObjectURL(address);
    sheets = [];
    const rows = dims.map((dim, r) => {
      const follows = model.follows[dim];
      const name = make('span', {className: 'lse-name'}, make('b', {textContent: `z${dim}`}));
      if (follows) name.append(make('span', {textContent: namedAll(follows.factors)}));
      const cells = values[r].map((value, step) => {
        const label = t('traversal.cell', {dim, value: number(value, 2)});
        const cell = make('button', {type: 'button', title: label, 'aria-label': label, 'data-dim': dim, 'data-step': step});
        cell.style.backgroundPosition = `${(100 * step) / (steps - 1)}% var(--row)`;
        cell.addEventListener('click', () => explorer.setDim(dim, value));
        return cell;
      });
      return make('div', {className: 'lse-steps', role: 'group', 'aria-label': name.textContent}, name, ...cells);
    });
    grid.replaceChildren(...rows, ...more(model));
  }

  /** The button that shows or hides the rows beyond the first ones, and a word where no latent is in use. */
  function more(model) {
    const awake = model.kl.map((_, dim) => dim).filter(dim => model.kl[dim] >= model.active).sort((a, b) => model.kl[b] - model.kl[a]);
    if (!awake.length) return [make('p', {textContent: t('traversal.asleep')})];
    if (awake.length <= model.rows) return [];
    const all = explorer.state.dims.length > model.rows;
    const button = make('button', {type: 'button', className: 'lse-more', textContent: all ? t('traversal.few') : t('traversal.all', {n: awake.length})});
    button.addEventListener('click', () => explorer.setRows(all ? awake.slice(0, model.rows) : awake.slice(0, MOST_ROWS)));
    return [button];
  }

  /** Frame in each row the step that is nearest to the present z. */
  function frame(z) {
    if (!shown) return;
    shown.dims.forEach((dim, r) => {
      const best = nearest(shown.values[r], z[dim]);
      const cells = grid.children[r]?.querySelectorAll('button') ?? [];
      cells.forEach((cell, step) => cell.setAttribute('aria-pressed', step === best));
    });
  }
}

/** The address of a picture that the browser has decoded already, so that it does not flicker where it is hung. */
async function decoded(uri) {
  const picture = new Image();
  picture.src = blobAddress(uri);
  try {
    await picture.decode();
  } catch (error) {
    URL.revokeObjectURL(picture.src);
    throw error;
  }
  return picture.src;
}
