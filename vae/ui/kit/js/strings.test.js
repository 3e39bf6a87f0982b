import assert from 'node:assert/strict';
import {test} from 'node:test';

import {colourNamed, compact, facts, has, named, namedAll, number, spoken, t} from './strings.js';
import {texts} from './words.js';

Object.assign(texts, {'a.count': '{n} images', 'a.set': '{n} of {data}', 'name.hearts': 'Herzen', 'colour.class': 'Klasse'});

test('a text and its placeholders', () => {
  assert.equal(t('a.count', {n: 3}), '3 images');
  assert.equal(t('a.count'), '{n} images', 'a placeholder without a value stays');
  assert.equal(t('no.such.key'), 'no.such.key');
  assert(has('a.count') && !has('no.such.key'));
});

test('large numbers in two figures', () => {
  assert.deepEqual([320, 65_536, 4_194_304, -7_340_032].map(compact), ['320', '66K', '4.2M', '−7.3M']);
});

test('a sentence within a sentence, and lists of names', () => {
  assert.equal(t('a.set', {n: {key: 'a.count', values: {n: 1}}, data: 'hearts'}), '1 images of Herzen');
  assert.equal(spoken(['squares', 'hearts']), 'squares, Herzen');
  assert.equal(t('a.count', {n: 7172.3}), '7,172.3 images', 'a broken number as the language writes it');
  assert.equal(t('a.count', {n: 71720}), '71720 images', 'a whole one may be the name of an image');
  assert.equal(spoken([['hearts', 0.5], ['squares', 0.1]]), 'Herzen (0.5), squares (0.1)');
});

test('names that come with the data', () => {
  assert.deepEqual(['hearts', 'squares', 7].map(named), ['Herzen', 'squares', '7']);
  assert.equal(namedAll(['squares', 'hearts']), 'squares + Herzen');
  assert.deepEqual(['class', 'hearts'].map(colourNamed), ['Klasse', 'Herzen']);
  assert.deepEqual(facts([['class', 'hearts'], ['scale', 3]]), ['Klasse Herzen', 'scale 3']);
});

test('numbers have a true minus sign, and no zero has one', () => {
  assert.equal(number(1234.5, 1), '1,234.5');
  assert.equal(number(-1.25, 2), '−1.25');
  assert.equal(number(-0.001, 2), '0.00');
  assert.equal(number(-0), '0');
});
