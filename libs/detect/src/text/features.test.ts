import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { headNames } from '../model/card.ts';
import type { HeadName } from '../model/card.ts';
import { Bag } from './bag.ts';
import { FeatureReader, keptTokens } from './features.ts';
import { hashToken, mix } from './hash.ts';

const count = (
  head: HeadName,
  text: string,
  kept: readonly string[] = [],
  bits = 20,
): Map<number, number> => {
  const reader = new FeatureReader(keptTokens(kept));
  const bag = new Bag();
  reader.read(text);
  reader.count(head, bits, bag);
  return new Map(Array.from({ length: bag.size }, (_, i) => [bag.ids[i] ?? -1, bag.counts[i] ?? 0]));
};
const total = (features: Map<number, number>): number => features.values().reduce((sum, n) => sum + n, 0);

describe('hashed n-grams', () => {
  it('hash tokens by FNV-1a over code units', () => {
    // Published test vectors of 32-bit FNV-1a for "", "a" and "foobar".
    assert.equal(hashToken('') >>> 0, 0x811c9dc5);
    assert.equal(hashToken('a') >>> 0, 0xe40c292c);
    assert.equal(hashToken('foobar') >>> 0, 0xbf9cf968);
  });

  it('keep their buckets from version to version', () => {
    // Pinned: another value here means every stored model reads other features (raise featureVersion).
    assert.deepEqual([...count('word', 'The cat.').keys()], [283248, 209898, 233615, 983516, 324888, 476820]);
    assert.deepEqual([...count('char', 'ab').keys()], [81157, 724563, 307097, 625862, 439774, 486020]);
    assert.deepEqual(
      [...count('delex', 'The Cats 42', ['The']).keys()],
      [283248, 585190, 1034501, 35594, 883068, 372555],
    );
  });

  it('are 1- to 3-grams of words and marks', () => {
    assert.equal(total(count('word', 'one')), 1);
    assert.equal(total(count('word', 'one two')), 3);
    assert.equal(total(count('word', 'one, two')), 6);
    assert.equal(total(count('word', "don't")), 6);
    assert.deepEqual(count('word', 'one  two'), count('word', 'one\ntwo'));
    assert.notDeepEqual(count('word', 'one two'), count('word', 'two one'));
  });

  it('are 2- to 5-grams of padded runs, so white space of any kind is one', () => {
    // Of " ab ": " a", " ab", " ab ", "ab", "ab ", "b ".
    assert.equal(total(count('char', 'ab')), 6);
    assert.equal(total(count('char', 'ab ab')), 12);
    assert.equal(count('char', 'ab ab').size, 6);
    assert.deepEqual(count('char', 'ab \n cd'), count('char', 'ab cd'));
    assert.equal(total(count('char', '')), 0);
  });

  it('delexicalised, see the shape of words but keep the widespread ones', () => {
    assert.deepEqual(count('delex', 'Bobbing boats'), count('delex', 'Dabbing coats'));
    assert.notDeepEqual(count('delex', 'Bobbing boats'), count('delex', 'bobbing boats'));
    assert.notDeepEqual(count('delex', 'then'), count('delex', 'when', ['when']));
    assert.deepEqual(count('delex', 'in 1984'), count('delex', 'in 2001'));
    assert.notDeepEqual(count('delex', 'in 1984'), count('delex', 'in 19845'));
    assert.equal(total(count('delex', 'a b c d')), 10);
  });

  it('never leave the table and never depend on the text before', () => {
    const reader = new FeatureReader(keptTokens(['the', ',']));
    const bag = new Bag();
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 2200 }),
        fc.constantFrom(...headNames),
        (text, head) => {
          reader.read(text);
          reader.count(head, 12, bag);
          const found = new Map(Array.from({ length: bag.size }, (_, i) => [bag.ids[i], bag.counts[i]]));
          for (let i = 0; i < bag.size; i += 1)
            assert.ok((bag.ids[i] ?? -1) >= 0 && (bag.ids[i] ?? -1) < 4096);
          assert.equal(found.size, bag.size);
          assert.deepEqual(found, count(head, text, ['the', ','], 12));
        },
      ),
      { numRuns: 200, seed: 3 },
    );
  });

  it('count words that come again, and words alike in part, as the definition does', () => {
    const text = fc
      .array(
        fc.oneof(fc.constantFrom('stone,', 'stones', 'tone', 'a', ' ', '\n'), fc.string({ maxLength: 5 })),
        {
          maxLength: 300,
        },
      )
      .map((parts) => parts.join(' ').slice(0, 2000));
    fc.assert(
      fc.property(text, (given) => {
        const wanted = new Map<number, number>();
        for (const run of given.split(/[\s\p{Cc}]+/u).filter((each) => each !== '')) {
          const padded = ` ${run} `;
          for (let start = 0; start < padded.length - 1; start += 1) {
            for (let end = start + 2; end <= Math.min(padded.length, start + 5); end += 1) {
              const bucket = mix(hashToken(padded.slice(start, end))) >>> 12;
              wanted.set(bucket, (wanted.get(bucket) ?? 0) + 1);
            }
          }
        }
        assert.deepEqual([...count('char', given)], [...wanted]);
      }),
      { numRuns: 100, seed: 6 },
    );
  });

  it('hold the worst text there is', () => {
    const marks = Array.from({ length: 2000 }, (_, i) => String.fromCharCode(0x2500 + ((i * 7) % 1000))).join(
      '',
    );
    for (const head of headNames) assert.ok(count(head, marks, [], 22).size <= 8192);
  });
});
