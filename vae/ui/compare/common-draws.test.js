import assert from 'node:assert/strict';
import {test} from 'node:test';

import {commonNumber, ownNumber} from './common-draws.js';

const couple = {draws: 500, left: {drawn: true}, right: {drawn: true}};

test('a draw is found again in both counts, and belongs to one model alone', () => {
  for (const own of [0, 1, 499]) {
    const numbers = ['left', 'right'].map(side => commonNumber(couple, side, own));
    assert.deepEqual(numbers, [2 * own, 2 * own + 1]);
    assert.deepEqual([ownNumber(couple, 'left', numbers[0]), ownNumber(couple, 'right', numbers[0])], [own, undefined]);
    assert.deepEqual([ownNumber(couple, 'left', numbers[1]), ownNumber(couple, 'right', numbers[1])], [undefined, own]);
  }
  assert.equal(commonNumber(couple, 'left', 500), undefined);
});

test('a model that has images does not show its draws in Explore', () => {
  const half = {...couple, left: {drawn: false}};
  assert.deepEqual([commonNumber(half, 'left', 3), ownNumber(half, 'left', 6), ownNumber(half, 'right', 7)], [undefined, undefined, 3]);
});

test('images that both have go by one number', () => {
  const images = {draws: null, left: {}, right: {}};
  assert.deepEqual([commonNumber(images, 'right', 7000), ownNumber(images, 'left', 7000)], [7000, 7000]);
});
