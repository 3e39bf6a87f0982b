import assert from 'node:assert/strict';
import {test} from 'node:test';

import {PICTURE_ENDINGS} from '../kit/js/constants.js';
import {parted} from './own-files.js';

const files = paths => paths.map(path => ({path, file: null}));
const sent = (...given) => parted(...given).sent.map(({path}) => path);

test('every ending that the server reads is sent, in capitals too', () => {
  const paths = PICTURE_ENDINGS.flatMap(ending => [`a/b${ending}`, `a/B${ending.toUpperCase()}`]);
  assert.ok(['.jfif', '.pgm', '.avif', '.heic', '.jpe', '.tif'].every(ending => PICTURE_ENDINGS.includes(ending)));
  assert.deepEqual(parted(files(paths)), {sent: files(paths), left: []});
});

test('what stays behind is counted and named, hidden files aside', () => {
  const paths = ['a/1.png', 'a/notes.txt', 'a/logo.svg', 'a/.DS_Store', '.git/x.png', 'a/scan', '__MACOSX/a/._1.png', 'a/x.png.bak', 'b/more.ZIP'];
  const {sent, left} = parted(files(paths));
  assert.deepEqual(sent.map(({path}) => path), ['a/1.png', 'a/scan']);
  assert.deepEqual(left, [
    {name: 'a/notes.txt', reason: 'not_an_image'},
    {name: 'a/logo.svg', reason: 'format'},
    {name: 'a/x.png.bak', reason: 'not_an_image'},
    {name: 'b/more.ZIP', reason: 'archive'},
  ]);
});

test('of too many every so-manieth is sent and the others are named', () => {
  const paths = Array.from({length: 10}, (_, i) => `${i}.png`);
  const {sent: some, left} = parted(files(['a.txt', ...paths]), 4);
  assert.deepEqual(some.map(({path}) => path), ['0.png', '2.png', '5.png', '7.png']);
  assert.equal(left.length, 7);
  assert.ok(left.slice(1).every(({reason}) => reason === 'too_many'));
  assert.deepEqual(sent(files(paths), 10), paths);
});
