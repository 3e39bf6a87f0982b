// The traversal grid: a row per latent, nine steps, all else held where z stands or at the
// picked image. Every cell is a button.

import {blobAddress, nearest} from '../kit/js/arrays.js';
import {MOST_ROWS} from '../kit/js/constants.js';
import {make, options, ready} from '../kit/js/dom.js';
import {namedAll, number, t} from '../kit/js/strings.js';

export function mountTraversal(element, explorer) {
  const grid = element.querySelector('.lse-grid');
  const range = element.querySelector('#traversal-range');
  const around = element.querySelector('#traversal-around');
  let shown = null;
  let address = ''; // of the sheet on the screen: as a data URI in the style it would cost its length for every cell
  let turn = 0; // counts sheets: one that is decoded after a newer has come is dropped
  let waiting = false; // for a request that is about to leave, or for the sheet to be decoded
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
    const picture = new Image();
    picture.src = blobAddress(answer.sheet);
    try {
      await picture.decode();
    } catch (error) {
      URL.revokeObjectURL(picture.src);
      if (mine !== turn) return;
      waiting = false;
      explorer.fail(error);
      return check();
    }
    if (mine !== turn) return URL.revokeObjectURL(picture.src);
    URL.revokeObjectURL(address);
    address = picture.src;
    shown = answer;
    draw(answer);
    frame(explorer.state.z);
    waiting = false;
    check();
  });
  explorer.on('untraversed', () => {
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

  function draw({dims, values}) {
    const model = explorer.state.model;
    const steps = values[0].length;
    const rows = dims.map((dim, r) => {
      const follows = model.follows[dim];
      const name = make('span', {className: 'lse-name'}, make('b', {textContent: `z${dim}`}));
      if (follows) name.append(make('span', {textContent: namedAll(follows.factors)}));
      const cells = values[r].map((value, step) => {
        const label = t('traversal.cell', {dim, value: number(value, 2)});
        const cell = make('button', {type: 'button', title: label, 'aria-label': label, 'data-dim': dim, 'data-step': step});
        cell.style.backgroundPosition = `${(100 * step) / (steps - 1)}% ${dims.length > 1 ? (100 * r) / (dims.length - 1) : 0}%`;
        cell.addEventListener('click', () => explorer.setDim(dim, value));
        return cell;
      });
      return make('div', {className: 'lse-steps', role: 'group', 'aria-label': name.textContent}, name, ...cells);
    });
    grid.style.setProperty('--sheet', `url("${address}")`);
    grid.style.setProperty('--size', `${100 * steps}% ${100 * dims.length}%`);
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
