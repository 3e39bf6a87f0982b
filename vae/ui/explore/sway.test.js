import assert from 'node:assert/strict';
import {test} from 'node:test';

import {swayed} from './sway.js';

const near = (a, b) => assert(Math.abs(a - b) < 1e-9, `${a} is not ${b}`);

test('it begins where the latent stands, rises, and reaches both ends in a period', () => {
  const way = {from: 1.2, low: -3, high: 3};
  near(swayed(0, way), 1.2);
  assert(swayed(0.1, way) > 1.2);
  near(swayed(6, way), 1.2);
  const values = Array.from({length: 600}, (_, i) => swayed(i / 100, way));
  assert(Math.max(...values) > 2.999 && Math.min(...values) < -2.999);
});

test('a latent beyond an end begins at that end', () => near(swayed(0, {from: 5, low: -3, high: 3}), 3));

test('where motion is not wanted it takes few values', () => {
  const values = new Set(Array.from({length: 600}, (_, i) => swayed(i / 100, {from: 0, low: -2, high: 2, still: true}).toFixed(6)));
  assert(values.size <= 8, `${values.size} values`);
});
