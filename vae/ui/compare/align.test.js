import assert from 'node:assert/strict';
import {test} from 'node:test';

import {align} from './align.js';

const HERE = [-2, -1, 0, 0.5, 3];
const OTHER = [10, 11, 14, 20, 30];

test('a quantile is taken to the same quantile, or to the opposite one', () => {
  HERE.forEach((value, i) => {
    assert.equal(align(value, HERE, OTHER, 1), OTHER[i]);
    assert.equal(align(value, HERE, OTHER, -1), OTHER[OTHER.length - 1 - i]);
  });
});

test('there and back is where it began, between the quantiles and beyond them', () => {
  for (const sign of [1, -1]) {
    for (const value of [-9, -1.7, 0.2, 1, 2.9, 40]) {
      assert(Math.abs(align(align(value, HERE, OTHER, sign), OTHER, HERE, sign) - value) < 1e-9);
    }
  }
});

test('of a latent that never moves the other one stands at its median', () => {
  assert.equal(align(5, [1, 1, 1], [0, 7, 9], 1), 7);
  assert.equal(align(5, [0, 7, 9], [1, 1, 1], 1), 1);
});
