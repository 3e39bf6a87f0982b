import assert from 'node:assert/strict';
import {test} from 'node:test';

import {ticks} from './svg.js';

test('ticks are multiples of 1, 2 or 5 within the range, as far apart as was asked for', () => {
  for (const [low, high] of [[0, 1], [-3.3, 4.1], [1e-4, 9e-4], [12_345, 987_654], [-2, -1.9]]) {
    for (const pixels of [120, 400, 1600]) {
      const {values, decimals} = ticks([low, high], pixels, 80);
      const step = (high - low) / (pixels / 80);
      for (const value of values) {
        assert(value >= low - 1e-9 * Math.abs(low) && value <= high + 1e-9 * Math.abs(high));
        assert(Math.abs(Number(value.toFixed(decimals)) - value) < 1e-9 * Math.max(1, Math.abs(value)), `${value} has ${decimals} decimals`);
      }
      for (let i = 1; i < values.length; i++) {
        const apart = values[i] - values[i - 1];
        const lead = apart / 10 ** Math.floor(Math.log10(apart) + 1e-9);
        assert([1, 2, 5].some(factor => Math.abs(lead - factor) < 1e-6), `${apart}`);
        assert(apart >= step * (1 - 1e-9) && apart <= 2.5 * step * (1 + 1e-9));
      }
    }
  }
});
