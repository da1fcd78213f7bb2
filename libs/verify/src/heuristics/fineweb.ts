import { characterClasses, classes } from '../text/characters.ts';
import { codePoints, trimStart } from '../text/lines.ts';
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
  const { lines, newlines, punctuated, short } = readLines(text, thresholds.shortLineLength);
  if (lines.length === 0) {
    findings.fail('empty');
    return;
  }
  findings.below('line_punct_ratio', punctuated, lines.length, thresholds.punctuatedLinesMin);
  findings.above('short_line_ratio', short, lines.length, thresholds.shortLines);
  const { characters } = findDuplicates(lines);
  findings.above('char_dup_ratio', characters, length - newlines, thresholds.duplicateCharacters);
  findings.above('list_ratio', newlines, tokens, thresholds.newlinesPerToken);
}

interface Lines {
  /** Those that are not blank. */
  readonly lines: readonly string[];
  readonly newlines: number;
  readonly punctuated: number;
  readonly short: number;
}

function readLines(text: string, shortLength: number): Lines {
  const lines: string[] = [];
  let newlines = 0;
  let punctuated = 0;
  let short = 0;
  for (let start = 0; start <= text.length;) {
    const found = text.indexOf('\n', start);
    const end = found < 0 ? text.length : found;
    if (trimStart(text, start, end) < end) {
      const line = text.slice(start, end);
      lines.push(line);
      if (endsInTerminal(text, start, end)) punctuated += 1;
      if (isShort(line, shortLength)) short += 1;
    }
    if (found >= 0) newlines += 1;
    start = end + 1;
  }
  return { lines, newlines, punctuated, short };
}

function endsInTerminal(text: string, start: number, end: number): boolean {
  const last = text.charCodeAt(end - 1);
  const isPair = (last & 0xfc00) === 0xdc00 && end - start > 1;
  const code = isPair ? (text.codePointAt(end - 2) ?? 0) : last;
  return ((characterClasses[code] ?? 0) & classes.terminal) !== 0;
}

/** A code point is at most two units, so most lines need no count. */
function isShort(line: string, length: number): boolean {
  if (line.length > 2 * length) return false;
  return line.length <= length || codePoints(line) <= length;
}
