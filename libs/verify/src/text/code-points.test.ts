import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { z } from 'zod';
import { codePointTexts } from './code-point-texts.ts';
import { Lexicon } from './lexicon.ts';
import { countSentences } from './sentences.ts';
import { Words, wordsOf } from './words.ts';

/** What spaCy 3.8.18 said, SHA-1 per 64 texts: written by `npm run compare:datatrove -- --fixtures`. */
const hashes = z
  .array(z.string())
  .parse(JSON.parse(readFileSync(new URL('code-points.fixture.json', import.meta.url), 'utf8')));

/** Groups of the first plane, and one in four of those above it; the command above looks at all. */
const isLookedAt = (group: number): boolean => group < 16 || group % 4 === 0;

test('words and sentences are spaCy’s for code points of every block in 17 surroundings', () => {
  const lexicon = new Lexicon();
  const words = new Words(lexicon);
  const texts = [...codePointTexts()];
  assert.equal(Math.ceil(texts.length / 64), hashes.length);
  for (const [group, expected] of hashes.entries()) {
    if (!isLookedAt(group)) continue;
    const found = createHash('sha1');
    for (const text of texts.slice(64 * group, 64 * group + 64)) {
      lexicon.settle();
      words.read(text);
      const sentences = countSentences(words, 0, words.count, true);
      const hash = createHash('sha1').update(wordsOf(text, lexicon).join('\n')).digest('hex');
      found.update(`${hash} ${sentences}\n`);
    }
    assert.equal(found.digest('hex'), expected, `texts ${64 * group} to ${64 * group + 63}`);
  }
});
