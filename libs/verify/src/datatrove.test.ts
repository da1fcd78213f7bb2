import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { z } from 'zod';
import { Shingles } from './dedup/minhash.ts';
import { examine } from './heuristics/examine.ts';
import { presets } from './heuristics/preset.ts';
import { seededTexts } from './seeded-texts.ts';
import { Lexicon } from './text/lexicon.ts';
import { wordsOf } from './text/words.ts';

/** What datatrove 0.10.1 said of these texts: written by `npm run compare:datatrove -- --fixtures`. */
const fixtureSchema = z.array(
  z.object({
    chain: z.string().nullable(),
    parts: z.record(z.string(), z.tuple([z.number(), z.number()])),
    view: z.string(),
    hash: z.string(),
    signatures: z.object({ xxhash: z.string().nullable(), sha1: z.string().nullable() }),
  }),
);
const lines = readFileSync(new URL('datatrove.fixture.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n');
const fixtures = fixtureSchema.parse(lines.map((line): unknown => JSON.parse(line)));
const texts = [...seededTexts(7, fixtures.length)];
const sha1 = (data: string | Uint8Array): string => createHash('sha1').update(data).digest('hex');

describe('datatrove 0.10.1, on 280 texts of ours', () => {
  test('the fixture covers kept texts and most reasons', () => {
    assert.equal(fixtures.length, 280);
    assert.ok(fixtures.filter(({ chain }) => chain === null).length > 80);
    assert.ok(new Set(fixtures.map(({ chain }) => chain)).size > 20);
  });

  test('the words are the same', () => {
    const lexicon = new Lexicon();
    for (const [index, text] of texts.entries())
      assert.equal(sha1(wordsOf(text, lexicon).join('\n')), fixtures[index]?.hash, JSON.stringify(text));
  });

  test('the first reason, every ratio before division and the text that C4 leaves are the same', () => {
    for (const [index, text] of texts.entries()) {
      const { failed, traced } = examine(text, presets['datatrove-0.10'], true);
      const expected = fixtures[index];
      assert.equal(failed[0] ?? null, expected?.chain, JSON.stringify(text));
      assert.deepEqual(traced?.parts, expected?.parts, JSON.stringify(text));
      assert.equal(sha1(traced?.view ?? ''), expected?.view, JSON.stringify(text));
    }
  });

  test('both MinHash signatures are the same', () => {
    const shingles = new Shingles();
    const hashOf = (signature: BigUint64Array | undefined): string | null =>
      signature === undefined ? null : sha1(new Uint8Array(signature.buffer, 0, signature.byteLength));
    for (const [index, text] of texts.entries()) {
      shingles.read(text);
      const found = { xxhash: hashOf(shingles.signature('xxh64')), sha1: hashOf(shingles.signature('sha1')) };
      assert.deepEqual(found, fixtures[index]?.signatures, JSON.stringify(text));
    }
  });
});
