import { characterClasses, classes } from '../text/characters.ts';
import { listedPunctuation } from '../text/tables/characters.ts';
import { forEachRange } from '../text/ranges.ts';
import type { RangeTable } from '../text/ranges.ts';
import { finalSigmas } from './sigma.ts';
import {
  assignedIn14,
  combiningClasses,
  decimalDigits,
  immovableMarks,
  nonspacingMarks,
} from './simplify-tables.ts';

/** Version of {@link simplifyText}: datatrove 0.10.1 on Python 3.11, part of every near signature. */
export const simplifyVersion = 'datatrove-0.10-py3.11';

/**
 * The text with what rarely matters taken out, equal to `simplify_text` of datatrove 0.10.1: lower
 * case; every number (digits of any script, at most one decimal separator) becomes `0`; the 129 listed
 * marks become spaces; white space becomes single spaces; canonical decomposition; category Mn removed.
 *
 * One pass in linear time over any text; the Unicode data are Python 3.11's (14.0.0; digits 17.0).
 */
export function simplifyText(text: string): string {
  return simplifier.simplify(text);
}

/** What {@link plainUnitOf} says of the digits 0 to 9. */
export const plainDigit = 0;
/** What {@link plainUnitOf} says of what is not plain. */
export const notPlain = 0xff;

/**
 * What {@link simplifyText} makes of a UTF-16 unit whatever stands about it: a letter a to z, or a space;
 * {@link plainDigit} for 0 to 9, which depend on their neighbours; {@link notPlain} for everything else.
 */
export function plainUnitOf(unit: number): number {
  return unit < 0x80 ? (asciiKinds[unit] ?? notPlain) : simplifier.plainUnitOf(unit);
}

/**
 * Where the number ends whose first ASCII digit is `text[index]`, as simplifyText reads numbers; digits of
 * other scripts, which would belong to it, are not plain.
 */
export function pastPlainNumber(text: string, index: number): number {
  const past = pastAsciiDigits(text, index);
  if (!decimalSeparators.has(text.charCodeAt(past))) return past;
  const further = pastAsciiDigits(text, past + 1);
  return further > past + 1 ? further : past;
}

function pastAsciiDigits(text: string, index: number): number {
  for (;;) {
    const unit = text.charCodeAt(index);
    if (!(unit >= zero && unit <= 0x39)) return index;
    index += 1;
  }
}

/**
 * What a code point becomes, unless it becomes one code point: then that, plus one. 0: not looked up yet.
 * `nothing` and `border` are marks that go, of which NFD moves nothing past the second; `mark` stays and moves.
 */
const becomes = {
  space: -1,
  nothing: -2,
  border: -3,
  digit: -4,
  sigma: -5,
  mark: -6,
  firstString: -7,
} as const;

const zero = 0x30;
const blank = 0x20;
/** U+03C2 as an entry of the table. */
const finalSigma = 0x3c3;
/** Units that one code point becomes at most, with a space before it: U+FDFA and Hangul stay below. */
const growth = 24;
/** What an ASCII character becomes: a letter its lower case, everything else a space; 0 for the digits. */
const asciiKinds = Uint8Array.from({ length: 0x80 }, (_, code) => {
  const character = String.fromCharCode(code);
  if (/\d/.test(character)) return 0;
  return /[a-z]/i.test(character) ? code | 0x20 : blank;
});
/** Buffers that grew beyond this are not kept. */
const giantUnits = 1_048_576;
/** What may stand once inside a number: full stop, comma and their sisters of other scripts (`NUMBERS_PATTERN`). */
const decimalSeparators: ReadonlySet<number> = new Set([0x2e, 0x2c, 0x60c, 0x66b, 0x2396, 0x2397, 0x2398]);

/** A set of code points, one bit each. */
class CodePoints {
  readonly #bits: Uint8Array = new Uint8Array(0x110000 >> 3);

  constructor(table: RangeTable) {
    forEachRange(table, (first, last) => {
      for (let code = first; code <= last; code += 1)
        this.#bits[code >> 3] = (this.#bits[code >> 3] ?? 0) | (1 << (code & 7));
    });
  }

  has(code: number): boolean {
    return ((this.#bits[code >> 3] ?? 0) & (1 << (code & 7))) !== 0;
  }
}

const assigned = new CodePoints(assignedIn14);
const nonspacing = new CodePoints(nonspacingMarks);
const immovable = new CodePoints(immovableMarks);

function isAssigned(character: string): boolean {
  return assigned.has(character.codePointAt(0) ?? 0);
}

function isNonspacing(character: string): boolean {
  return nonspacing.has(character.codePointAt(0) ?? 0);
}

class Simplifier {
  /** By code point, see {@link becomes}; filled as characters are met. Untouched pages cost no memory. */
  readonly #table: Int32Array = new Int32Array(0x110000);
  readonly #strings: string[] = [];
  #units: Uint16Array = new Uint16Array(8192);
  #bytes: Buffer = Buffer.alloc(8192);

  /** Where the run of marks at hand began and the last one ended, in {@link Simplifier.#units}. */
  #runStart = -1;
  #runEnd = -1;
  /** Start and end of every run of two marks or more. */
  readonly #runs = new Map<number, number>();

  constructor() {
    forEachRange(listedPunctuation, (first, last) => this.#table.fill(becomes.space, first, last + 1));
    forEachRange(decimalDigits, (first, last) => this.#table.fill(becomes.digit, first, last + 1));
  }

  plainUnitOf(unit: number): number {
    const to = this.#table[unit] || this.#learn(unit);
    if (to === becomes.space) return blank;
    return to > 0x61 && to <= 0x7b ? to - 1 : notPlain;
  }

  simplify(text: string): string {
    const end = text.length;
    this.#runEnd = -1;
    let units = this.#reserve(end + 16);
    let count = 0;
    let all = 0;
    let isPending = false;
    let sigmas: Uint8Array | undefined;
    for (let index = 0; index < end; index += 1) {
      const unit = text.charCodeAt(index);
      const ascii = unit < 0x80 ? (asciiKinds[unit] ?? 0) : 0;
      if (ascii !== 0) {
        if (ascii === blank) {
          isPending = count > 0;
          continue;
        }
        // One unit at most comes of one, and a space before it of another: there is room.
        if (isPending) units[count++] = blank;
        isPending = false;
        units[count++] = ascii;
        continue;
      }
      const code = (unit & 0xfc00) === 0xd800 ? (text.codePointAt(index) ?? 0) : unit;
      const to = this.#table[code] || this.#learn(code);
      if (to === becomes.space) {
        isPending = count > 0;
        continue;
      }
      if (count + growth + end - index > units.length) units = this.#reserve(2 * units.length + growth);
      if (isPending) units[count++] = blank;
      isPending = false;
      if (to === becomes.digit) {
        index = this.#pastNumber(text, index);
        units[count++] = zero;
        continue;
      }
      if (to === becomes.sigma) sigmas ??= finalSigmas(text, isAssigned);
      if (to === becomes.border) this.#runEnd = -1;
      const from = count;
      count = this.#put(count, to === becomes.sigma && sigmas?.[index] === 1 ? finalSigma : to, code);
      for (let at = from; at < count; at += 1) all |= units[at] ?? 0;
      if (code > 0xffff) index += 1;
    }
    if (this.#runs.size > 0) this.#orderRuns();
    // What Mn left behind at the end: datatrove strips again.
    while (count > 0 && units[count - 1] === blank) count -= 1;
    const simple = all < 0x100 ? this.#narrow(count) : this.#wide(count);
    if (units.length > giantUnits) this.#giveBack();
    return simple;
  }

  /** Gives back what one giant document took. */
  #giveBack(): void {
    this.#units = new Uint16Array(8192);
    this.#bytes = Buffer.alloc(8192);
  }

  /** Writes what `to` stands for, which `code` became; returns where the next unit goes. */
  #put(count: number, to: number, code: number): number {
    if (to === becomes.nothing || to === becomes.border) return count;
    if (to === becomes.sigma) return this.#putCode(count, 0x3c3);
    if (to === becomes.mark) return this.#putMark(count, code);
    if (to > 0) return this.#putCode(count, to - 1);
    for (const character of this.#strings[becomes.firstString - to] ?? '') {
      const part = character.codePointAt(0) ?? 0;
      count = combiningClasses.has(part) ? this.#putMark(count, part) : this.#putCode(count, part);
    }
    return count;
  }

  /** Writes a mark that stays, and notes the run of them that it belongs to. */
  #putMark(count: number, mark: number): number {
    const isFurther = this.#runEnd === count;
    if (!isFurther) this.#runStart = count;
    this.#runEnd = this.#putCode(count, mark);
    if (isFurther) this.#runs.set(this.#runStart, this.#runEnd);
    return this.#runEnd;
  }

  /** Canonical order (UAX 15, D109): a stable sort of each run by combining class, in n log n; NFD of the engine is quadratic. */
  #orderRuns(): void {
    for (const [start, end] of this.#runs) {
      const run = Buffer.from(this.#units.buffer, 2 * start, 2 * (end - start)).toString('utf16le');
      const marks = Array.from(run, (mark) => mark.codePointAt(0) ?? 0).toSorted(
        (a, b) => (combiningClasses.get(a) ?? 0) - (combiningClasses.get(b) ?? 0),
      );
      let count = start;
      for (const mark of marks) count = this.#putCode(count, mark);
    }
    this.#runs.clear();
  }

  #putCode(count: number, code: number): number {
    if (code <= 0xffff) {
      this.#units[count] = code;
      return count + 1;
    }
    this.#units[count] = 0xd7c0 + (code >> 10);
    this.#units[count + 1] = 0xdc00 + (code & 0x3ff);
    return count + 2;
  }

  /** The last unit of the number that begins at `index`: digits, then at most one separator and digits. */
  #pastNumber(text: string, index: number): number {
    const past = this.#pastDigits(text, index);
    if (!decimalSeparators.has(text.charCodeAt(past))) return past - 1;
    const further = this.#pastDigits(text, past + 1);
    return (further > past + 1 ? further : past) - 1;
  }

  #pastDigits(text: string, index: number): number {
    for (;;) {
      const code = text.codePointAt(index) ?? 0;
      if (this.#table[code] !== becomes.digit) return index;
      index += code > 0xffff ? 2 : 1;
    }
  }

  #learn(code: number): number {
    const to = this.#lookUp(code);
    this.#table[code] = to;
    return to;
  }

  #lookUp(code: number): number {
    if ((characterClasses[code] ?? 0) & classes.space) return becomes.space;
    if (code === 0x3a3) return becomes.sigma;
    const character = String.fromCodePoint(code);
    if (!isAssigned(character)) return code + 1;
    if (combiningClasses.has(code)) return becomes.mark;
    const to = Array.from(character.toLowerCase().normalize('NFD'))
      .filter((mark) => !isNonspacing(mark))
      .join('');
    const [first, second] = to;
    if (first === undefined) return immovable.has(code) ? becomes.border : becomes.nothing;
    if (second === undefined) return (first.codePointAt(0) ?? 0) + 1;
    return becomes.firstString - (this.#strings.push(to) - 1);
  }

  #narrow(count: number): string {
    if (this.#bytes.length < count) this.#bytes = Buffer.alloc(this.#units.length);
    const bytes = this.#bytes;
    const units = this.#units;
    for (let index = 0; index < count; index += 1) bytes[index] = units[index] ?? 0;
    return bytes.toString('latin1', 0, count);
  }

  #wide(count: number): string {
    return Buffer.from(this.#units.buffer, 0, count * 2).toString('utf16le');
  }

  /** The buffer, enlarged to at least so many units. */
  #reserve(needed: number): Uint16Array {
    if (needed <= this.#units.length) return this.#units;
    const larger = new Uint16Array(needed);
    larger.set(this.#units);
    this.#units = larger;
    return larger;
  }
}

const simplifier = new Simplifier();
