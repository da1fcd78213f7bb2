import assert from 'node:assert/strict';
import { it } from 'node:test';
import * as fc from 'fast-check';
import { unitsOf } from './classes.ts';
import { emptyFold, foldIn, WordList } from './word-list.ts';

const words = ['the', 'and', 'a', 'document', 'between'];
const list = new WordList(words);

function has(text: string, start = 0, end = text.length): boolean {
  let hash = emptyFold;
  for (let at = start; at < end; at += 1) hash = foldIn(hash, text.charCodeAt(at));
  return list.has(text, start, end, hash);
}

it('a word list finds its words in any case, inside a text', () => {
  for (const word of words) {
    assert.ok(has(word) && has(word.toUpperCase()) && has(`x${word}y`, 1, 1 + word.length), word);
  }
});

it('a word list compares the word, for unlike words may share a hash', () => {
  let hash = emptyFold;
  for (const unit of unitsOf('the')) hash = foldIn(hash, unit);
  assert.ok(list.has('the', 0, 3, hash));
  for (const other of ['thee', 'th', 'tha']) assert.equal(list.has(other, 0, other.length, hash), false);
});

it('a word list finds nothing else: no prefix, no other letter, no mark that differs in one bit', () => {
  for (const other of ['', 'th', 'thee', 'anď', '\u0001', '\u0141', 'AN$', 'betweem'])
    assert.equal(has(other), false, other);
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 9 }), (text) => {
      assert.equal(has(text), words.includes(text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase())));
    }),
    { seed: 4, numRuns: 2000 },
  );
});
