import { splitAtNewlines, strip } from '../text/lines.ts';
import type { Words } from '../text/words.ts';
import { findDuplicates } from './duplicates.ts';
import type { Findings } from './findings.ts';
import { duplicateSizes } from './ngrams.ts';
import type { Ngrams } from './ngrams.ts';

/**
 * Bounds of Gopher's repetition rules (Rae et al., arXiv 2112.11446, Table A1). A text fails what is
 * strictly above its bound; a bound of 0 switches a rule off, as in datatrove.
 */
export interface RepetitionThresholds {
  /** Share of paragraphs (parts between two or more newlines of the stripped text) that are copies. */
  readonly duplicateParagraphs: number;
  /** Share of characters in such copies. */
  readonly duplicateParagraphCharacters: number;
  /** Share of lines (parts between newlines of the text as it is) that are copies. */
  readonly duplicateLines: number;
  readonly duplicateLineCharacters: number;
  /** Share of characters that the most frequent 2-, 3- and 4-gram covers. */
  readonly topNgrams: readonly [two: number, three: number, four: number];
  /** Share of characters in repeated 5- to 10-grams. */
  readonly duplicateNgrams: readonly [
    five: number,
    six: number,
    seven: number,
    eight: number,
    nine: number,
    ten: number,
  ];
}

/**
 * Gopher's repetition rules as datatrove 0.10 has them: second and later copies count, shares are of all
 * characters of the text. Note that short texts always fail `top_2_gram` to `top_4_gram`, because an
 * n-gram that occurs once counts. A text of no character fails `empty` and nothing else.
 */
export function judgeRepetition(
  words: Words,
  ngrams: Ngrams,
  thresholds: RepetitionThresholds,
  findings: Findings,
): void {
  const { text, length } = words;
  if (text === '') {
    findings.fail('empty');
    return;
  }
  const lines = splitAtNewlines(text, 1);
  const lineCopies = findDuplicates(lines);
  const stripped = strip(text);
  const paragraphs = splitAtNewlines(stripped, 2);
  // Without a line that comes twice no paragraph does, unless stripping changed one.
  const isClean = lineCopies.parts === 0 && stripped.length === text.length;
  const paragraphCopies = isClean ? lineCopies : findDuplicates(paragraphs);
  findings.above('dup_para_frac', paragraphCopies.parts, paragraphs.length, thresholds.duplicateParagraphs);
  findings.above(
    'dup_para_char_frac',
    paragraphCopies.characters,
    length,
    thresholds.duplicateParagraphCharacters,
  );

  findings.above('dup_line_frac', lineCopies.parts, lines.length, thresholds.duplicateLines);
  findings.above('dup_line_char_frac', lineCopies.characters, length, thresholds.duplicateLineCharacters);

  ngrams.top(words).forEach((covered, index) => {
    if (words.count < index + 2) return;
    findings.above(topRules[index] ?? '', covered, length, thresholds.topNgrams[index] ?? 0);
  });
  ngrams.duplicates(words).forEach((characters, index) => {
    findings.above(duplicateRules[index] ?? '', characters, length, thresholds.duplicateNgrams[index] ?? 0);
  });
}

/** Made once: a name built per text would be looked up character by character. */
const topRules = ['top_2_gram', 'top_3_gram', 'top_4_gram'];
const duplicateRules = duplicateSizes.map((n) => `duplicated_${n}_n_grams`);
