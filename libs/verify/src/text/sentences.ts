import { traits } from './lexicon.ts';
import type { Words } from './words.ts';

/**
 * Sentences in the tokens `[from, to)` of a text, as datatrove 0.10 counts them with spaCy 3.8's
 * sentencizer: after an end mark a sentence starts at the first token that is neither an end mark nor
 * all punctuation. `whole` says that the range is the whole text, whose outer white space counts too;
 * else the range is a stripped line. Never less than 1.
 */
export function countSentences(words: Words, from: number, to: number, whole: boolean): number {
  const { ids, gaps } = words;
  const { tokenTraits } = words.lexicon;
  let sentences = 1;
  let ended = false;
  for (let token = from; token < to; token += 1) {
    // White space is no punctuation: it begins the sentence that the next token belongs to.
    if (ended && token > from && gaps[token] === 1) {
      sentences += 1;
      ended = false;
    }
    const bits = tokenTraits[ids[token] ?? 0] ?? 0;
    if (bits & traits.sentenceEnd) ended = true;
    else if (ended && !(bits & traits.punctuation)) {
      sentences += 1;
      ended = false;
    }
  }
  return whole && ended && words.gapAtEnd ? sentences + 1 : sentences;
}
