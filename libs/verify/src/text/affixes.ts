import { characterClasses, classes } from './characters.ts';
import { currencySigns, punctuationMarks, quotationMarks, unitsOfMeasure } from './tables/marks.ts';

/**
 * The three ways in which spaCy 3.8's English rules (MIT, `lang/en/punctuation.py`,
 * `lang/punctuation.py`) cut a run of characters without white space: marks in front, marks behind,
 * marks within. All positions are UTF-16 offsets; `from` and `to` bound what the rules may see.
 */

/** Length of the mark in front of `text[from, to)`, 0 for none. Takes the first rule that fits. */
export function prefixLength(text: string, from: number, to: number): number {
  const code = codeAt(text, from);
  if (code === dot) {
    const run = dotRun(text, from, to);
    return run >= 2 ? run : 0;
  }
  if (code === plus) return isDigit(from + 1 < to ? text.charCodeAt(from + 1) : 0) ? 0 : 1;
  if (bits(code) & frontMark) return code > 0xffff ? 2 : 1;
  // US$, C$ and A$ are one token.
  if (code === 0x55 && text.startsWith('US$', from) && from + 3 <= to) return 3;
  if ((code === 0x43 || code === 0x41) && from + 2 <= to && text.charCodeAt(from + 1) === dollar) return 2;
  return 0;
}

/** Length of the mark behind `text[from, to)`, 0 for none. Takes the longest rule that fits. */
export function suffixLength(text: string, from: number, to: number): number {
  if (from >= to) return 0;
  const last = codeBefore(text, from, to);
  const width = last > 0xffff ? 2 : 1;
  const before = to - width > from ? codeBefore(text, from, to - width) : 0;
  if (last === dot) return dotSuffix(text, from, to, before);
  const unit = unitLength(text, from, to);
  if (unit > 0) return unit;
  if (last === 0x2026) return before === 0x2026 ? 2 : 1;
  if (last === 0x73 || last === 0x53) return before === apostrophe || before === 0x2019 ? 2 : 0;
  if (last === plus) return isDigit(before) ? 1 : 0;
  if (bits(last) & currency) return currencyLength(text, from, to, last, before);
  return bits(last) & backMark ? width : 0;
}

function dotSuffix(text: string, from: number, to: number, before: number): number {
  if (before === dot) {
    let start = to - 2;
    while (start > from && text.charCodeAt(start - 1) === dot) start -= 1;
    return to - start;
  }
  if (before === 0) return 0;
  if (bits(before) & dotMayFollow) return 1;
  const start = to - 1 - (before > 0xffff ? 2 : 1);
  if (isUpper(before) && start > from && isUpper(codeBefore(text, from, start))) return 1;
  // A temperature keeps its dot apart: 20°C.
  const letter = before | 0x20;
  const degrees = letter === 0x63 || letter === 0x66 || letter === 0x6b;
  return degrees && start > from && text.charCodeAt(start - 1) === 0xb0 ? 1 : 0;
}

function currencyLength(text: string, from: number, to: number, last: number, before: number): number {
  if (last === dollar) {
    const start = text.startsWith('US', to - 3)
      ? to - 3
      : before === 0x43 || before === 0x41
        ? to - 2
        : to - 1;
    if (start > from && isDigit(text.charCodeAt(start - 1))) return to - start;
  }
  return isDigit(before) ? 1 : 0;
}

/** A unit of measure counts only right behind a digit, so the letters before `to` decide. */
function unitLength(text: string, from: number, to: number): number {
  for (let length = Math.min(unitLengthMax, to - from - 1); length > 0; length -= 1) {
    if (isDigit(text.charCodeAt(to - length - 1)) && units.has(text.slice(to - length, to))) return length;
  }
  return 0;
}

/**
 * Adds to `cuts` the start and the end of every mark within `text[from, to)`: an ellipsis, a symbol,
 * an operator between digits, a full stop between sentences run together, a comma, a hyphen or one of
 * `: < > = /` between letters. A mark at the very start is not one (as in spaCy).
 */
export function findInfixes(text: string, from: number, to: number, cuts: number[]): void {
  let index = from;
  while (index < to) {
    const code = codeAt(text, index);
    const width = code > 0xffff ? 2 : 1;
    const length = bits(code) & infixStart ? infixLength(text, from, to, index, code, width) : 0;
    if (length > 0 && index > from) cuts.push(index, index + length);
    index += length > 0 ? length : width;
  }
}

function infixLength(
  text: string,
  from: number,
  to: number,
  index: number,
  code: number,
  width: number,
): number {
  if (code === 0x2026 || classOf(code) & classes.icon) return width;
  if (code === dot) {
    const run = dotRun(text, index, to);
    if (run >= 2) return run;
  }
  if (index === from) return 0;
  const before = codeBefore(text, from, index);
  const next = index + width < to ? codeAt(text, index + width) : 0;
  if (isDigit(before) && bits(code) & operator && (isDigit(next) || next === hyphen)) return 1;
  const left = classOf(before);
  const right = classOf(next);
  if (code === dot) {
    const isSentenceEnd = left & classes.lower || bits(before) & quote;
    return isSentenceEnd && (right & classes.upper || bits(next) & quote) ? 1 : 0;
  }
  if (code === comma) return left & right & classes.alpha ? 1 : 0;
  if (!(left & classes.alpha) && !isDigit(before)) return 0;
  if (bits(code) & joint) return right & classes.alpha ? 1 : 0;
  return bits(code) & hyphenMark ? hyphenLength(text, to, index, code) : 0;
}

/** `-`, `--`, `---`, `–`, `—`, `——` or `~`, each only right before a letter. */
function hyphenLength(text: string, to: number, index: number, code: number): number {
  const most = code === hyphen ? 3 : code === 0x2014 ? 2 : 1;
  for (let length = 1; length <= most && index + length < to; length += 1) {
    if (classOf(codeAt(text, index + length)) & classes.alpha) return length;
    if (text.charCodeAt(index + length) !== code) return 0;
  }
  return 0;
}

const dot = 0x2e;
const plus = 0x2b;
const comma = 0x2c;
const hyphen = 0x2d;
const dollar = 0x24;
const apostrophe = 0x27;

const frontMark = 1;
const backMark = 2;
const currency = 4;
const quote = 8;
const operator = 16;
const joint = 32;
const infixStart = 64;
const dotMayFollow = 128;
const hyphenMark = 256;

const units: ReadonlySet<string> = new Set(unitsOfMeasure.flatMap((line) => line.split(' ')));
const unitLengthMax = Math.max(...[...units].map((unit) => unit.length));

/** Bits of the rules by code point of the basic plane; symbols beyond it are icons or nothing. */
const rules: Uint16Array = buildRules();

function buildRules(): Uint16Array {
  const table = new Uint16Array(0x10000);
  const mark = (characters: string, bit: number): void => {
    for (const character of characters) {
      const code = character.charCodeAt(0);
      table[code] = (table[code] ?? 0) | bit;
    }
  };
  for (let code = 0; code < 0x10000; code += 1) {
    const kind = characterClasses[code] ?? 0;
    if (kind & classes.icon) table[code] = frontMark | backMark | infixStart;
    if (kind & classes.lower || isDigit(code)) table[code] = (table[code] ?? 0) | dotMayFollow;
  }
  mark(`§%=—–${punctuationMarks}${quotationMarks}${currencySigns}`, frontMark);
  mark(`—–${punctuationMarks}${quotationMarks}`, backMark);
  mark(currencySigns, currency);
  mark(quotationMarks, quote);
  mark('+-*^', operator);
  mark(':<>=/', joint);
  mark('-–—~', hyphenMark);
  mark('….,+-*^–—~:<>=/', infixStart);
  mark(`%²-+|${punctuationMarks}${quotationMarks}`, dotMayFollow);
  return table;
}

function bits(code: number): number {
  if (code <= 0xffff) return rules[code] ?? 0;
  const kind = classOf(code);
  return (
    (kind & classes.icon ? frontMark | backMark | infixStart : 0) | (kind & classes.lower ? dotMayFollow : 0)
  );
}

function classOf(code: number): number {
  return characterClasses[code] ?? 0;
}

function isUpper(code: number): boolean {
  return (classOf(code) & classes.upper) !== 0;
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

function codeAt(text: string, index: number): number {
  return text.codePointAt(index) ?? 0;
}

function codeBefore(text: string, from: number, index: number): number {
  const unit = text.charCodeAt(index - 1);
  const isPair = unit >= 0xdc00 && unit <= 0xdfff && index - 2 >= from;
  if (!isPair) return unit;
  const high = text.charCodeAt(index - 2);
  return high >= 0xd800 && high <= 0xdbff ? codeAt(text, index - 2) : unit;
}

function dotRun(text: string, from: number, to: number): number {
  let index = from;
  while (index < to && text.charCodeAt(index) === dot) index += 1;
  return index - from;
}
