// The Compare tab: builds its parts around one comparer, and takes images and models over from Explore and back.

import {alikeAmong, pairAfter} from './choice.js';
import {ownNumber} from './common-draws.js';
import {describeCompare, followLink} from './link.js';
import {createComparer, SIDES} from './comparer.js';
import {isSecret, linked} from '../kit/js/link.js';
import {announce, onModels, outdated} from '../models/visitor-models.js';
import {change, watch} from '../kit/js/store.js';
import {make, ready} from '../kit/js/dom.js';
import {onVisit, visit} from '../kit/js/visit.js';
import {mountPairMaps} from './maps.js';
import {mountPairPictures} from './pictures.js';
import {mountPairRows} from './rows.js';
import {mountPairTables} from './tables.js';
import {mountSaving} from '../kit/js/saving.js';
import {mountFigureOne} from './figure-one.js';
import {offer} from '../kit/js/tour-registry.js';
import {fill, named, number, t} from '../kit/js/strings.js';

export function mount({element, props, server}) {
  fill(element);
  const find = selector => element.querySelector(selector);
  const {groups, partners, first: early, shapes = {}, drawn = []} = JSON.parse(props.value);
  let first = early;
  const titles = {}; // of models that have come since; the others are called by their names
  const comparer = createComparer(server);
  const error = find('.lse-error');
  const choose = {left: find('#compare-left'), right: find('#compare-right')};

  comparer.on('error', text => {
    error.textContent = text;
    error.hidden = false;
  });
  comparer.on('pictures', () => (error.hidden = true));
  mountPairPictures(element, comparer);
  mountPairRows(find('#compare-sliders'), comparer);
  const view = mountPairMaps(element, comparer);
  mountPairTables(element, comparer);
  mountSaving(find('.lse-save'), () => (comparer.state.couple ? SIDES.map(side => comparer.state.couple[side].name) : []), comparer.fail);
  offer('comparer', comparer);
  offer('figure', mountFigureOne(find('#figure-one'), comparer));

  for (const side of SIDES) {
    choose[side].previousElementSibling.textContent = t(side === 'left' ? 'compare.left' : 'compare.right');
    choose[side].append(...listed());
    choose[side].addEventListener('change', () => chosen(side));
    const button = find(`[data-explore=${side}]`);
    button.addEventListener('click', () => {
      const {couple, picked, z} = comparer.state;
      if (picked) visit('explore', {model: couple[side].name, index: ownNumber(couple, side, picked.index), z: z[side]});
    });
  }
  find('#compare-random').addEventListener('click', comparer.random);
  find('#compare-reset').addEventListener('click', comparer.reset);

  /** What both pickers offer. */
  function listed() {
    return groups.map(({title, names}) => make('optgroup', {label: named(title)}, ...names.map(name => make('option', {value: name, textContent: titles[name] ?? name}))));
  }
  const groupOf = name => groups.find(({names}) => names.includes(name));
  /** A model of other data brings its own partner along: two kinds of images cannot be compared. */
  function chosen(side) {
    const [other] = SIDES.filter(name => name !== side);
    const [name, beside] = [choose[side].value, choose[other].value];
    const {left, right, moved} = pairAfter(side, name, beside, alikeAmong(groupOf, shapes, drawn), partners);
    notice.textContent = moved ? t('compare.other_data', {name, beside, other: side === 'left' ? right : left}) : '';
    comparer.open(left, right);
  }

  const notice = find('.lse-notice');
  const agree = () => SIDES.forEach(side => (choose[side].value = comparer.state.chosen?.[side] ?? ''));
  onModels(({name, title, group}) => {
    if (groupOf(name)) return;
    titles[name] = title;
    const known = groups.find(({title}) => title === group);
    partners[name] = [known?.names[0] ?? name, name];
    if (known) known.names.push(name);
    else groups.push({title: group, names: [name]});
    first ??= partners[name];
    for (const side of SIDES) choose[side].replaceChildren(...listed());
    agree();
  });
  comparer.on('opening', names => {
    agree();
    const opening = find('.lse-compare > .lse-opening');
    opening.hidden = names === null;
    if (names) opening.textContent = t('compare.opening', {left: names[0], right: names[1]});
  });
  comparer.on('refused', agree);
  comparer.on('couple', couple => {
    const {title} = groupOf(couple.left.name) ?? groupOf(couple.right.name) ?? {title: couple.dataset};
    for (const side of SIDES) shapes[couple[side].name] = couple[side].shape;
    drawn.push(...SIDES.filter(side => couple[side].drawn && !drawn.includes(couple[side].name)).map(side => couple[side].name));
    for (const side of SIDES) if (isSecret(couple[side].name)) announce({name: couple[side].name, title: couple[side].title, group: title});
    agree();
    for (const side of SIDES) {
      const label = t('compare.explore_help', {name: couple[side].title});
      const button = find(`[data-explore=${side}]`);
      button.title = label;
      button.setAttribute('aria-label', label);
    }
    find('.lse-sentence').textContent = said(couple.sentence);
    find('#compare-random').textContent = t(couple.drawn ? 'inspector.random_draw' : 'inspector.random_image');
    for (const side of SIDES) ready(choose[side]);
  });

  // The header speaks of Explore's model: it steps back while this tab is open.
  let shown = false;
  new ResizeObserver(() => {
    if (shown === (element.clientWidth > 0)) return;
    shown = !shown;
    change('comparing', shown);
    if (shown && !comparer.state.couple && !asked) begin();
  }).observe(element);

  let asked = false;
  function open(pair, image, carried) {
    asked = true;
    if (!pair) {
      error.textContent = t('compare.none');
      error.hidden = false;
      return;
    }
    comparer.open(...pair, image, carried);
  }
  /** The first couple: a link's, or the usual one. */
  function begin() {
    const link = linked('compare');
    asked = true;
    if (link && first) followLink(comparer, view, {known: name => isSecret(name) || Boolean(groupOf(name)), partners, first}, link);
    else open(first);
  }
  watch('renewed', () => {
    const {couple} = comparer.state;
    if (couple && SIDES.some(side => outdated(couple[side]))) comparer.open(couple.left.name, couple.right.name);
  });
  describeCompare(element, comparer, view);
  onVisit('compare', ({model, index, z}) => {
    notice.textContent = '';
    const {couple} = comparer.state;
    const names = couple ? SIDES.map(side => couple[side].name) : [];
    open(names.includes(model) ? names : partners[model] ?? first, index, {model, z});
  });
}

/** A sentence of the server: its numbers as the page writes them, and the part that names the factors. */
function said({key, values, apart}) {
  const texts = Object.entries(values).map(([name, value]) => [name, typeof value !== 'number' || Number.isInteger(value) ? value : number(value, name.includes('mig') ? 2 : 1)]);
  const known = Object.fromEntries(texts);
  if (apart) known.apart = t(apart, known);
  return t(key, known);
}
