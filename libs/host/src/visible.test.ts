import assert from 'node:assert/strict';
import { test } from 'node:test';
import { visible } from './visible.ts';

test('what moves the cursor or reorders text is spelled out', () => {
  assert.equal(visible('\u001b[2Jgone'), '\\u001b[2Jgone');
  assert.equal(visible('\u202eevil'), '\\u202eevil');
  assert.equal(visible('a\u200bb\u009bc\rd'), 'a\\u200bb\\u009bc\\u000dd');
  assert.equal(visible('tag \u{e0041}'), 'tag \\u{e0041}');
});

test('ordinary text of any script, tabs and line ends stay', () => {
  const text = 'naïve Ω 中文 עברית\tline\nnext 👍';
  assert.equal(visible(text), text);
});
