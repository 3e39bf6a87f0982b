import assert from 'node:assert/strict';
import {test} from 'node:test';

import {ground} from './ground.js';

const pixels = (...colours) => Uint8ClampedArray.from(colours.flatMap(([level, alpha]) => [level, level, level, alpha]));

test('a picture lies on the colour that keeps its contrast', () => {
  assert.equal(ground(pixels([255, 255], [0, 0])), 'black');
  assert.equal(ground(pixels([0, 255], [255, 0])), 'white');
  assert.equal(ground(pixels([120, 200], [0, 0])), 'white');
  assert.equal(ground(pixels([240, 90], [0, 0])), 'black');
});

test('where nothing is transparent there is none, and where all is it is the first', () => {
  assert.equal(ground(pixels([255, 255], [3, 255])), null);
  assert.equal(ground(pixels([255, 0], [3, 0])), 'white');
});
