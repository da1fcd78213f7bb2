import { hasVisibleText } from '@ballast/document';
import { Lexicon } from '../text/lexicon.ts';
import { trimStart } from '../text/lines.ts';
import { Words } from '../text/words.ts';
import { judgeC4 } from './c4.ts';
import { Findings } from './findings.ts';
import { judgeFineweb } from './fineweb.ts';
import { judgeQuality } from './gopher-quality.ts';
import { judgeRepetition } from './gopher-repetition.ts';
import { Ngrams } from './ngrams.ts';
import type { Preset } from './preset.ts';

/** What the quality rules found in one text. */
export interface Examination {
  /** Every measured value by rule, so that other bounds can be tried without a second run. */
  readonly ratios: { readonly [rule: string]: number };
  /**
   * Every rule that the text fails, in the preset's order, by datatrove's reason strings. The first is
   * datatrove's verdict, with one difference: a text of nothing but white space is `empty`.
   */
  readonly failed: readonly string[];
  /** Tokens by {@link tokenizerVersion}, punctuation marks included. */
  readonly tokens: number;
  /**
   * Line numbers (from 0, Python's splitlines) that C4's line rules keep; absent when every line with
   * text on it stays.
   */
  readonly keptLines?: readonly number[] | undefined;
}

// Arrays and the lexicon are reused from text to text; nothing of one text shows in the next result.
const lexicon = new Lexicon();
const words = new Words(lexicon);
const spare = new Words(lexicon);
const ngrams = new Ngrams();

/**
 * Judges a text by all rules of a preset: Gopher repetition, Gopher quality, C4, FineWeb. The text is
 * tokenised once. C4's rules edit a view, and FineWeb's rules judge that view; the text is untouched.
 * A rule that fails does not end the examination. Time is linear in the length of the text; no text
 * makes it throw. Lone surrogates should be refused before (the document decoder does).
 */
export function examine(text: string, preset: Preset): Examination {
  // White space as Python has it, or nothing that a reader would see.
  if (trimStart(text, 0, text.length) === text.length || !hasVisibleText(text))
    return { ratios: {}, failed: ['empty'], tokens: 0 };
  lexicon.settle();
  words.read(text);
  const findings = new Findings();
  judgeRepetition(words, ngrams, preset.repetition, findings);
  judgeQuality(words, preset.quality, findings);
  const view = judgeC4(words, spare, preset.c4, findings);
  judgeFineweb(view.text, view.tokens, preset.fineweb, findings);
  return {
    ratios: findings.ratios,
    failed: findings.failed,
    tokens: words.count,
    keptLines: view.keptLines,
  };
}
