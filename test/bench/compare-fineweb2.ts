import { chineseTexts, examine, languageTexts, presets } from '@ballast/verify/measure';
import { z } from 'zod';
import { installedTexts } from './compare-texts.ts';
import type { Oracle } from './oracle.ts';

const answerSchema = z.object({ chain: z.string().nullable() });

/** Languages by datatrove's names for them, and the folders of their man pages. */
const languages = {
  de: ['deu_Latn', 'de'],
  fr: ['fra_Latn', 'fr'],
  es: ['spa_Latn', 'es'],
  zh: ['cmn_Hani', 'zh_CN', 'zh_TW'],
  ar: ['arb_Arab', 'ar'],
} as const satisfies { readonly [language: string]: readonly [name: string, ...manuals: string[]] };

type Fineweb2Language = keyof typeof languages;

/** How often both agree on one language's texts. */
export interface LanguageComparison {
  readonly language: string;
  readonly texts: number;
  readonly equal: number;
  /** Different first reasons that the oracle gave, and texts that it keeps. */
  readonly reasons: number;
  readonly passing: number;
}

/**
 * First reasons of FineWeb-2's chain by datatrove's own filters, with the bounds of our presets, over
 * `own` texts of ours in each language, `texts` of any language, and the man pages that this host has.
 */
export async function compareFineweb2(
  oracle: Oracle,
  own: number,
  seed: number,
  texts: readonly string[],
): Promise<readonly LanguageComparison[]> {
  const results: LanguageComparison[] = [];
  for (const name of Object.keys(languages)) {
    const language = name as Fineweb2Language;
    const [, ...manuals] = languages[language];
    const found = installedTexts(
      manuals.map((folder) => `/usr/share/man/${folder}`),
      200,
    );
    results.push(
      await compareLanguage(oracle, language, [
        ...found,
        ...languageTexts(language, seed, own),
        ...(language === 'zh' ? chineseTexts(seed, own) : []),
        ...texts,
      ]),
    );
  }
  return results;
}

async function compareLanguage(
  oracle: Oracle,
  name: Fineweb2Language,
  texts: readonly string[],
): Promise<LanguageComparison> {
  const preset = presets[`fineweb2/${name}`];
  const reasons = new Set<string>();
  let [equal, passing] = [0, 0];
  const answers = texts.map((text) => askFineweb2(oracle, name, text));
  for (const [index, text] of texts.entries()) {
    const chain = await answers[index];
    const ours = examine(text, preset).failed[0] ?? null;
    if (chain == null) passing += 1;
    else reasons.add(chain);
    if (ours === chain) equal += 1;
    else
      process.stdout.write(
        `fineweb2/${name} differs: ${ours} not ${chain}: ${JSON.stringify(text.slice(0, 120))}\n`,
      );
  }
  return { language: name, texts: texts.length, equal, reasons: reasons.size, passing };
}

/** The first reason of FineWeb-2's chain by datatrove's filters, with the bounds of our preset. */
async function askFineweb2(oracle: Oracle, name: Fineweb2Language, text: string): Promise<string | null> {
  const [language] = languages[name];
  const bounds = boundsOf(presets[`fineweb2/${name}`]);
  return answerSchema.parse(await oracle.ask({ task: 'fineweb2', language, bounds, text })).chain;
}

const wordsSchema = z.object({ count: z.number(), hash: z.string() });

/**
 * What the oracle says of the texts that the ordinary tests look at, a JSON line each: the language, words
 * and a hash of them, and the first reason. The texts are those of {@link languageTexts} and, in Chinese,
 * of {@link chineseTexts}, seed 7.
 */
export async function fineweb2Fixture(oracle: Oracle): Promise<string> {
  const lines: string[] = [];
  for (const name of Object.keys(languages)) {
    const language = name as Fineweb2Language;
    const texts = [...languageTexts(language, 7, 57), ...(language === 'zh' ? chineseTexts(7, 90) : [])];
    for (const text of texts) {
      const asked = oracle.ask({ task: 'tokens', text, language: languages[language][0] });
      const { count, hash } = wordsSchema.parse(await asked);
      const chain = await askFineweb2(oracle, language, text);
      lines.push(`${JSON.stringify({ language, words: count, hash, chain })}\n`);
    }
  }
  return lines.join('');
}

function boundsOf({
  repetition,
  fineweb,
  quality,
  stopWords,
}: (typeof presets)[`fineweb2/${Fineweb2Language}`]): object {
  return {
    dup_line_frac: repetition.duplicateLines,
    top_n_grams: repetition.topNgrams.map((bound, index) => [index + 2, bound]),
    dup_n_grams: repetition.duplicateNgrams.map((bound, index) => [index + 5, bound]),
    line_punct_thr: fineweb.punctuatedLinesMin,
    new_line_ratio: fineweb.newlinesPerToken,
    max_avg_word_length: quality.wordLengthMax,
    min_avg_word_length: quality.wordLengthMin,
    max_non_alpha_words_ratio: quality.letterTokensMin,
    stopwords: stopWords,
  };
}
