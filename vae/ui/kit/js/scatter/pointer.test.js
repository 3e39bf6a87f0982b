import assert from 'node:assert/strict';
import {test} from 'node:test';

import {followPointer} from './pointer.js';

const AGAIN = 220; // ms within which a second click makes a double one

/** A stage of 200 × 200 pixels, what was heard of it, and click(x, y, fromX, fromY) upon it. */
function pointed(context) {
  context.mock.timers.enable({apis: ['setTimeout']});
  const stage = new EventTarget();
  Object.assign(stage, {clientLeft: 0, clientTop: 0, getBoundingClientRect: () => ({left: 0, top: 0}), closest: () => null});
  const events = [];
  const pointer = followPointer(stage, {
    find: (px, py) => (px < 50 ? px : -1),
    inside: (px, py) => px < 200 && py < 200,
    hover() {},
    card() {},
    click: (...place) => events.push(place),
    home: () => events.push('home'),
  });
  const happen = (type, clientX, clientY) => stage.dispatchEvent(Object.assign(new Event(type), {clientX, clientY, pointerType: 'mouse', buttons: 0}));
  const click = (x, y, fromX = x, fromY = y) => {
    happen('pointerdown', fromX, fromY);
    happen('click', x, y);
  };
  return {click, events, pointer, wait: milliseconds => context.mock.timers.tick(milliseconds)};
}

test('a click picks once no second one can come', context => {
  const {click, events, wait} = pointed(context);
  click(10, 20);
  wait(AGAIN - 1);
  assert.deepEqual(events, []);
  wait(1);
  assert.deepEqual(events, [[10, 10, 20]]);
});

test('two quick clicks on two places pick both, in their order', context => {
  const {click, events, wait} = pointed(context);
  click(10, 20);
  wait(AGAIN / 2);
  click(100, 20);
  assert.deepEqual(events, [[10, 10, 20]], 'the first waits no longer');
  wait(AGAIN);
  assert.deepEqual(events, [[10, 10, 20], [-1, 100, 20]]);
});

test('two quick clicks on one place are a double one, which picks nothing', context => {
  const {click, events, wait} = pointed(context);
  click(10, 20);
  wait(AGAIN / 2);
  click(12, 21);
  wait(2 * AGAIN);
  assert.deepEqual(events, ['home']);
});

test('a press that has moved, or that lies outside, is no click, and other points forget the one that waits', context => {
  const {click, events, pointer, wait} = pointed(context);
  click(30, 20, 10, 20);
  click(10, 300);
  click(10, 20);
  pointer.clear();
  wait(2 * AGAIN);
  assert.deepEqual(events, []);
});
