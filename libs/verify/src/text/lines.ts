import { characterClasses, classes } from './characters.ts';

/** First offset of `text[from, to)` that is not white space by Python's rule, or `to`. */
export function trimStart(text: string, from: number, to: number): number {
  let index = from;
  while (index < to && isSpace(text.charCodeAt(index))) index += 1;
  return index;
}

/** Offset behind the last character of `text[from, to)` that is not white space, or `from`. */
export function trimEnd(text: string, from: number, to: number): number {
  let index = to;
  while (index > from && isSpace(text.charCodeAt(index - 1))) index -= 1;
  return index;
}

/** Python's `str.strip()`. JavaScript's `trim` differs in seven characters. */
export function strip(text: string): string {
  const from = trimStart(text, 0, text.length);
  return text.slice(from, trimEnd(text, from, text.length));
}

/** Python's `len`: code points, not UTF-16 units. */
export function codePoints(text: string): number {
  let pairs = 0;
  for (let index = 0; index < text.length - 1; index += 1) {
    const isHigh = (text.charCodeAt(index) & 0xfc00) === 0xd800;
    if (isHigh && (text.charCodeAt(index + 1) & 0xfc00) === 0xdc00) pairs += 1;
  }
  return text.length - pairs;
}

/** Python's `str.count`: occurrences that do not overlap. */
export function occurrences(text: string, part: string): number {
  let count = 0;
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + part.length)) count += 1;
  return count;
}

/** The parts of a text between runs of at least `least` newlines, empty ones included. */
export function splitAtNewlines(text: string, least: number): readonly string[] {
  const parts: string[] = [];
  let start = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at)) {
    const run = at;
    while (text.charCodeAt(at) === 0xa) at += 1;
    if (at - run < least) continue;
    parts.push(text.slice(start, run));
    start = at;
  }
  parts.push(text.slice(start));
  return parts;
}

function isSpace(unit: number): boolean {
  return ((characterClasses[unit] ?? 0) & classes.space) !== 0;
}
