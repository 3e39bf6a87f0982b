// Explore and its links: how the tab describes itself, and how it becomes what a link describes.

import {brief, complete, withoutLatents} from '../kit/js/address.js';
import {begin, complain, describe, moved} from '../kit/js/link.js';

/** Keep the address beside what the tab shows, and the tab beside where somebody goes back to. */
export function describeExplore(element, explorer, view) {
  describe('explore', element, () => {
    const {model, picked, z, source, swaying, place, range, around, own} = explorer.state;
    if (!model) return null;
    const shown = view.get();
    const stays = source === 'picked' || swaying;
    const placed = source === 'between' && element.querySelector('#map-projection').value === place.projection;
    return {
      model: model.name,
      codes: model.code_hash,
      image: own ? undefined : picked.index,
      z: placed ? undefined : own ? [...z] : stays ? undefined : brief(z, picked.z), // one's own image has no address
      from: source === 'prior' ? source : undefined,
      at: placed ? [place.x, place.y] : undefined,
      range: range === 'sigma' ? undefined : range,
      around: around === 'z' ? undefined : around,
      ...shown,
    };
  }, follow);
  explorer.on('z', moved);

  let arrived = () => {};
  for (const event of ['unopened', 'error']) explorer.on(event, () => arrived()); // as far as it went

  function follow(state, there) {
    arrived = () => {
      arrived = () => {};
      there();
    };
    explorer.return(state.model, state.image, () => {
      view.set(state);
      moveBack(state);
      arrived();
    });
  }

  function moveBack({at, z, from, map}) {
    const {picked, z: now} = explorer.state;
    if (at) return explorer.place(map ?? element.querySelector('#map-projection').value, ...at);
    const before = z === undefined ? picked.z : complete(z, picked.z);
    if (!before?.some((value, dim) => value !== now[dim])) return;
    if (z === undefined) explorer.reset();
    else explorer.setZ(before, from ?? 'moved');
  }
}

/**
 * Open what a link asks for; what it says no word about, or nothing that can be followed, stays as usual.
 *
 * @param first overview of the model that the page opens on, if there is one
 */
export function followLink(element, explorer, view, first, link) {
  const model = link.model ?? first?.name;
  const open = explorer.state;
  let told = false;
  explorer.on('unopened', () => {
    if (open.model || told) return;
    told = true;
    if (first) explorer.open(first); // what else the link says is about another model
    complain(['model']);
    begin();
  });
  explorer.openAt(model, {image: link.image, overview: model === first?.name ? first : undefined, arrive});

  function arrive() {
    const {code_hash: codes, title} = open.model;
    const renewed = link.codes !== undefined && link.codes !== codes;
    const asked = renewed ? withoutLatents(link) : link;
    const bad = view.set(asked);
    if (asked.image !== undefined && asked.image !== open.picked.index) bad.push('image');
    if (asked.range) {
      element.querySelector('#traversal-range').value = asked.range;
      explorer.setRange(asked.range);
    }
    if (asked.around) {
      element.querySelector('#traversal-around').value = asked.around;
      explorer.setAround(asked.around);
    }
    if (asked.at) goTo(asked.at, bad);
    else if (asked.z !== undefined) move(asked, bad);
    complain(bad, renewed ? [title] : []);
    begin();
  }

  function goTo([x, y], bad) {
    const projection = element.querySelector('#map-projection').value;
    if (projection === 'z') bad.push('at'); // two latents as they are: z says where
    else explorer.place(projection, x, y);
  }

  function move({z: wanted, from}, bad) {
    const z = complete(wanted, open.picked.z);
    if (z) explorer.setZ(z, from ?? 'moved');
    if (!z || z.some((value, dim) => value !== open.z[dim])) bad.push('z'); // too far out
  }
}
