// Explore and its links: how the tab describes itself, and how it becomes what a link describes.

import {brief, complete} from '../kit/js/address.js';
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
    const bad = view.set(link);
    if (link.image !== undefined && link.image !== open.picked.index) bad.push('image');
    if (link.range) {
      element.querySelector('#traversal-range').value = link.range;
      explorer.setRange(link.range);
    }
    if (link.around) {
      element.querySelector('#traversal-around').value = link.around;
      explorer.setAround(link.around);
    }
    if (link.at) goTo(link.at, bad);
    else if (link.z !== undefined) move(link.z, bad);
    complain(bad);
    begin();
  }

  function goTo([x, y], bad) {
    const projection = element.querySelector('#map-projection').value;
    if (projection === 'z') bad.push('at'); // two latents as they are: z says where
    else explorer.place(projection, x, y);
  }

  function move(wanted, bad) {
    const z = complete(wanted, open.picked.z);
    if (z) explorer.setZ(z, link.from ?? 'moved');
    if (!z || z.some((value, dim) => value !== open.z[dim])) bad.push('z'); // too far out
  }
}
