// The matched latents, a row each: the traversal of the left model, the factor that joins both with one slider, and that
// of the right model. Steps stand at the same shares of either model's codes, turned round where the two run against
// each other.

import {blobAddress, nearest} from '../kit/js/arrays.js';
import {MOST_ROWS} from '../kit/js/constants.js';
import {SIDES} from './comparer.js';
import {make, ready} from '../kit/js/dom.js';
import {named, number, t} from '../kit/js/strings.js';

const STEPS = {ArrowLeft: -0.1, ArrowDown: -0.1, ArrowRight: 0.1, ArrowUp: 0.1, PageDown: -1, PageUp: 1};
const strength = value => number(value, 2).replace('0.', '.');

export function mountPairRows(element, comparer) {
  const list = element.querySelector('.lse-pairs');
  let rows = [];
  let addresses = [];
  let turn = 0;
  let waiting = false;
  let laying = 0; // strips of the page that are about to be shown

  comparer.on('couple', couple => {
    turn += 1; // sheets of the models before are not for these rows
    wait();
    rows.forEach(row => SIDES.forEach(row.clear));
    for (const side of SIDES) list.style.removeProperty(`--sheet-${side}`);
    addresses.forEach(address => URL.revokeObjectURL(address));
    addresses = [];
    const most = Math.max(...SIDES.flatMap(side => couple[side].kl), 1e-6);
    rows = couple.pairs.map((pair, number) => row(pair, number, couple, most, comparer));
    list.replaceChildren(...comparer.state.rows.map(number => rows[number].element), ...more(couple));
  });
  comparer.on('spills', ({side, dims}) => {
    const {pairs} = comparer.state.couple;
    rows.forEach((row, number) => {
      const found = dims.find(({dim}) => dim === pairs[number][side]);
      if (found) showStays(row.stays[side], found);
    });
  });
  comparer.on('picking', () => ready(element, false));
  comparer.on('traversing', wait);
  comparer.on('z', ({z}) => rows.forEach(row => row.show(z)));
  comparer.on('settled', check);
  comparer.on('untraversed', () => {
    waiting = false;
    check();
  });
  comparer.on('traversal', async answer => {
    const mine = ++turn;
    wait();
    const sheets = {};
    try {
      for (const side of SIDES) if (answer[side]) sheets[side] = await decoded(answer[side].sheet);
    } catch (error) {
      if (mine !== turn) return;
      waiting = false;
      comparer.fail(error);
      return check();
    }
    if (mine !== turn) return Object.values(sheets).forEach(address => URL.revokeObjectURL(address));
    addresses.forEach(address => URL.revokeObjectURL(address));
    addresses = Object.values(sheets);
    for (const side of SIDES) {
      const dims = answer[side]?.dims ?? [];
      list.style.setProperty(`--sheet-${side}`, sheets[side] ? `url("${sheets[side]}")` : 'none');
      for (const number of answer.pairs) rows[number].place(side, dims.indexOf(comparer.state.couple.pairs[number][side]), dims.length);
    }
    rows.forEach(row => row.show(comparer.state.z));
    waiting = false;
    check();
  });

  comparer.on('strip', async ({number, side, ...pictures}) => {
    turn += 1; // a sheet that is still being decoded is older
    laying += 1;
    try {
      await rows[number].lay(side, pictures);
    } catch (error) {
      comparer.fail(error);
    }
    laying -= 1;
    check();
  });

  function wait() {
    waiting = true;
    ready(element, false);
  }
  function check() {
    if (!waiting && !laying && !comparer.traversing() && comparer.state.picked) ready(element);
  }

  /** A word where no latent of either is in use, or the button that shows the rows beyond the first ones. */
  function more({pairs}) {
    if (!pairs.length) return [make('p', {textContent: t('traversal.asleep')})];
    if (pairs.length <= comparer.state.rows.length) return [];
    const button = make('button', {type: 'button', className: 'lse-more', textContent: t('traversal.all', {n: pairs.length})});
    button.addEventListener('click', () => {
      const all = pairs.map((_, number) => number).slice(0, MOST_ROWS);
      list.replaceChildren(...all.map(number => rows[number].element));
      comparer.setRows(all);
    });
    return [button];
  }
}

/** How much of what a latent changes stays in one factor; of a class, how far it moves. */
function showStays(element, {dim, share, spread, factor, change}) {
  const percent = value => number(100 * value);
  if (factor === null) element.textContent = t('compare.stays_none');
  else if (share === null) element.textContent = t('compare.stays_class', {percent: percent(Math.sqrt(change[0]))});
  else element.textContent = t('compare.stays', {percent: percent(share), factor});
  if (share !== null) element.title = t('compare.stays_help', {dim, factor, percent: percent(share), spread: percent(spread)});
  else if (factor !== null) element.title = t('compare.stays_class_help', {dim});
}

/** Pictures that lie one below the other, as the address of one. */
async function laid({pixels, width}) {
  const image = new ImageData(pixels, width);
  const canvas = make('canvas', {width, height: image.height});
  canvas.getContext('2d').putImageData(image, 0, 0);
  const picture = new Image();
  picture.src = URL.createObjectURL(await new Promise(done => canvas.toBlob(done)));
  await picture.decode();
  return picture.src;
}

async function decoded(uri) {
  const picture = new Image();
  picture.src = blobAddress(uri);
  await picture.decode();
  return picture.src;
}

/** The range of a slider: a tenth wider on either side than where the model's codes lie. */
function bounds(quantiles) {
  const [low, high] = [quantiles[0], quantiles.at(-1)];
  return [low - (high - low) / 10, high + (high - low) / 10];
}

function row(pair, number_, couple, most, comparer) {
  const lead = comparer.lead(pair);
  const levels = couple[lead].quantiles[pair[lead]];
  const turned = side => pair.sign < 0 && side !== lead;
  /** The step of that side's traversal which stands in a column. */
  const step = (side, column) => (turned(side) ? levels.length - 1 - column : column);
  const name = side => (pair[side] === null ? '' : `z${pair[side]}`);
  const follows = side => (pair[side] === null ? null : couple[side].follows[pair[side]]);
  const title = pair.factor !== null ? named(pair.factor) : t(pair.left === null ? 'compare.only_right' : pair.right === null ? 'compare.only_left' : 'compare.alike');
  const both = pair.left !== null && pair.right !== null;

  const cells = Object.fromEntries(SIDES.map(side => [side, pair[side] === null ? [] : levels.map((_, column) => cell(side, column))]));
  function cell(side, column) {
    const value = couple[side].quantiles[pair[side]][step(side, column)];
    const label = t('compare.cell', {model: couple[side].title, dim: pair[side], value: number(value, 2)});
    const button = make('button', {type: 'button', title: label, 'aria-label': label, 'data-dim': pair[side], 'data-step': step(side, column)});
    button.addEventListener('click', () => comparer.setPair(number_, levels[column]));
    return button;
  }
  const strip = side => {
    const empty = pair[side] === null ? [make('p', {textContent: t('compare.alone')})] : cells[side];
    strips[side] = make('div', {className: 'lse-strip', 'data-side': side, role: 'group', 'aria-label': `${couple[side].title} ${name(side)}`}, ...empty);
    return strips[side];
  };
  const strips = {};
  const own = Object.fromEntries(SIDES.map(side => [side, {turn: 0, address: ''}])); // the page's own pictures, if any

  const label = side => {
    const known = follows(side);
    const texts = [make('b', {textContent: name(side)})];
    const at = SIDES.indexOf(side);
    const value = pair.strengths[at] ?? known?.strength;
    if (pair[side] !== null && value !== undefined) texts.push(make('small', {textContent: strength(value)}));
    if (pair.ceilings[at] !== null) texts.push(make('small', {className: 'lse-ceiling', textContent: t('compare.ceiling', {ceiling: strength(pair.ceilings[at])}), title: t('compare.ceiling_help', {dim: pair[side]})}));
    return make('span', {className: 'lse-name', 'data-side': side, title: known ? t('sliders.follows_help', {dim: pair[side], factor: known.factors, strength: number(known.strength, 2)}) : ''}, ...texts);
  };
  /** The names of all that a latent carries, where that is more than the row's own factor. */
  const carries = side => {
    const known = follows(side);
    const text = known && known.factors.join() !== pair.factor ? t('compare.carries', {dim: pair[side], factors: known.factors}) : '';
    return make('small', {className: 'lse-carries', 'data-side': side, textContent: text});
  };
  const kl = side => {
    const nats = pair[side] === null ? 0 : couple[side].kl[pair[side]];
    const bar = make('i', {}, make('b'));
    bar.firstChild.style.width = `${(100 * nats) / most}%`;
    const text = pair[side] === null ? '' : number(nats, 1);
    return make('span', {className: 'lse-nat', 'data-side': side, title: pair[side] === null ? '' : t('sliders.kl_help', {kl: number(nats, 2)})}, bar, make('small', {textContent: text}));
  };
  const [low, high] = bounds(levels);
  const input = make('input', {type: 'range', min: low, max: high, step: 'any', 'data-pair': number_, 'data-dim': pair[lead], 'data-lead': lead, 'aria-label': t('compare.slider', {title, left: name('left') || '–', right: name('right') || '–'})});
  const outputs = Object.fromEntries(SIDES.map(side => [side, make('output', {'data-side': side, 'aria-live': 'off'})]));
  const heading = make('p', {className: 'lse-pair-title'}, make('strong', {textContent: title}));
  if (both && pair.factor === null) heading.append(make('small', {textContent: strength(pair.strength), title: t(couple.draws ? 'compare.exchanged_help' : 'compare.alike_help')}));
  const stays = Object.fromEntries(SIDES.map(side => [side, make('small', {className: 'lse-stays', 'data-side': side})]));
  const middle = make(
    'div',
    {className: 'lse-middle', title: t('sliders.row_help')},
    make('div', {className: 'lse-labels'}, label('left'), heading, label('right')),
    make('div', {className: 'lse-nats-both'}, kl('left'), kl('right')),
    make('div', {className: 'lse-row'}, outputs.left, input, outputs.right),
    make('div', {className: 'lse-under'}, make('span', {'data-side': 'left'}, stays.left, carries('left')), make('span', {'data-side': 'right'}, stays.right, carries('right'))),
  );
  input.addEventListener('input', () => comparer.setPair(number_, Number(input.value)));
  input.addEventListener('keydown', event => {
    const by = STEPS[event.key];
    if (!by || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const value = comparer.state.z[lead][pair[lead]] + by;
    comparer.setPair(number_, Math.min(Number(input.max), Math.max(Number(input.min), value)));
  });
  middle.addEventListener('dblclick', () => comparer.resetPair(number_));
  const element = make('div', {className: 'lse-pair', 'data-pair': number_, 'data-factor': pair.factor ?? '', 'data-left': pair.left ?? '', 'data-right': pair.right ?? ''}, strip('left'), middle, strip('right'));

  /** Take away the page's own pictures of a side, and those that are on their way. */
  function clear(side) {
    own[side].turn += 1;
    URL.revokeObjectURL(own[side].address);
    strips[side].style.removeProperty(`--sheet-${side}`);
  }

  let shown = '';
  return {
    element,
    stays,
    clear,
    /** Put the page's own pictures behind the cells of a side. */
    async lay(side, pictures) {
      const mine = (own[side].turn += 1);
      const address = await laid(pictures);
      if (mine !== own[side].turn) return URL.revokeObjectURL(address);
      clear(side);
      own[side].address = address;
      strips[side].style.setProperty(`--sheet-${side}`, `url("${address}")`);
      cells[side].forEach((button, column) => {
        button.style.backgroundPosition = `0% ${(100 * step(side, column)) / (levels.length - 1)}%`;
        button.style.backgroundSize = `100% ${100 * levels.length}%`;
      });
    },
    /** Put the sheet's row `at` of `count` behind the cells of a side. */
    place(side, at, count) {
      if (at < 0) return;
      clear(side);
      cells[side].forEach((button, column) => {
        const last = levels.length - 1;
        button.style.backgroundPosition = `${(100 * step(side, column)) / last}% ${count > 1 ? (100 * at) / (count - 1) : 0}%`;
        button.style.backgroundSize = `${100 * levels.length}% ${100 * count}%`;
      });
    },
    show(z) {
      const value = z[lead][pair[lead]];
      const stands = `${value} ${pair.left === null ? '' : z.left[pair.left]}`;
      if (stands === shown) return; // most rows stay where they are while one moves
      shown = stands;
      if (value < input.min) input.min = Math.floor(value);
      if (value > input.max) input.max = Math.ceil(value);
      if (Number(input.value) !== value) input.value = value;
      const [min, max] = [Number(input.min), Number(input.max)];
      input.style.setProperty('--at', `${(100 * (value - min)) / (max - min)}%`);
      for (const side of SIDES) if (pair[side] !== null) outputs[side].textContent = number(z[side][pair[side]], 2);
      input.setAttribute('aria-valuetext', SIDES.filter(side => pair[side] !== null).map(side => `${name(side)} ${outputs[side].textContent}`).join(', '));
      const best = nearest(levels, value);
      for (const side of SIDES) cells[side].forEach((button, column) => button.setAttribute('aria-pressed', column === best));
    },
  };
}
