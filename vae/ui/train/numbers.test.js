import assert from 'node:assert/strict';
import {test} from 'node:test';

import {createNumbers} from './numbers.js';

const offered = [
  {key: 'beta', low: 0, high: 10, whole: false, of_a_loss: true},
  {key: 'seed', low: 0, high: 99, whole: true, of_a_loss: false},
  {key: 'epochs', low: 0.5, high: 5, whole: false, of_a_loss: false},
  {key: 'steps', low: 1, high: 1000, whole: true, of_a_loss: false},
];
const numbers = createNumbers({numbers: offered, units: ['epochs', 'steps']});

test('units are no numbers of their own: the budget is', () => {
  assert.deepEqual(numbers.names, ['beta', 'seed', 'budget']);
  assert.deepEqual(numbers.ofALoss, ['beta']);
});

test('a number fits within its ends, a whole one without a fraction, and the budget as its unit says', () => {
  const fits = (name, value, unit = 'epochs') => numbers.fits(name, value, {unit});
  assert(fits('beta', 0) && fits('beta', 2.5) && fits('beta', 10) && !fits('beta', 10.1) && !fits('beta', NaN) && !fits('beta', null));
  assert(fits('seed', 7) && !fits('seed', 7.5) && !fits('seed', undefined));
  assert(fits('budget', 0.5) && !fits('budget', 0.5, 'steps') && fits('budget', 6, 'steps') && !fits('budget', 6));
});
