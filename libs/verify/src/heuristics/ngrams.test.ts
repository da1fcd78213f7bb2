import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { Lexicon } from '../text/lexicon.ts';
import { codePoints } from '../text/lines.ts';
import { Words, wordsOf } from '../text/words.ts';
import { Ngrams, duplicateSizes } from './ngrams.ts';

const lexicon = new Lexicon();
const ngrams = new Ngrams();

function read(text: string): Words {
  const words = new Words(lexicon);
  words.read(text);
  return words;
}

/** The definition in plain strings: joined by a space, first seen wins a tie. */
function plainTop(tokens: readonly string[], n: number): number {
  const counts = new Map<string, number>();
  for (let place = 0; place + n <= tokens.length; place += 1) {
    const gram = tokens.slice(place, place + n).join(' ');
    counts.set(gram, (counts.get(gram) ?? 0) + 1);
  }
  let best = '';
  for (const [gram, count] of counts) if (count > (counts.get(best) ?? 0)) best = gram;
  return codePoints(best) * (counts.get(best) ?? 0);
}

/** The definition in plain strings: joined without separator, a repeat counts and jumps n words. */
function plainDuplicates(tokens: readonly string[], n: number): number {
  const seen = new Set<string>();
  let characters = 0;
  for (let place = 0; place + n <= tokens.length;) {
    const gram = tokens.slice(place, place + n).join('');
    if (seen.has(gram)) {
      characters += codePoints(gram);
      place += n;
    } else {
      seen.add(gram);
      place += 1;
    }
  }
  return characters;
}

// Few, overlapping words, so that repeats, ties and "ab" + "c" against "a" + "bc" occur.
const texts = fc
  .array(fc.constantFrom('a', 'b', 'ab', 'bc', 'c', 'abc', '😀', 'a.', "don't"), { maxLength: 120 })
  .map((words) => words.join(' '));

describe('Ngrams', () => {
  test('top n-grams equal the plain definition on any text', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const tokens = wordsOf(text, lexicon);
        assert.deepEqual(
          ngrams.top(read(text)),
          [2, 3, 4].map((n) => plainTop(tokens, n)),
        );
      }),
      { numRuns: 300 },
    );
  });

  test('duplicate n-grams equal the plain definition on any text', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const tokens = wordsOf(text, lexicon);
        assert.deepEqual(
          ngrams.duplicates(read(text)),
          duplicateSizes.map((n) => plainDuplicates(tokens, n)),
        );
      }),
      { numRuns: 300 },
    );
  });

  test('joined without separator, other word boundaries make the same duplicate n-gram', () => {
    const text = 'ab c d e f x a bc d e f';
    assert.equal(ngrams.duplicates(read(text))[0], 6);
    assert.deepEqual(ngrams.top(read(text)), [2 * 3, 2 * 5, 'ab c d e'.length]);
  });

  test('a tie goes to the n-gram seen first, whatever its length', () => {
    assert.equal(ngrams.top(read('a b x longer word y a b z longer word'))[0], 'a b'.length * 2);
    assert.equal(ngrams.top(read('longer word y a b x longer word z a b'))[0], 'longer word'.length * 2);
  });

  test('texts of any size can follow one another', () => {
    const large = Array.from({ length: 70_000 }, (_, index) => `w${index}`).join(' ');
    const small = 'a b c a b c';
    const before = ngrams.top(read(small));
    assert.deepEqual(ngrams.top(read(large)), ['w0 w1'.length, 'w0 w1 w2'.length, 'w0 w1 w2 w3'.length]);
    assert.deepEqual(ngrams.duplicates(read(large)), [0, 0, 0, 0, 0, 0]);
    assert.deepEqual(ngrams.top(read(small)), before);
  });
});
