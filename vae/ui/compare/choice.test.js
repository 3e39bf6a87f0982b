import assert from 'node:assert/strict';
import {test} from 'node:test';

import {alikeAmong, pairAfter} from './choice.js';

const DATA = {'mnist-vae': 'mnist', 'mnist-2d': 'mnist', 'mnist-beta': 'mnist', room: 'room', alone: 'alone'};
const PARTNERS = {
  'mnist-vae': ['mnist-vae', 'mnist-beta'],
  'mnist-2d': ['mnist-vae', 'mnist-2d'],
  'mnist-beta': ['mnist-vae', 'mnist-beta'],
  room: ['room', 'room'],
  alone: ['alone', 'alone'],
};
const alike = (a, b) => DATA[a] === DATA[b];

test('the side that was set shows what it was set to, whatever stands on the other', () => {
  for (const side of ['left', 'right']) {
    for (const name of Object.keys(DATA)) {
      for (const beside of ['', ...Object.keys(DATA)]) {
        const pair = pairAfter(side, name, beside, alike, PARTNERS);
        const other = pair[side === 'left' ? 'right' : 'left'];
        assert.equal(pair[side], name);
        assert(alike(name, other));
        if (beside && alike(name, beside)) assert.equal(other, beside);
        else assert(PARTNERS[name].includes(other));
        assert.equal(pair.moved, beside !== '' && !alike(name, beside));
      }
    }
  }
});

test('a model of other data brings its usual partner to the other side', () => {
  assert.deepEqual(pairAfter('left', 'mnist-2d', 'room', alike, PARTNERS), {left: 'mnist-2d', right: 'mnist-vae', moved: true});
  assert.deepEqual(pairAfter('right', 'mnist-vae', 'room', alike, PARTNERS), {left: 'mnist-beta', right: 'mnist-vae', moved: true});
  assert.deepEqual(pairAfter('right', 'alone', 'room', alike, PARTNERS), {left: 'alone', right: 'alone', moved: true});
});

test('models that came without images stand beside any of their shape, others beside their own data', () => {
  const shapes = {faces: [3, 64, 64], chairs: [1, 64, 64], room: [3, 64, 64], sprites: [3, 64, 64]};
  const alike = alikeAmong(name => (name === 'room' || name === 'sprites' ? name : 'drawn'), shapes, ['faces', 'chairs']);
  assert.deepEqual([alike('faces', 'room'), alike('room', 'faces'), alike('faces', 'faces')], [true, true, true]);
  assert.deepEqual([alike('faces', 'chairs'), alike('room', 'sprites')], [false, false]);
  assert(alike('faces', 'sent a moment ago'));
});
