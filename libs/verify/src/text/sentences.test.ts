import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Lexicon } from './lexicon.ts';
import { countSentences } from './sentences.ts';
import { Words } from './words.ts';

function sentences(text: string): number {
  const words = new Words(new Lexicon());
  words.read(text);
  return countSentences(words, 0, words.count, true);
}

describe('countSentences agrees with spaCy 3.8 and datatrove 0.10 (measured)', () => {
  const golden: { readonly [text: string]: number } = {
    'Hello there. Dr. Smith went. It cost $3.50 today! "Why?" he said.': 5,
    'He left... Then (quietly.) he came back?! Yes.': 3,
    'no end mark at all': 1,
    '': 1,
    'One. Two.': 2,
    'One.Two. 三。四。': 3,
    'One.  ? Two.': 3,
    'One. ? Two.': 2,
    'One.  ': 2,
    'One. ': 1,
  };
  for (const [text, count] of Object.entries(golden))
    test(JSON.stringify(text), () => assert.equal(sentences(text), count));
});
