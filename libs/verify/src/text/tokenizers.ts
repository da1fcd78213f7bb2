import { ChineseSplitter } from './chinese/chinese-splitter.ts';
import { english } from './english.ts';
import { patternRules } from './pattern-rules.ts';
import { ChunkSplitter } from './split-chunk.ts';
import type { Splitter } from './splitter.ts';
import { arPatterns, dePatterns, esPatterns, frPatterns, frWhole } from './tables/languages.ts';
import { arCases, deCases, esCases, frCases } from './tables/special-cases.ts';
import { tokenizerVersion } from './words.ts';

/**
 * Splitters by the name that verdicts carry. `spacy-3.8-<language>` gives the tokens of that blank spaCy
 * language (docs/filters.md says where French, Spanish and Arabic differ); `jieba-0.42` the Chinese words
 * that spaCy takes from jieba; `icu-<version>` the UAX #29 words of this engine's ICU.
 */
export const tokenizers = {
  [tokenizerVersion]: () => new ChunkSplitter(english),
  'spacy-3.8-de': () => new ChunkSplitter(patternRules(dePatterns, deCases)),
  'spacy-3.8-fr': () => new ChunkSplitter(patternRules(frPatterns, frCases, frWhole)),
  'spacy-3.8-es': () => new ChunkSplitter(patternRules(esPatterns, esCases)),
  'spacy-3.8-ar': () => new ChunkSplitter(patternRules(arPatterns, arCases)),
  'jieba-0.42': () => new ChineseSplitter(),
  icu: segmenter,
} as const satisfies { readonly [name: string]: () => Splitter };

/** Name of a splitter. */
export type TokenizerName = keyof typeof tokenizers;

/** The name of a tokenizer as verdicts carry it: the engine's says the engine's version. */
export function versionedName(name: TokenizerName): string {
  return name === 'icu' ? `icu-${process.versions['icu'] ?? 'none'}` : name;
}

/** Longest run in UTF-16 units that ICU is given at once, which bounds its time and memory. */
const pieceMax = 4096;

function segmenter(): Splitter {
  const words = new Intl.Segmenter('en', { granularity: 'word' });
  return {
    split: (chunk) => {
      const cuts: number[] = [];
      for (let from = 0; from < chunk.length; from += pieceMax) {
        for (const { index, segment } of words.segment(chunk.slice(from, from + pieceMax)))
          cuts.push(from + index + segment.length);
      }
      return { cuts };
    },
    mend: (_, cuts) => cuts,
  };
}
