// The plane of a model with two latents, decoded cell by cell into one picture. Hidden for any other number of latents.

import {nearest} from '../kit/js/arrays.js';
import {gone} from '../kit/js/connection.js';
import {afterPaint, make, options, ready} from '../kit/js/dom.js';
import {imageData} from '../kit/js/picture.js';
import {number, t} from '../kit/js/strings.js';

const SCROLL = 10; // pixels to the side that a finger stays within while it scrolls the page
const CHEAP = 400_000_000; // multiply-adds of a lattice that the page decodes though the server is there: half a second
const ARROWS = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]};

export function mountLattice(element, explorer) {
  const find = selector => element.querySelector(selector);
  const board = find('.lse-board');
  const range = find('#lattice-range');
  const frame = make('i', {'aria-hidden': true});
  let values = null; // of either latent, rising; null while no sheet is on the screen
  let framed = null; // column and row, counted from the top left
  let pressed = null; // the same of the cell that a pressed pointer has reached, or before that {from} of a finger

  explorer.on('model', model => {
    values = pressed = null;
    ready(element, false);
    board.replaceChildren();
    element.hidden = !model.lattice;
    board.style.aspectRatio = `${model.thumbnails.width} / ${model.thumbnails.height}`; // its room before its sheet
    range.value = 'prior';
    afterPaint(() => explorer.state.model === model && draw(model, model.lattice)); // the map first
  });
  explorer.on('z', show);

  options(range, ['prior', 'wide'].map(key => [key, t(`lattice.${key}`)]));
  range.addEventListener('change', async () => {
    const {model} = explorer.state;
    const wanted = range.value;
    ready(element, false);
    const {wide} = model.lattice;
    const ask = async () => draw(model, await explorer.call('lattice', model.handle, wanted));
    const cheap = gone() || model.decoder?.cost * wide.values.length ** 2 < CHEAP;
    try {
      if (wanted === 'prior') await draw(model, model.lattice);
      else if (cheap) await explorer.decoder.decoded(() => decode(model, wide), ask);
      else await ask();
    } catch (error) {
      if (explorer.state.model !== model || range.value !== wanted) return;
      range.value = 'prior';
      await draw(model, model.lattice);
      explorer.fail(error);
    }
  });

  const stale = (model, lattice) => explorer.state.model !== model || range.value !== lattice.range;

  async function draw(model, lattice) {
    if (!lattice) return ready(element);
    const steps = lattice.values.length;
    const sheet = make('img', {src: lattice.sheet, alt: t('lattice.alt', {steps})});
    try {
      await sheet.decode();
    } catch (error) {
      if (explorer.state.model === model) explorer.fail(error);
      return;
    }
    if (stale(model, lattice)) return;
    lay(lattice, sheet);
    ready(element);
  }

  /** Decode a lattice in the page, cell by cell from the top left. */
  async function decode(model, lattice) {
    const {values: across} = lattice;
    const steps = across.length;
    const {width, height} = model.thumbnails;
    const sheet = make('canvas', {width: width * steps, height: height * steps, role: 'img', 'aria-label': t('lattice.alt', {steps})});
    const context = sheet.getContext('2d');
    const cells = [...across].reverse().flatMap(up => across.map(value => [value, up]));
    lay(lattice, sheet);
    for await (const {first, ...pictures} of explorer.decoder.pieces(model, cells)) {
      if (stale(model, lattice)) return;
      for (let i = 0; i < pictures.pixels.length / (4 * width * height); i++) {
        const [column, row] = [(first + i) % steps, Math.floor((first + i) / steps)];
        context.putImageData(imageData(pictures, i), column * width, row * height);
      }
    }
    ready(element);
  }

  /** Put a lattice on the board. */
  function lay(lattice, sheet) {
    const steps = lattice.values.length;
    values = lattice.values;
    const percent = share => number(Math.floor(100 * share)); // of 99.7 % not all
    const ends = {low: number(values[0], 2), high: number(values[steps - 1], 2)};
    find('.lse-note').textContent = t(`lattice.about_${lattice.range}`, {...ends, prior: percent(lattice.prior), codes: percent(lattice.codes)});
    for (const end of element.querySelectorAll('.lse-low')) end.textContent = number(values[0], 2);
    for (const end of element.querySelectorAll('.lse-high')) end.textContent = number(values[steps - 1], 2);
    frame.style.width = frame.style.height = `${100 / steps}%`;
    board.replaceChildren(sheet, frame);
    show({z: explorer.state.z});
  }

  /** Say where z stands, and frame the cell that is nearest to it. */
  function show({z}) {
    if (!values) return;
    const [x, y] = z.map(value => number(value, 2));
    find('.lse-count').textContent = t('lattice.place', {x, y});
    board.setAttribute('aria-label', t('lattice.label', {x, y}));
    framed = {column: nearest(values, z[0]), row: values.length - 1 - nearest(values, z[1])};
    frame.style.left = `${(100 * framed.column) / values.length}%`;
    frame.style.top = `${(100 * framed.row) / values.length}%`;
  }

  const go = ({column, row}) => explorer.setZ([values[column], values[values.length - 1 - row]]);

  /** Go to the cell under a pressed pointer; beyond the edge, to the one next to it. */
  function follow(event) {
    if (!pressed || !values) return;
    const box = board.getBoundingClientRect();
    const cell = share => Math.min(Math.max(Math.floor(share * values.length), 0), values.length - 1);
    const [column, row] = [cell((event.clientX - box.left) / box.width), cell((event.clientY - box.top) / box.height)];
    if (column === pressed.column && row === pressed.row) return;
    pressed = {column, row};
    go(pressed);
  }

  board.addEventListener('pointerdown', event => {
    if (!event.isPrimary || event.button !== 0) return;
    pressed = event.pointerType === 'touch' ? {from: event.clientX} : {};
    if ('from' in pressed) return; // it may be about to scroll the page
    board.setPointerCapture(event.pointerId);
    follow(event);
  });
  board.addEventListener('pointermove', event => {
    if (pressed && 'from' in pressed && Math.abs(event.clientX - pressed.from) < SCROLL) return;
    follow(event);
  });
  board.addEventListener('pointerup', event => {
    follow(event);
    pressed = null;
  });
  board.addEventListener('pointercancel', () => (pressed = null));
  board.addEventListener('keydown', event => {
    const direction = ARROWS[event.key];
    if (!values || !direction || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const [column, row] = [framed.column + direction[0], framed.row + direction[1]];
    if (column in values && row in values) go({column, row});
  });
}
