import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import xxhash from 'xxhash-wasm';
import { z } from 'zod';
import { Lexicon } from '../text/lexicon.ts';
import { wordsOf } from '../text/words.ts';
import { hashCount, layout, openKernel, shinglesMax } from './minhash-kernel.ts';
import { bandNames, Shingles } from './minhash.ts';
import type { ShingleHash } from './minhash.ts';
import { permutationAddends, permutationFactors } from './permutations.ts';
import { simplifyText } from './simplify.ts';

const shingles = new Shingles();
const signatureOf = (text: string, hash: ShingleHash): BigUint64Array | undefined => {
  shingles.read(text);
  return shingles.signature(hash);
};
const algorithms = ['xxh64', 'sha1'] as const;

describe('golden values of datatrove 0.10', () => {
  // Printed by datatrove 0.10; the sha1 set was computed a second time independently.
  const text =
    "The quick brown fox jumps over the lazy dog. It was 12.5 metres, and the DOG didn't care; café naïve!";

  test('permutations', () => {
    assert.deepEqual(
      [...permutationFactors.subarray(0, 4), permutationFactors[111]],
      [
        775169054918279404n,
        1758426461858698313n,
        2109959069025162n,
        965365488286768774n,
        223865076026037746n,
      ],
    );
    assert.deepEqual(
      [...permutationAddends.subarray(0, 4), permutationAddends[111]],
      [
        1062448801025099917n,
        1324811268927594100n,
        1217488311597731462n,
        100775521383383736n,
        1097409548522419201n,
      ],
    );
  });

  test('hashes of shingles', () => {
    shingles.read('a b c d e');
    const hashes = algorithms.map((algorithm) => {
      const found: bigint[] = [];
      shingles.forEachBlock(5, algorithm, (block) => found.push(...block));
      return found;
    });
    assert.deepEqual(hashes, [[10121740836305097868n], [1214900226509477255n]]);
  });

  test('sha1', () => {
    const signature = signatureOf(text, 'sha1') ?? [];
    assert.equal(shingles.count, 21);
    assert.deepEqual(Array.from(signature.slice(0, 8)), [
      130780562167341975n,
      47307629449084657n,
      75221251876844192n,
      4562338895679984n,
      42312182183823545n,
      20551112741194758n,
      72906237419778165n,
      48851533986150637n,
    ]);
    assert.equal(signature[111], 47592270287047174n);
  });

  test('xxh64', () => {
    assert.deepEqual(Array.from((signatureOf(text, 'xxh64') ?? []).slice(0, 3)), [
      85330943174081874n,
      175021855724751277n,
      109488412366103676n,
    ]);
  });
});

const fixtureSchema = z.array(
  z.object({
    text: z.string(),
    simple: z.string(),
    words: z.number(),
    /** SHA-256 of the 112 minima, little-endian; null for a text of fewer than 5 words. */
    xxh64: z.string().nullable(),
    sha1: z.string().nullable(),
  }),
);

describe('signatures are datatrove 0.10.1’s on spaCy 3.8.18, bit by bit', () => {
  const file = new URL('minhash.fixture.json', import.meta.url);
  const fixture = fixtureSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  for (const expected of fixture) {
    test(JSON.stringify(expected.text.slice(0, 60)), () => {
      assert.equal(simplifyText(expected.text), expected.simple);
      for (const algorithm of algorithms) {
        const signature = signatureOf(expected.text, algorithm);
        assert.equal(shingles.count, expected.words);
        const digest =
          signature === undefined ? null : createHash('sha256').update(bytesOf(signature)).digest('hex');
        assert.equal(digest, expected[algorithm]);
      }
    });
  }
});

function bytesOf(words: BigUint64Array): Uint8Array {
  return new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
}

describe('the kernel', () => {
  const prime = (1n << 61n) - 1n;
  const lowered = (hashes: readonly bigint[]): readonly bigint[] => {
    const kernel = openKernel();
    const minima = new BigUint64Array(kernel.memory.buffer, layout.minima, hashCount).fill(2n ** 64n - 1n);
    new BigUint64Array(kernel.memory.buffer, layout.shingles, shinglesMax).set(hashes);
    kernel.lower(hashes.length);
    return [...minima];
  };
  const byDefinition = (hashes: readonly bigint[]): readonly bigint[] =>
    Array.from({ length: hashCount }, (_, of) =>
      hashes
        .map(
          (hash) =>
            BigInt.asUintN(64, hash * (permutationFactors[of] ?? 0n) + (permutationAddends[of] ?? 0n)) %
            prime,
        )
        .reduce((least, value) => (value < least ? value : least)),
    );

  test('gives the least of ((hash · a + b) mod 2⁶⁴) mod p', () => {
    const hashes = fc.array(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), { minLength: 1, maxLength: 20 });
    fc.assert(fc.property(hashes, (some) => assert.deepEqual(lowered(some), byDefinition(some))));
  });

  test('also where the sum of the halves is p or more, which no random hash meets', () => {
    const odd = permutationFactors.findIndex((factor) => factor % 2n === 1n);
    const factor = permutationFactors[odd] ?? 1n;
    const inverse = [...Array(6).keys()].reduce((of) => BigInt.asUintN(64, of * (2n - factor * of)), 1n);
    const hashOf = (value: bigint): bigint =>
      BigInt.asUintN(64, (value - (permutationAddends[odd] ?? 0n)) * inverse);
    for (let top = 0n; top < 8n; top += 1n) {
      for (let under = -9n; under <= 0n; under += 1n) {
        const hashes = [hashOf(BigInt.asUintN(64, (top << 61n) + prime + under)), 5n];
        assert.deepEqual(lowered(hashes), byDefinition(hashes));
      }
    }
  });

  test('hashes runs of any length as xxhash-wasm does', async () => {
    const reference = await xxhash();
    const word = fc.string({ unit: fc.constantFrom(...Array.from('abcxyz')), minLength: 1, maxLength: 90 });
    fc.assert(
      fc.property(
        fc.array(word, { minLength: 1, maxLength: 12 }),
        fc.integer({ min: 1, max: 13 }),
        (words, run) => {
          shingles.read(words.join(' '));
          const hashes: bigint[] = [];
          shingles.forEachBlock(run, 'xxh64', (block) => hashes.push(...block));
          const tokens = wordsOf(words.join(' '), new Lexicon());
          const runs = tokens.slice(0, Math.max(0, tokens.length - run + 1));
          assert.deepEqual(
            hashes,
            runs.map((_, first) => reference.h64(tokens.slice(first, first + run).join(' '))),
          );
        },
      ),
    );
  });
});

test('the short way through plain English cuts words as the tokenizer does', () => {
  const lexicon = new Lexicon();
  const chunk = fc.oneof(
    fc.string({ unit: fc.constantFrom(...Array.from('abcdklmnotyz0')), minLength: 1, maxLength: 6 }),
    fc.constantFrom('cannot', 'gonna', 'dont', 'im', 'whats', '0km', '0am', 'x0', '0th', 'd', 'lets', 'ill'),
  );
  fc.assert(
    fc.property(fc.array(chunk, { minLength: 1, maxLength: 30 }), (chunks) => {
      const text = simplifyText(chunks.join(' '));
      shingles.read(text);
      assert.equal(shingles.count, wordsOf(text, lexicon).length);
      // One letter that is not plain makes the whole text take the long way.
      const long = new Shingles();
      long.read(`${text} ñøß`);
      const plain: bigint[] = [];
      const tokens: bigint[] = [];
      shingles.forEachBlock(1, 'xxh64', (block) => plain.push(...block));
      long.forEachBlock(1, 'xxh64', (block) => tokens.push(...block));
      assert.deepEqual(tokens.slice(0, plain.length), plain);
    }),
    { numRuns: 300 },
  );
});

test('nothing of one text shows in the next, however long it was', () => {
  const short = 'one two three four five six';
  const alone = signatureOf(short, 'xxh64');
  signatureOf('lorem ipsum '.repeat(400_000), 'xxh64');
  assert.deepEqual(signatureOf(short, 'xxh64'), alone);
  signatureOf('ŵ '.repeat(5_000), 'xxh64');
  assert.deepEqual(signatureOf(short, 'xxh64'), alone);
});

test('bands differ by number, minima and hash function; equal minima give equal names', () => {
  const signature = signatureOf('one two three four five six', 'xxh64') ?? new BigUint64Array(hashCount);
  const names = bandNames(signature, 'xxh64');
  assert.equal(new Set(names).size, 14);
  assert.ok(names.every((name) => /^[\w-]{16}$/.test(name)));
  const other = signature.slice();
  other[8] = 5n;
  const changed = bandNames(other, 'xxh64').map((name, band) => name !== names[band]);
  assert.deepEqual(changed.indexOf(true), 1);
  assert.equal(changed.filter(Boolean).length, 1);
  assert.equal(
    bandNames(signature, 'sha1').some((name) => names.includes(name)),
    false,
  );
});

describe('found at the rate of 14 bands of 8: 1 − (1 − J⁸)¹⁴', () => {
  // Two texts of distinct words that begin alike: of n shingles each, c are common, J = c / (2n − c).
  const cases = [
    { jaccard: 0.8, shared: 200, each: 225, rate: 0.924 },
    { jaccard: 0.9, shared: 180, each: 190, rate: 0.999 },
  ];
  for (const { jaccard, shared, each, rate } of cases) {
    test(`within 2 points of ${rate} at J = ${jaccard}`, () => {
      const pairs = 1_500;
      let found = 0;
      for (let pair = 0; pair < pairs; pair += 1) {
        const words = (from: string, count: number): string[] =>
          Array.from({ length: count }, (_, word) => `${from}${letters(pair)}z${letters(word)}`);
        const common = words('c', shared + 4);
        const texts = ['a', 'b'].map((side) => [...common, ...words(side, each - shared)].join(' '));
        const [left = [], right = []] = texts.map((text) =>
          bandNames(signatureOf(text, 'xxh64') ?? new BigUint64Array(hashCount), 'xxh64'),
        );
        if (left.some((name, band) => name === right[band])) found += 1;
      }
      assert.ok(Math.abs(found / pairs - rate) < 0.02, `${found / pairs}`);
    });
  }
});

/** A number in letters, for digits all become 0. */
function letters(value: number): string {
  return value.toString(26).replaceAll(/./g, (digit) => String.fromCharCode(97 + Number.parseInt(digit, 26)));
}
