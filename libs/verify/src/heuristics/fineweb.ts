import { characterClasses, classes } from '../text/characters.ts';
import { codePoints, occurrences, trimStart } from '../text/lines.ts';
import { findDuplicates } from './duplicates.ts';
import type { Findings } from './findings.ts';

/** Bounds of FineWeb's own rules (Penedo et al., arXiv 2406.17557; values as in datatrove 0.10's code). */
export interface FinewebThresholds {
  /** Least share of lines that end in one of 159 terminal marks. */
  readonly punctuatedLinesMin: number;
  /** Share of lines of at most `shortLineLength` characters; 0 switches the rule off. */
  readonly shortLines: number;
  /** Characters; a line of exactly this length is short. */
  readonly shortLineLength: number;
  /** Share of characters in repeated lines. The code says 0.01, the paper 0.1. */
  readonly duplicateCharacters: number;
  /** Newlines per token. */
  readonly newlinesPerToken: number;
}

/**
 * FineWeb's rules as datatrove 0.10 has them. Lines end at `\n` only, blank ones do not count, none is
 * trimmed: a space behind the full stop hides it. `length` is that of the text in code points.
 */
export function judgeFineweb(
  text: string,
  tokens: number,
  length: number,
  thresholds: FinewebThresholds,
  findings: Findings,
): void {
  const lines = text.split('\n').filter((line) => trimStart(line, 0, line.length) < line.length);
  if (lines.length === 0) {
    findings.fail('empty');
    return;
  }
  const punctuated = lines.filter(endsInTerminal).length;
  findings.below('line_punct_ratio', punctuated, lines.length, thresholds.punctuatedLinesMin);
  const short = lines.filter((line) => isShort(line, thresholds.shortLineLength)).length;
  findings.above('short_line_ratio', short, lines.length, thresholds.shortLines);
  const newlines = occurrences(text, '\n');
  const { characters } = findDuplicates(lines);
  findings.above('char_dup_ratio', characters, length - newlines, thresholds.duplicateCharacters);
  findings.above('list_ratio', newlines, tokens, thresholds.newlinesPerToken);
}

function endsInTerminal(line: string): boolean {
  const last = line.charCodeAt(line.length - 1);
  const isPair = (last & 0xfc00) === 0xdc00 && line.length > 1;
  const code = isPair ? (line.codePointAt(line.length - 2) ?? 0) : last;
  return ((characterClasses[code] ?? 0) & classes.terminal) !== 0;
}

/** A code point is at most two units, so most lines need no count. */
function isShort(line: string, length: number): boolean {
  if (line.length > 2 * length) return false;
  return line.length <= length || codePoints(line) <= length;
}
