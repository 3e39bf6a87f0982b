// Compare and its links: how the tab describes itself, and how it becomes what a link describes.

import {brief, complete, withoutLatents} from '../kit/js/address.js';
import {SIDES} from './comparer.js';
import {complain, describe, moved} from '../kit/js/link.js';

/** Keep the address beside what the tab shows, and the tab beside where somebody goes back to. */
export function describeCompare(element, comparer, view) {
  describe('compare', element, () => {
    const {couple, picked, z, moved: pair} = comparer.state;
    if (!couple) return null;
    const hashes = SIDES.map(side => [`codes-${side}`, couple[side].code_hash]);
    const names = {left: couple.left.name, right: couple.right.name, ...Object.fromEntries(hashes), ...view.get()};
    if (!picked) return names;
    const codes = SIDES.map(side => [`z-${side}`, brief(z[side], picked[side].z)]);
    return {...names, image: picked.index, ...Object.fromEntries(codes), pair: pair ?? undefined};
  }, follow);
  comparer.on('z', moved);

  let arrived = () => {};
  for (const event of ['refused', 'error']) comparer.on(event, () => arrived()); // as far as it went

  function follow(state, there) {
    arrived = () => {
      arrived = () => {};
      there();
    };
    comparer.return(state.left, state.right, state.image, () => {
      view.set(state);
      moveBack(state);
      arrived();
    });
  }

  function moveBack(state) {
    const {picked, z} = comparer.state;
    const before = Object.fromEntries(SIDES.map(side => [side, complete(state[`z-${side}`] ?? {}, picked[side].z) ?? z[side]]));
    if (SIDES.some(side => before[side].some((value, dim) => value !== z[side][dim]))) comparer.setBoth(before, state.pair ?? null);
  }
}

/**
 * Open what a link asks for.
 *
 * @param known (name) -> is there such a model?
 * @param partners model -> the pair that it is shown in
 * @param first the pair that the tab opens with
 */
export function followLink(comparer, view, {known, partners, first}, link) {
  const bad = SIDES.filter(side => link[side] !== undefined && !known(link[side]));
  const named = SIDES.filter(side => link[side] !== undefined && !bad.includes(side));
  const usual = partners[link[named[0]]] ?? (named.length ? [link[named[0]], link[named[0]]] : first);
  const pair = SIDES.map((side, i) => (named.includes(side) ? link[side] : usual[i]));
  let stands = bad.length ? {} : link; // an image and z of other models mean nothing here
  let renewed = []; // titles of those that the link was not made for
  let open = true; // until these two are shown, or others

  comparer.on('couple', couple => {
    open &&= SIDES.every((side, i) => couple[side].name === pair[i]);
    if (!open) return;
    const others = SIDES.filter(side => (stands[`codes-${side}`] ?? couple[side].code_hash) !== couple[side].code_hash);
    renewed = others.map(side => couple[side].title);
    if (renewed.length) stands = withoutLatents(stands);
    bad.push(...view.set(stands));
  });
  comparer.on('refused', () => {
    if (!open || comparer.state.couple) return;
    open = false;
    complain(named);
    comparer.open(...first);
  });
  complain(bad);
  comparer.open(...pair, stands.image, null, () => {
    open = false;
    const {picked} = comparer.state;
    if (stands.image !== undefined && stands.image !== picked.index) bad.push('image');
    move(picked);
    complain(bad, renewed);
  });

  function move(picked) {
    const asked = SIDES.filter(side => stands[`z-${side}`] !== undefined);
    const z = Object.fromEntries(SIDES.map(side => [side, complete(stands[`z-${side}`] ?? {}, picked[side].z)]));
    const {pair: row} = stands;
    const fits = row === undefined || row < comparer.state.couple.pairs.length;
    if (!fits) bad.push('pair');
    for (const side of SIDES) z[side] ??= [...picked[side].z];
    if (asked.length || row !== undefined) comparer.setBoth(z, fits ? row ?? null : null);
    for (const side of asked) {
      const wanted = complete(stands[`z-${side}`], picked[side].z);
      if (!wanted || wanted.some((value, dim) => value !== comparer.state.z[side][dim])) bad.push(`z-${side}`);
    }
  }
}
