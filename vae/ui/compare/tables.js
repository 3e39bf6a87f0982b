// What is known of the two models in figures: latents against factors, every score with its marks, rate and distortion.

import {SIDES} from './comparer.js';
import {afterPaint, make, ready} from '../kit/js/dom.js';
import {createFigure} from '../kit/js/figure.js';
import {ask, askAbout, TERMS} from '../kit/js/glossary.js';
import {number, t} from '../kit/js/strings.js';

export function mountPairTables(root, comparer) {
  const table = root.querySelector('#compare-table');
  const rates = root.querySelector('#compare-rates');
  const information = root.querySelector('.lse-informations');
  const meter = root.querySelector('.lse-spills');
  const stays = meter.querySelector('p');
  const heats = Object.fromEntries(SIDES.map(side => [side, createFigure(information.querySelector(`[data-side=${side}] .lse-heat`))]));
  const plane = createFigure(rates.querySelector('.lse-plane-rates'));
  const others = rates.querySelector('[data-role=others]');

  comparer.on('couple', couple => {
    for (const part of [table, rates]) part.classList.toggle('lse-imageless', couple.drawn);
    if (couple.drawn) table.querySelector('.lse-scroll').replaceChildren(make('p', {className: 'lse-note', textContent: t('compare.no_figures')}));
    else drawTable(table.querySelector('.lse-scroll'), couple);
    ready(table);
    for (const part of [information, rates]) ready(part, false);
    afterPaint(() => {
      if (comparer.state.couple !== couple) return;
      fetchInformation(couple);
      fetchRates(couple);
    });
  });
  comparer.on('couple', couple => {
    stays.textContent = '';
    ready(meter, false);
    afterPaint(() => comparer.state.couple === couple && fetchSpills(couple));
  });

  /** The spill of either model over many images: recorded in its file, or else read now, which takes seconds. */
  async function fetchSpills(couple) {
    const current = () => comparer.state.couple === couple;
    if (!couple.reader) return ready(meter);
    const late = setTimeout(() => current() && (stays.textContent = t('compare.stays_reading')), 300);
    const found = [];
    const more = [];
    for (const side of SIDES) {
      try {
        const known = await comparer.call('spill', couple[side].handle);
        if (!current()) return clearTimeout(late);
        comparer.spilled({side, ...known});
        const title = couple[side].title;
        if (known.overall !== null) found.push(summed(title, known));
        more.push(readAgain(title, known), unexplained(title, couple[side].synthesis));
      } catch (error) {
        if (current()) comparer.fail(error);
      }
    }
    clearTimeout(late);
    if (!current()) return;
    const sentences = [found.length ? t('compare.stays_model', {found: [...new Set(found)].join(', ')}) : null, ...new Set(more)];
    stays.textContent = sentences.filter(Boolean).join(' ');
    ready(meter);
  }

  /** Latents against factors, side by side, matched latents on one line. */
  async function fetchInformation(couple) {
    try {
      const figures = await comparer.call('information_pair', couple.left.handle, couple.right.handle);
      if (comparer.state.couple !== couple) return;
      information.hidden = !figures;
      if (figures) {
        for (const side of SIDES) {
          information.querySelector(`[data-side=${side}] h3`).textContent = couple[side].title;
        }
        await Promise.all(SIDES.map(side => heats[side].show(figures[side])));
      }
      if (comparer.state.couple === couple) ready(information);
    } catch (error) {
      if (comparer.state.couple === couple) comparer.fail(error);
    }
  }

  async function fetchRates(couple) {
    if (couple.drawn) {
      others.textContent = t('compare.no_figures');
      return ready(rates);
    }
    try {
      const found = await comparer.call('rates', couple.left.handle, couple.right.handle);
      if (comparer.state.couple !== couple) return;
      await plane.show(found.figure);
      if (comparer.state.couple !== couple) return;
      others.textContent = found.others.length ? t('rates.others', {names: found.others.join(', ')}) : '';
      ready(rates);
    } catch (error) {
      if (comparer.state.couple === couple) comparer.fail(error);
    }
  }
}

/** A share of few factors means little: how many of them move at all is said in the same breath. */
const summed = (name, {overall, overall_spread: spread, coverage, factors}) =>
  t('compare.stays_one', {name, percent: number(100 * overall), spread: number(100 * spread), n: Math.round(coverage * factors.length), total: factors.length});

/** What the reader makes of the model's own reconstructions, which are no real images. */
function readAgain(name, {factors}) {
  const held = factors.filter(({accuracy}) => accuracy !== null).map(({name: factor, r2, accuracy}) =>
    r2 === null ? t('compare.accuracy', {factor, percent: number(100 * accuracy, 1)}) : t('compare.r2', {factor, r2: number(r2, 3)}),
  );
  return held.length ? t('compare.read_again', {name, figures: held.join(', ')}) : null;
}

/** How far the model's reconstructions are from being any image of the data at all. */
const unexplained = (name, synthesis) => (synthesis ? t('compare.residual', {name, levels: number(synthesis.residual, 1), spread: number(synthesis.residual_spread, 1), fade: number(synthesis.fade, 1)}) : null);

/** A figure, its spread over three seeds of the measure and its range over those of the training, where it has any. */
function figure(unit, value, spread, total, seeds) {
  if (value === null) return make('td', {className: 'lse-undefined', textContent: t('compare.undefined')});
  if (unit === 'latents') return make('td', {textContent: t('header.of', {n: value, total})});
  const digits = unit === 'nats' ? 1 : 2;
  const cell = make('td', {textContent: number(value, digits)});
  if (spread) cell.append(make('small', {title: t('compare.spread_help'), textContent: ` ± ${number(spread, 3)}`}));
  if (seeds) cell.append(make('small', {className: 'lse-seeds', title: t('compare.seeds_help'), textContent: ` ${t('compare.seeds', {low: number(seeds[0], digits), high: number(seeds[1], digits)})}`}));
  return cell;
}

const PLAIN = {above_floor: 'floor', neg_elbo: 'elbo', mig_sampled: 'mig', mig_in_use: 'mig'}; // terms of another name

/** The "?" of a score: its term, if it has one, and what exactly is measured. */
function explained(key) {
  const term = PLAIN[key] ?? key;
  const help = t(`compare.${key}_help`);
  return TERMS.some(({key: one}) => one === term) ? ask(term, help) : askAbout(t(`compare.${key}`), help);
}

/** Of each model whose decoder was fitted anew, once: by how much. */
export const refits = ({left, right}) =>
  (left.title === right.title ? [left] : [left, right]).filter(({refit}) => refit).map(({title, refit: {steps, distortion, psnr}}) => {
    const [before, after] = distortion.map(nats => number(nats, 1));
    const [blurred, sharp] = psnr.map(decibels => number(decibels, 1));
    return t('compare.refit', {name: title, steps: number(Number(steps)), before, after, blurred, sharp});
  });

function drawTable(element, couple) {
  const heads = [couple.left.title, couple.right.title, ...couple.marks.map(mark => t(`compare.${mark}`))];
  const head = heads.map((text, i) => make('th', {scope: 'col', textContent: text, title: i > 1 ? t(`compare.${couple.marks[i - 2]}_help`) : ''}));
  const rows = couple.table.map(({key, unit, left, right, spread, seeds, beside}) => {
    const name = make('th', {scope: 'row', title: t(`compare.${key}_help`)}, t(`compare.${key}`), ' ', explained(key));
    const cells = [figure(unit, left, spread[0], couple.left.dims, seeds[0]), figure(unit, right, spread[1], couple.right.dims, seeds[1])];
    const marks = couple.marks.map(mark => make('td', {className: 'lse-mark', textContent: beside?.[mark] == null ? '' : number(beside[mark], 2)}));
    return make('tr', {'data-key': key}, name, ...cells, ...marks);
  });
  const notes = refits(couple).map(textContent => make('p', {className: 'lse-refit', textContent}));
  element.replaceChildren(make('table', {}, make('thead', {}, make('tr', {}, make('td'), ...head)), make('tbody', {}, ...rows)), ...notes);
}
