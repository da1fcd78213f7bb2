import { examine, presets } from '@ballast/verify/measure';
import { z } from 'zod';
import { installedTexts } from './compare-texts.ts';
import type { Oracle } from './oracle.ts';

const answerSchema = z.object({ chain: z.string().nullable() });

/** Languages of which datatrove's tokenizer is ported, by its name for them. Chinese is not among them. */
const languages = { de: 'deu_Latn', fr: 'fra_Latn', es: 'spa_Latn', ar: 'arb_Arab' } as const;

/**
 * First reasons of FineWeb-2's chain by datatrove's own filters, with the bounds of our presets, over these
 * texts and the man pages that this host has in each language.
 */
export async function compareFineweb2(
  oracle: Oracle,
  texts: readonly string[],
): Promise<{ readonly texts: number; readonly equal: number }> {
  let [count, equal] = [0, 0];
  for (const [name, language] of Object.entries(languages)) {
    const preset = presets[`fineweb2/${name as keyof typeof languages}`];
    const { repetition, fineweb, quality } = preset;
    const bounds = {
      dup_line_frac: repetition.duplicateLines,
      top_n_grams: repetition.topNgrams.map((bound, index) => [index + 2, bound]),
      dup_n_grams: repetition.duplicateNgrams.map((bound, index) => [index + 5, bound]),
      line_punct_thr: fineweb.punctuatedLinesMin,
      new_line_ratio: fineweb.newlinesPerToken,
      max_avg_word_length: quality.wordLengthMax,
      min_avg_word_length: quality.wordLengthMin,
      max_non_alpha_words_ratio: quality.letterTokensMin,
      stopwords: preset.stopWords,
    };
    const all = [...installedTexts([`/usr/share/man/${name}`], 200), ...texts];
    const answers = all.map((text) => oracle.ask({ task: 'fineweb2', language, bounds, text }));
    for (const [index, text] of all.entries()) {
      const { chain } = answerSchema.parse(await answers[index]);
      const ours = examine(text, preset).failed[0] ?? null;
      count += 1;
      if (ours === chain) equal += 1;
      else
        process.stdout.write(
          `fineweb2/${name} differs: ${ours} not ${chain}: ${JSON.stringify(text.slice(0, 120))}\n`,
        );
    }
  }
  return { texts: count, equal };
}
