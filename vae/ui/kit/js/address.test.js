import assert from 'node:assert/strict';
import {test} from 'node:test';

import {brief, complete, format, isElsewhere, parse, withParameter, withoutLatents} from './address.js';

const STATES = [
  {},
  {tab: 'explore', model: 'mnist-beta', image: 123, map: 'pca', colour: 'class'},
  {model: 'a model & more=1?#%+ü 모델', z: [0.1, -2, 3.125], colour: 'floor colour', range: 'quantiles'},
  {tab: 'explore', z: {3: 1.5, 11: -0.25}, from: 'prior', around: 'image'},
  {at: [12.5, -3.062], map: 'umap'},
  {tab: 'compare', left: 'x', right: 'run-abc_-', 'z-left': {0: 1}, 'z-right': [1, 2], pair: 0, x: 1},
  {tab: 'train', dataset: 'digits', preset: 'capacity', lr: 0.0000001, beta: 1024.5, unit: 'steps'},
  {tab: 'learn', step: 'why-kl'},
];
const HOSTILE = {
  image: ['', '-1', '1.5', '1e3', '0x10', 'NaN', 'Infinity', '9'.repeat(30), '1,2', '１２', '<b>'],
  z: ['', ',', '1,', 'NaN', '1,Infinity', '1e9', '3:', ':3', '3:1:2', '1,2:3', '1,,2', '9'.repeat(12), '1,'.repeat(4000), 'a'],
  at: ['1', '1,2,3', '1,NaN', '1;2', '1,<script>'],
  model: ['', '\x00', 'a\nb', 'x'.repeat(121)],
  tab: ['', '<img src=x onerror=alert(1)>', 'a b', 'x'.repeat(61), '../explore'],
  range: ['sigma ', 'Quantiles', '__proto__'],
  around: ['z', 'picture'],
  map: ['"', 'p'.repeat(100)],
  lr: ['1e-3', '--1', '+1', ' 1'],
};

test('a state comes back as it was', () => {
  for (const state of STATES) assert.deepEqual(parse(format(state)), {state, bad: []});
});

test('the address is short and readable', () => {
  const state = {tab: 'explore', model: 'mnist-beta', image: 5, z: [0.1, -2.00004, 1 / 3, -1e-9], colour: 'a b'};
  assert.equal(format(state), '?tab=explore&model=mnist-beta&image=5&z=0.1,-2,0.3333,0&colour=a+b');
  assert.equal(format({z: {7: 1.23456}, beta: NaN, image: null, x: undefined}), '?z=7:1.2346');
  assert.equal(format({}), '');
});

test('what is not the page\'s stays as it is', () => {
  const search = '?still&lang=ko&tab=train&a=1%202&a=%zz&__sign=secret&x=3';
  assert.equal(format({tab: 'explore'}, search, ['__sign']), '?still&lang=ko&a=1%202&a=%zz&tab=explore');
  assert.deepEqual(parse(search).state, {tab: 'train', x: 3});
});

for (const [key, texts] of Object.entries(HOSTILE)) {
  test(`a ${key} that cannot be understood is named`, () => {
    const good = key === 'image' ? 'pair' : 'image';
    for (const text of texts) {
      const {state, bad} = parse(`?${good}=7&${new URLSearchParams([[key, text]])}`);
      assert.deepEqual(bad, [key], text);
      assert.deepEqual(state, {[good]: 7}, text);
    }
  });
}

/** Numbers in [0, 1) that are the same on every run: mulberry32. */
function numbers(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

test('any text is read without a fault', () => {
  const draw = numbers(0);
  const one = values => values[Math.floor(draw() * values.length)];
  const letters = [...'0123456789.,:-+eE&=?#%;<>"\'\\/ \x00\ud7ff가NaN'];
  const keys = ['z', 'image', 'at', 'model', '__proto__', 'constructor', 'toString', 'z-left', 'x', 'beta'];
  const word = () => Array.from({length: Math.floor(draw() * 12)}, () => one(letters)).join('');
  for (let i = 0; i < 500; i++) {
    const text = `?${Array.from({length: 3}, () => `${one(keys)}=${word()}`).join('&')}`;
    const {state} = parse(text);
    for (const key of ['__proto__', 'constructor', 'toString']) assert(!Object.hasOwn(state, key), text);
    const finite = value => (typeof value === 'object' ? Object.values(value).every(finite) : typeof value === 'string' || Number.isFinite(value));
    assert(finite(state), text);
    assert.deepEqual(Object.keys(parse(format(state)).state).sort(), Object.keys(state).sort(), text);
  }
});

test('only the latents that have left the image are written', () => {
  const base = [0.123456, -1, 2, 0.5];
  assert.equal(brief(base, base), undefined);
  assert.deepEqual(brief([0.123456, -1, 2, 0.75], base), {3: 0.75});
  assert.deepEqual(brief([1, 2, 3, 0.5], base), [1, 2, 3, 0.5]);
  assert.deepEqual(complete({}, base), base);
  assert.deepEqual(complete({3: 0.75}, base), [0.123456, -1, 2, 0.75]);
  assert.deepEqual(complete([1, 2, 3, 4], base), [1, 2, 3, 4]);
  for (const wrong of [[1], {2: 1}, {9999: 1}]) assert.equal(complete(wrong, [0, 0]), undefined);
});

test('of an earlier model a link says nothing about latents', () => {
  const asked = {model: 'a', codes: '0f', image: 3, z: {0: 1}, at: [0, 1], map: 'pca', x: 1, y: 2, colour: 'z3', range: 'quantiles'};
  assert.deepEqual(withoutLatents(asked), {model: 'a', codes: '0f', image: 3, map: 'pca', range: 'quantiles'});
  assert.deepEqual(withoutLatents({colour: 'zoom', 'z-left': [1], pair: 0}), {colour: 'zoom'});
});

test('what is gone to is elsewhere; what moves, or is drawn late, is not', () => {
  const here = {tab: 'explore', model: 'a', image: 1};
  for (const there of [{...here, tab: 'train'}, {...here, model: 'b'}, {...here, image: 2}, {tab: 'explore', model: 'a'}]) assert(isElsewhere(here, there));
  for (const moved of [{...here, z: {0: 1}}, {...here, map: 'pca'}, {...here, from: 'prior'}]) assert(!isElsewhere(here, moved));
  assert(!isElsewhere({tab: 'compare', left: 'a', right: 'b'}, {tab: 'compare', left: 'a', right: 'b', image: 3}));
});

test('a parameter of the page itself comes and goes beside the state', () => {
  const there = withParameter('?lang=ko&tab=explore', 'present', '1');
  assert.equal(there, '?lang=ko&tab=explore&present=1');
  assert.equal(withParameter(there, 'present', 2), '?lang=ko&tab=explore&present=2');
  assert.equal(withParameter(there, 'present', null), '?lang=ko&tab=explore');
  assert.equal(withParameter('?present=1', 'present', null), '');
  assert.equal(format({tab: 'compare'}, there), '?lang=ko&present=1&tab=compare', 'the state that follows keeps it');
});
