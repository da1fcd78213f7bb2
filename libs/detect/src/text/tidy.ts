import { classOf, classSpace, firstWordClass, unitsOf } from './classes.ts';

const star = 42;
const underscore = 95;
const backtick = 96;
const tilde = 126;
const hyphen = 45;
const hash = 35;
const greater = 62;
const plus = 43;
const bar = 124;
const equals = 61;
const apostrophe = 39;
const openBracket = 91;
const closeBracket = 93;
const openParen = 40;
const closeParen = 41;
const exclamation = 33;
const bullet = 0x2022;
const newline = 10;
const quote = 34;
const space = 32;
const letterN = 110;

const closing: ReadonlySet<number> = new Set(unitsOf(',.;:!?)]}%'));
const opening: ReadonlySet<number> = new Set(unitsOf('([{'));

/** What a tokeniser parts from the word before it, beside n't. */
const contraction = /^'(s|re|ve|ll|d|m)(?![A-Za-z])/;

/** Longest label and address of a markdown link that is recognised, code units. Bounds the look-ahead. */
const linkLabelMax = 300;
const linkAddressMax = 600;

/**
 * Steps 6 (markdown) and 7 of the canonical form in one pass: takes out line marks (headings, quotes,
 * bullets, rules, table bars), emphasis, code ticks and link addresses, collapses all white space, and
 * undoes the spaces a tokeniser put before closing and after opening punctuation. Stops when `limit`
 * code units are written. Linear; no regular expression. Needs folded typography.
 */
export function tidy(text: string, limit: number): string {
  return new Tidier(text, limit).run();
}

class Tidier {
  readonly #text: string;
  readonly #out: Uint16Array;
  readonly #limit: number;
  #size = 0;
  #at = 0;
  #pendingSpace = false;
  #lineStart = true;
  #afterOpening = false;
  /** Where the address of the link being copied begins and ends; -1 outside links. */
  #labelEnd = -1;
  #linkEnd = -1;

  constructor(text: string, limit: number) {
    this.#text = text;
    this.#limit = limit;
    // A run of hyphens may grow by two, and a written mark by a space before it.
    this.#out = new Uint16Array(limit + 8);
  }

  run(): string {
    const { length } = this.#text;
    while (this.#at < length && this.#size < this.#limit) this.#step();
    return Buffer.from(this.#out.buffer, 0, this.#size * 2).toString('utf16le');
  }

  #step(): void {
    const unit = this.#unit(this.#at);
    if (classOf[unit] === classSpace) {
      if (unit === newline) this.#lineStart = true;
      this.#pendingSpace = true;
      this.#at += 1;
      return;
    }
    if (this.#at === this.#labelEnd) {
      this.#at = this.#linkEnd;
      this.#labelEnd = -1;
      return;
    }
    if (this.#lineStart && this.#takeLineMark(unit)) return;
    this.#lineStart = false;
    if ((classOf[unit] ?? 0) >= firstWordClass && unit !== underscore) this.#copyWord(unit);
    else this.#mark(unit);
  }

  /** A word, or the rest of one: nothing in it can be markup. */
  #copyWord(first: number): void {
    this.#emit(first, this.#isContraction(first));
    let at = this.#at + 1;
    const { length } = this.#text;
    while (at < length && this.#size < this.#limit) {
      const unit = this.#text.charCodeAt(at);
      if ((classOf[unit] ?? 0) < firstWordClass || unit === underscore) break;
      this.#out[this.#size] = unit;
      this.#size += 1;
      at += 1;
    }
    this.#at = at;
  }

  #mark(unit: number): void {
    switch (unit) {
      case star:
        return this.#emphasis(unit, !this.#isFree(this.#at, this.#runEnd(unit)));
      case underscore:
        return this.#emphasis(unit, !this.#isInsideWord(this.#at, this.#runEnd(unit)));
      case tilde:
        return this.#emphasis(unit, this.#runEnd(unit) - this.#at >= 2);
      case backtick:
        return this.#ticks(backtick);
      case apostrophe:
        return this.#ticks(apostrophe);
      case hyphen:
        return this.#hyphens();
      case exclamation:
      case openBracket:
        return this.#bracket(unit);
      default:
        this.#emit(unit, closing.has(unit) && this.#isSetOff());
        this.#at += 1;
    }
  }

  /** Writes one unit, with the space that waits before it unless `glued`. */
  #emit(unit: number, glued: boolean): void {
    if (this.#pendingSpace && !glued && this.#size > 0 && !this.#afterOpening) {
      this.#out[this.#size] = space;
      this.#size += 1;
    }
    this.#pendingSpace = false;
    this.#out[this.#size] = unit;
    this.#size += 1;
    this.#afterOpening = opening.has(unit);
  }

  /** True when a mark that closes stands apart: after it comes space, the end or another closing mark. */
  #isSetOff(): boolean {
    const next = this.#unit(this.#at + 1);
    return Number.isNaN(next) || classOf[next] === classSpace || closing.has(next);
  }

  /** The rest of a tokenised contraction, as in `do n't`. */
  #isContraction(unit: number): boolean {
    return this.#pendingSpace && unit === letterN && /^n't(?![A-Za-z])/.test(this.#ahead());
  }

  #emphasis(unit: number, isMarkup: boolean): void {
    const end = this.#runEnd(unit);
    if (!isMarkup)
      for (let i = this.#at; i < end && this.#size < this.#limit; i += 1) this.#emit(unit, false);
    this.#at = end;
  }

  /** Two ticks or apostrophes are a quotation mark (Penn Treebank style); other ticks are markup. */
  #ticks(unit: number): void {
    const end = this.#runEnd(unit);
    const run = end - this.#at;
    if (run === 2) this.#emit(quote, false);
    else if (unit === apostrophe) {
      const isParted = run === 1 && this.#pendingSpace && contraction.test(this.#ahead());
      for (let i = 0; i < run && this.#size < this.#limit; i += 1) this.#emit(unit, isParted);
    }
    this.#at = end;
  }

  #ahead(): string {
    return this.#text.slice(this.#at, this.#at + 4);
  }

  #hyphens(): void {
    const end = this.#runEnd(hyphen);
    const isDash = end - this.#at >= 2;
    if (isDash) this.#pendingSpace = true;
    this.#emit(hyphen, false);
    if (isDash) this.#pendingSpace = true;
    this.#at = end;
  }

  #bracket(unit: number): void {
    const open = unit === exclamation ? this.#at + 1 : this.#at;
    const isLink = this.#unit(open) === openBracket && this.#findLink(open);
    if (isLink) {
      this.#at = open + 1;
      return;
    }
    this.#emit(unit, unit === exclamation && this.#isSetOff());
    this.#at += 1;
  }

  /** Remembers `](address)` of the link that opens here. The label ends at the first bracket, so all scans together are linear. */
  #findLink(open: number): boolean {
    const labelLimit = Math.min(this.#text.length, open + 1 + linkLabelMax);
    let at = open + 1;
    for (; at < labelLimit; at += 1) {
      const unit = this.#unit(at);
      if (unit === openBracket || unit === closeBracket) break;
    }
    if (this.#unit(at) !== closeBracket || this.#unit(at + 1) !== openParen) return false;
    const addressLimit = Math.min(this.#text.length, at + 2 + linkAddressMax);
    for (let end = at + 2; end < addressLimit; end += 1) {
      const unit = this.#unit(end);
      if (unit === closeParen) {
        this.#labelEnd = at;
        this.#linkEnd = end + 1;
        return true;
      }
      if (classOf[unit] === classSpace || unit === openParen) return false;
    }
    return false;
  }

  /** Consumes one mark that begins a line; the line stays at its start, so marks may follow each other. */
  #takeLineMark(unit: number): boolean {
    const end = this.#runEnd(unit);
    const run = end - this.#at;
    const after = this.#unit(end);
    const isBeforeSpace = Number.isNaN(after) || classOf[after] === classSpace;
    const isRule =
      run >= 3 &&
      (unit === hyphen || unit === star || unit === underscore || unit === equals) &&
      isBeforeSpace;
    const isHeading = unit === hash && run <= 6 && isBeforeSpace;
    const isItem =
      run === 1 && (unit === hyphen || unit === star || unit === plus || unit === bullet) && isBeforeSpace;
    const isQuote = unit === greater || unit === bar;
    if (!isRule && !isHeading && !isItem && !isQuote) return false;
    this.#at = end;
    return true;
  }

  /** End of the run of equal units that begins here. */
  #runEnd(unit: number): number {
    let end = this.#at + 1;
    while (this.#unit(end) === unit) end += 1;
    return end;
  }

  #isFree(start: number, end: number): boolean {
    const before = this.#unit(start - 1);
    const after = this.#unit(end);
    return (
      (Number.isNaN(before) || classOf[before] === classSpace) &&
      (Number.isNaN(after) || classOf[after] === classSpace)
    );
  }

  #isInsideWord(start: number, end: number): boolean {
    return this.#isWord(this.#unit(start - 1)) && this.#isWord(this.#unit(end));
  }

  #isWord(unit: number): boolean {
    return (classOf[unit] ?? 0) >= firstWordClass;
  }

  /** NaN beyond the ends; `classOf[NaN]` is undefined. */
  #unit(at: number): number {
    return this.#text.charCodeAt(at);
  }
}
