// The traversal grid: a row per latent, nine steps, all else held where z stands or at the
// picked image. Every cell is a button.

import {nearest} from '../kit/js/arrays.js';
import {MOST_ROWS} from '../kit/js/constants.js';
import {make, options, ready} from '../kit/js/dom.js';
import {imageData} from '../kit/js/picture.js';
import {namedAll, number, t} from '../kit/js/strings.js';

export function mountTraversal(element, explorer) {
  const grid = element.querySelector('.lse-grid');
  const range = element.querySelector('#traversal-range');
  const around = element.querySelector('#traversal-around');
  let shown = null;
  let tiles = []; // a canvas in every cell, row by row
  let filled = 0; // cells that show what they say: fewer than there are while the page decodes them
  let turn = 0; // counts answers: a sheet that is decoded after a newer one has come is dropped
  let waiting = false; // for a request that is about to leave, for the sheet to be decoded, or for the last cell
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
    const picture = new Image();
    picture.src = answer.sheet;
    try {
      await picture.decode();
    } catch (error) {
      if (mine !== turn) return;
      waiting = false;
      explorer.fail(error);
      return check();
    }
    if (mine !== turn) return;
    draw(answer);
    const steps = answer.values[0].length;
    const [width, height] = [picture.naturalWidth / steps, picture.naturalHeight / answer.dims.length];
    tiles.forEach((tile, i) => {
      const [left, top] = [(i % steps) * width, Math.floor(i / steps) * height];
      sized(tile, width, height).drawImage(picture, left, top, width, height, 0, 0, width, height);
    });
    filled = tiles.length;
    waiting = false;
    check();
  });
  explorer.on('cells', ({first, ...pictures}) => {
    const {pixels, width, height} = pictures;
    const count = pixels.length / (4 * width * height);
    for (let i = 0; i < count; i++) sized(tiles[first + i], width, height).putImageData(imageData(pictures, i), 0, 0);
    filled = first + count;
  });
  explorer.on('walked', () => {
    waiting = false;
    check();
  });
  explorer.on('untraversed', () => {
    for (const tile of tiles.slice(filled)) tile.width = 0; // it would show another z than its row's
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
    ready(element, false);
  }
  function check() {
    if (!waiting && shown && !explorer.traversing()) ready(element);
  }

  function draw(answer) {
    const {dims, values} = answer;
    filled = 0;
    const same = shown?.model === explorer.state.model && JSON.stringify([dims, values]) === JSON.stringify([shown.dims, shown.values]);
    shown = {...answer, model: explorer.state.model};
    if (!same) build(answer); // else the cells stay, and so does who has the focus on one
    frame(explorer.state.z);
  }

  function build({dims, values}) {
    const model = explorer.state.model;
    tiles = [];
    const rows = dims.map((dim, r) => {
      const follows = model.follows[dim];
      const name = make('span', {className: 'lse-name'}, make('b', {textContent: `z${dim}`}));
      if (follows) name.append(make('span', {textContent: namedAll(follows.factors)}));
      const cells = values[r].map((value, step) => {
        const label = t('traversal.cell', {dim, value: number(value, 2)});
        const tile = make('canvas', {width: 0});
        tiles.push(tile);
        const cell = make('button', {type: 'button', title: label, 'aria-label': label, 'data-dim': dim, 'data-step': step}, tile);
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

/** The context of a canvas of that size. */
function sized(canvas, width, height) {
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, {width, height});
  return canvas.getContext('2d');
}
