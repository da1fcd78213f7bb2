import { traits } from '../text/lexicon.ts';
import { occurrences, trimStart, trimEnd } from '../text/lines.ts';
import type { Words } from '../text/words.ts';
import type { Findings } from './findings.ts';

/**
 * Bounds of Gopher's quality rules (Rae et al., arXiv 2112.11446, Table A1). A bound of 0 switches a
 * rule off, as in datatrove.
 */
export interface QualityThresholds {
  /** Words that hold at least one character outside the 281 punctuation characters. */
  readonly wordsMin: number;
  readonly wordsMax: number;
  /** Mean length of these words in characters. */
  readonly wordLengthMin: number;
  readonly wordLengthMax: number;
  /** `#` per token, and ellipses (`...` or `…`) per token, each by itself. */
  readonly symbolsPerToken: number;
  /** Share of lines that begin with `•` or `-`. */
  readonly bulletLines: number;
  /** Share of lines that end in an ellipsis. */
  readonly ellipsisLines: number;
  /** Least share of tokens that hold a letter; punctuation marks are tokens too. */
  readonly letterTokensMin: number;
  /** Least number of different stop words of the preset, as written (`The` is none). */
  readonly stopWordsMin: number;
}

/** Gopher's quality rules as datatrove 0.10 has them. The rule names are datatrove's. */
export function judgeQuality(words: Words, thresholds: QualityThresholds, findings: Findings): void {
  const counts = countTokens(words);
  const { text, count } = words;
  findings.below('gopher_short_doc', counts.words, 1, thresholds.wordsMin);
  findings.above('gopher_long_doc', counts.words, 1, thresholds.wordsMax);
  findings.below('gopher_below_avg_threshold', counts.wordCharacters, counts.words, thresholds.wordLengthMin);
  findings.above('gopher_above_avg_threshold', counts.wordCharacters, counts.words, thresholds.wordLengthMax);

  findings.above('gopher_too_many_hashes', occurrences(text, '#'), count, thresholds.symbolsPerToken);
  const ellipses = occurrences(text, '...') + occurrences(text, '…');
  findings.above('gopher_too_many_ellipsis', ellipses, count, thresholds.symbolsPerToken);

  const lines = countLines(words);
  findings.above('gopher_too_many_bullets', lines.bullets, words.lineCount, thresholds.bulletLines);
  findings.above('gopher_too_many_end_ellipsis', lines.ellipses, words.lineCount, thresholds.ellipsisLines);

  findings.below('gopher_below_alpha_threshold', counts.withLetter, count, thresholds.letterTokensMin);
  findings.below('gopher_enough_stop_words', counts.stopWords, 1, thresholds.stopWordsMin);
}

interface TokenCounts {
  words: number;
  wordCharacters: number;
  withLetter: number;
  stopWords: number;
}

function countTokens(words: Words): TokenCounts {
  const { ids, count } = words;
  const { tokenTraits, tokenLength, tokenStopWord } = words.lexicon;
  const counts = { words: 0, wordCharacters: 0, withLetter: 0, stopWords: 0 };
  let stopWords = 0;
  for (let token = 0; token < count; token += 1) {
    const id = ids[token] ?? 0;
    const bits = tokenTraits[id] ?? 0;
    if (bits & traits.word) {
      counts.words += 1;
      counts.wordCharacters += tokenLength[id] ?? 0;
    }
    if (bits & traits.letter) counts.withLetter += 1;
    stopWords |= tokenStopWord[id] ?? 0;
  }
  for (; stopWords !== 0; stopWords &= stopWords - 1) counts.stopWords += 1;
  return counts;
}

function countLines(words: Words): { readonly bullets: number; readonly ellipses: number } {
  const { text, lineStart, lineEnd } = words;
  let bullets = 0;
  let ellipses = 0;
  for (let line = 0; line < words.lineCount; line += 1) {
    const start = lineStart[line] ?? 0;
    const end = lineEnd[line] ?? 0;
    const first = trimStart(text, start, end);
    if (first === end) continue;
    const mark = text.charCodeAt(first);
    if (mark === 0x2022 || mark === 0x2d) bullets += 1;
    const last = trimEnd(text, first, end);
    const isEllipsis =
      text.charCodeAt(last - 1) === 0x2026 || (last - first >= 3 && text.startsWith('...', last - 3));
    if (isEllipsis) ellipses += 1;
  }
  return { bullets, ellipses };
}
