import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sourcesInList } from './list-file.ts';

test('a list of sources is read as plain names, hosts lines and domain rules; what names no publisher is not', () => {
  const list = `\ufeff! Title: farms
# a comment
[Adblock Plus 2.0]
textmill.example
www.TextMill.example   # the same again
our-forum
gov-bots*
0.0.0.0 spam.example
127.0.0.1 localhost
||farm.example^
||farm.example^$document
@@||kept.example^
example.net##.banner
||example.org/path^
`;
  assert.deepEqual(sourcesInList(list.slice(1)), [
    'textmill.example',
    'our-forum',
    'gov-bots*',
    'spam.example',
    'farm.example',
  ]);
  assert.deepEqual(sourcesInList(''), []);
  assert.deepEqual(sourcesInList('a.example\r\nb.example\r\n'), ['a.example', 'b.example']);
});
