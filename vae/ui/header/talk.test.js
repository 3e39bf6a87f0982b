import assert from 'node:assert/strict';
import {test} from 'node:test';

import {readLinks, stepped} from './talk.js';

test('a line is a caption and a link, an address or its query', () => {
  const text = 'Faces: http://a.org/space/?tab=explore&image=3\n\n  ?tab=compare\nWhat is beta? https://a.org/?tab=learn&step=beta\nno link\n';
  assert.deepEqual(readLinks(text), {
    links: [
      {caption: 'Faces', search: '?tab=explore&image=3'},
      {caption: '', search: '?tab=compare'},
      {caption: 'What is beta?', search: '?tab=learn&step=beta'},
    ],
    unread: 1,
  });
  assert.deepEqual(readLinks(' \n'), {links: [], unread: 0});
});

test('steps end at both ends', () => {
  assert.deepEqual([stepped(0, 1, 3), stepped(2, 1, 3), stepped(0, -1, 3), stepped(-1, 1, 3)], [1, 2, 0, 0]);
});
