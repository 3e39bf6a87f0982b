import assert from 'node:assert/strict';
import {test} from 'node:test';

import {createEvents} from '../kit/js/events.js';

globalThis.location = {search: ''};
const {followLink} = await import('./link.js');

const OFFERED = {known: () => true, partners: {}, first: ['a', 'b']};

/** A tab that opens two models of these codes, and what a link makes it do. */
function following(link, hashes) {
  const {on, emit} = createEvents();
  const did = {};
  const couple = Object.fromEntries(['left', 'right'].map((side, i) => [side, {name: link[side], title: link[side], code_hash: hashes[i]}]));
  const comparer = {
    on,
    state: {couple: {...couple, pairs: [{}]}, z: {left: [0], right: [0]}},
    open(left, right, image, carried, arrive) {
      emit('couple', couple);
      comparer.state.picked = {index: image, left: {z: [0]}, right: {z: [0]}};
      arrive();
    },
    setBoth: z => (did.z = z),
  };
  followLink(comparer, {set: asked => ((did.asked = asked), [])}, OFFERED, link);
  return did;
}

test('a link moves the latents of the models that it was made for, and no others', () => {
  const link = {left: 'a', right: 'b', 'codes-left': '01', 'codes-right': '02', image: 7, 'z-left': [1], pair: 0, colour: 'kl', x: 3};
  assert.deepEqual(following(link, ['01', '02']).z, {left: [1], right: [0]});
  const {z, asked} = following(link, ['01', 'ff']);
  assert.equal(z, undefined);
  assert.deepEqual([asked.image, asked.colour, asked.x], [7, 'kl', undefined]);
  const {'codes-left': _, 'codes-right': __, ...old} = link;
  assert.deepEqual(following(old, ['01', 'ff']).z, {left: [1], right: [0]}, 'one that says nothing of codes');
});
