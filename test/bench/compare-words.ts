import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  chineseTexts,
  codePointTexts,
  countSentences,
  Lexicon,
  seededTexts,
  tokenizers,
  Words,
  wordsOf,
} from '@ballast/verify/measure';
import { z } from 'zod';
import type { Oracle } from './oracle.ts';

const answerSchema = z.object({ count: z.number(), hash: z.string(), sentences: z.number() });

/** Tokenizers and the language code by which datatrove finds the same one. */
const languages = {
  'spacy-3.8-en': 'en',
  'spacy-3.8-de': 'deu_Latn',
  'spacy-3.8-fr': 'fra_Latn',
  'spacy-3.8-es': 'spa_Latn',
  'spacy-3.8-ar': 'arb_Arab',
  'jieba-0.42': 'cmn_Hani',
} as const;

/**
 * Words and number of sentences of every code point in 17 surroundings (English; else those of the first
 * plane), and of fuzzed text in each language; Chinese also of texts made of the words of jieba's own
 * dictionary. Resolves to how many texts are equal. Cases of Spanish and Arabic that hold a space
 * (`EE. UU.`) are known to differ; the fuzz does not hold them.
 */
export async function compareWords(
  oracle: Oracle,
  seed: number,
): Promise<{ readonly texts: number; readonly equal: number; readonly tokens: number }> {
  let [texts, equal, tokens] = [0, 0, 0];
  for (const [name, language] of Object.entries(languages)) {
    const lexicon = new Lexicon({ splitter: tokenizers[name as keyof typeof languages]() });
    const words = new Words(lexicon);
    const codePoints = [...codePointTexts()];
    const cases = [
      ...seededTexts(seed + 1, 2000),
      // In every language the same code, but for its patterns: there the first plane will do.
      ...(language === 'en' ? codePoints : codePoints.slice(0, 992)),
      ...(language === 'cmn_Hani' ? chineseTexts(seed, 6000, jiebaWords(oracle.packages)) : []),
    ];
    const answers = cases.map((text) => oracle.ask({ task: 'tokens', text, language }));
    for (const [index, text] of cases.entries()) {
      lexicon.settle();
      const ours = wordsOf(text, lexicon);
      words.read(text);
      const theirs = answerSchema.parse(await answers[index]);
      const hash = createHash('sha1').update(ours.join('\n')).digest('hex');
      const sentences = text === '' ? 1 : countSentences(words, 0, words.count, true);
      texts += 1;
      tokens += theirs.count;
      if (hash === theirs.hash && sentences === theirs.sentences) equal += 1;
      else process.stdout.write(`words differ in ${language}: ${JSON.stringify(text.slice(0, 200))}\n`);
    }
    process.stderr.write(`words by ${name} compared\n`);
  }
  return { texts, equal, tokens };
}

/** The words of the dictionary that the oracle's jieba cuts by. */
function jiebaWords(packages: string): readonly string[] {
  const lines = readFileSync(join(packages, 'jieba', 'dict.txt'), 'utf8')
    .trim()
    .split('\n');
  return lines.map((line) => line.split(' ')[0] ?? '');
}
