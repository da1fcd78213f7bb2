import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { z } from 'zod';
import { chineseTexts } from './chinese-texts.ts';
import { examine } from './heuristics/examine.ts';
import { presets } from './heuristics/preset.ts';
import { languageTexts } from './language-texts.ts';
import { Lexicon } from './text/lexicon.ts';
import { tokenizers } from './text/tokenizers.ts';
import { wordsOf } from './text/words.ts';

/** What datatrove 0.10.1 with spaCy 3.8.18 and jieba 0.42.1 said: written by `npm run compare:datatrove -- --fixtures`. */
const answerSchema = z.object({
  language: z.enum(['de', 'fr', 'es', 'zh', 'ar']),
  words: z.number(),
  hash: z.string(),
  chain: z.string().nullable(),
});
const answers = readFileSync(new URL('fineweb2.fixture.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => answerSchema.parse(JSON.parse(line)));

describe('FineWeb-2 by datatrove 0.10.1, on texts of ours', () => {
  for (const [language, count] of [
    ['de', 57],
    ['fr', 57],
    ['es', 57],
    ['zh', 147],
    ['ar', 57],
  ] as const) {
    test(`${language}: words and first reason of ${count} texts are the same`, () => {
      const expected = answers.filter((answer) => answer.language === language);
      const texts = [...languageTexts(language, 7, 57), ...(language === 'zh' ? chineseTexts(7, 90) : [])];
      assert.equal(expected.length, count);
      assert.ok(new Set(expected.map(({ chain }) => chain)).size > 6, 'kept texts and several reasons');
      const preset = presets[`fineweb2/${language}`];
      const lexicon = new Lexicon({ splitter: tokenizers[preset.tokenizer]() });
      for (const [index, text] of texts.entries()) {
        lexicon.settle();
        const words = wordsOf(text, lexicon);
        const ours = {
          language,
          words: words.length,
          hash: createHash('sha1').update(words.join('\n')).digest('hex'),
          chain: examine(text, preset).failed[0] ?? null,
        };
        assert.deepEqual(ours, expected[index], JSON.stringify(text));
      }
    });
  }
});
