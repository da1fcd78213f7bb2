import { characterClasses, classes } from './characters.ts';
import { foldUnit } from './lexicon.ts';
import type { Lexicon, UnmendedChunk } from './lexicon.ts';

/**
 * Version of the English word splitter, part of every verdict: the tokens of spaCy 3.8's blank English
 * (what datatrove 0.10 judges by), less white space. `npm run compare:datatrove` compares them with
 * spaCy's own over every code point, fuzzed text and whole documents.
 */
export const tokenizerVersion = 'spacy-3.8-en';

/** A chunk longer than this many characters makes C4 leave its line out; longer ones are counted. */
const longWordMin = 1001;

/**
 * One text, tokenised once for all rules: tokens, and the lines of Python's `str.splitlines`. The arrays
 * are reused by the next {@link Words.read} and may be longer than the counts say.
 */
export class Words {
  text = '';
  /** Tokens without white space; `ids[k]` is a number of the lexicon. */
  count = 0;
  ids: Int32Array = new Int32Array(4096);
  /** 1 where spaCy has a token of white space before token k (it splits sentences, nothing else). */
  gaps: Uint8Array = new Uint8Array(4096);
  /** Surrogate pairs: code points are `text.length - pairs`. */
  pairs = 0;

  /** Lines by {@link classes.lineEnd}, `\r\n` as one, no empty last line. */
  lineCount = 0;
  lineStart: Int32Array = new Int32Array(256);
  lineEnd: Int32Array = new Int32Array(256);
  /** First token of line k; line k + 1 (or `count`) ends it. */
  lineToken: Int32Array = new Int32Array(256);
  /** Words between white space in line k. */
  lineChunks: Int32Array = new Int32Array(256);
  /** 1 where a word of line k has {@link longWordMin} characters or more. */
  lineHasLongWord: Uint8Array = new Uint8Array(256);

  readonly lexicon: Lexicon;

  constructor(lexicon: Lexicon) {
    this.lexicon = lexicon;
  }

  /** Code points of the whole text. */
  get length(): number {
    return this.text.length - this.pairs;
  }

  /** Numbers of the chunks, in order, and 1 where a gap lies before one. */
  #chunks: Int32Array = new Int32Array(4096);
  #chunkGaps: Uint8Array = new Uint8Array(4096);
  #chunkCount = 0;
  /** First chunk of line k. */
  #lineChunk: Int32Array = new Int32Array(256);

  /** Reads a text; the time is linear in its length. */
  read(text: string): void {
    this.#scan(text);
    const isMended = this.#expand(none);
    if (!isMended) return;
    const overrides = this.#findOverrides();
    if (overrides.size > 0) this.#expand(overrides);
  }

  /** Finds chunks and lines. */
  #scan(text: string): void {
    this.text = text;
    this.#chunkCount = 0;
    this.pairs = 0;
    this.lineCount = 0;
    this.#openLine(0);
    const { seed } = this.lexicon;
    const end = text.length;
    let index = 0;
    let gapStart = 0;
    while (index < end) {
      let unit = text.charCodeAt(index);
      let kind = characterClasses[unit] ?? 0;
      if (kind & classes.space) {
        if (kind & classes.lineEnd) index = this.#endLine(index, unit);
        index += 1;
        continue;
      }
      const from = index;
      let hash = seed;
      let pairs = 0;
      do {
        hash = foldUnit(hash, unit);
        // Count high surrogates that a low one follows: together they are one code point.
        if ((unit & 0xfc00) === 0xd800 && (text.charCodeAt(index + 1) & 0xfc00) === 0xdc00) pairs += 1;
        index += 1;
        if (index === end) break;
        unit = text.charCodeAt(index);
        kind = characterClasses[unit] ?? 0;
      } while (!(kind & classes.space));
      if (this.#chunkCount === this.#chunks.length) this.#growChunks();
      this.#chunkGaps[this.#chunkCount] = from > gapStart ? 1 : 0;
      this.#chunks[this.#chunkCount++] = this.lexicon.chunk(text, from, index, hash);
      this.pairs += pairs;
      if (index - from - pairs >= longWordMin) this.lineHasLongWord[this.lineCount - 1] = 1;
      // A single space after a chunk is no token; any other white space is, also at the very start.
      gapStart = index < end && unit === 0x20 ? index + 1 : index;
    }
    this.gapAtEnd = end > gapStart;
    this.#closeLines();
  }

  /**
   * Makes tokens of the chunks; `overrides` are the tokens of chunks (by place) that their neighbours cut in
   * another way. True when a chunk holds special cases that were put together.
   */
  #expand(overrides: ReadonlyMap<number, readonly number[]>): boolean {
    const { chunkFirst, chunkTokens, chunkIsMended } = this.lexicon;
    const chunks = this.#chunks;
    const chunkGaps = this.#chunkGaps;
    let { ids, gaps } = this;
    let count = 0;
    let mended = 0;
    let place = 0;
    for (let line = 0; line < this.lineCount; line += 1) {
      this.lineToken[line] = count;
      const end = line + 1 < this.lineCount ? (this.#lineChunk[line + 1] ?? 0) : this.#chunkCount;
      this.lineChunks[line] = end - place;
      for (; place < end; place += 1) {
        const chunk = chunks[place] ?? 0;
        mended |= chunkIsMended[chunk] ?? 0;
        const given = overrides === none ? undefined : overrides.get(place);
        const tokens = given ?? chunkTokens;
        let first = given === undefined ? (chunkFirst[chunk] ?? 0) : 0;
        const last = given === undefined ? (chunkFirst[chunk + 1] ?? 0) : given.length;
        if (count + last - first > ids.length) {
          this.#growTokens(count, count + last - first);
          ({ ids, gaps } = this);
        }
        gaps[count] = chunkGaps[place] ?? 0;
        ids[count++] = tokens[first++] ?? 0;
        while (first < last) {
          gaps[count] = 0;
          ids[count++] = tokens[first++] ?? 0;
        }
      }
    }
    this.count = count;
    return mended !== 0;
  }

  /** True when white space that counts as a token follows the last token. */
  gapAtEnd = false;

  /**
   * spaCy puts special cases together over single spaces too. What it finds there mends nothing, but
   * keeps a case within one chunk from being put together (`a] =[b`): look at each run of chunks without
   * other white space that holds such a case.
   */
  #findOverrides(): ReadonlyMap<number, readonly number[]> {
    const overrides = new Map<number, readonly number[]>();
    const { unmended, chunkFirst } = this.lexicon;
    let start = 0;
    let token = 0;
    let hasMended = false;
    for (let place = 0; place < this.#chunkCount; place += 1) {
      const chunk = this.#chunks[place] ?? 0;
      if (this.gaps[token] === 1) {
        if (hasMended) this.#mendRun(start, place, overrides);
        start = place;
        hasMended = false;
      }
      hasMended ||= unmended.has(chunk);
      token += (chunkFirst[chunk + 1] ?? 0) - (chunkFirst[chunk] ?? 0);
    }
    if (hasMended) this.#mendRun(start, this.#chunkCount, overrides);
    return overrides;
  }

  #mendRun(start: number, end: number, overrides: Map<number, readonly number[]>): void {
    if (end - start < 2) return;
    const { lexicon } = this;
    const parts: string[] = [];
    const cuts: number[] = [];
    const borders = new Set<number>();
    const mended: { readonly place: number; readonly from: number; readonly known: UnmendedChunk }[] = [];
    let length = 0;
    for (let place = start; place < end; place += 1) {
      borders.add(length);
      const chunk = this.#chunks[place] ?? 0;
      const known = lexicon.unmended.get(chunk);
      const { text, cuts: own } =
        known === undefined ? lexicon.cutChunk(chunk) : { text: known.chunk, cuts: known.cuts };
      if (known !== undefined) mended.push({ place, from: length, known });
      for (const cut of own) cuts.push(length + cut);
      parts.push(text);
      length += text.length;
    }
    const together = lexicon.splitter.mend(parts.join(''), cuts, borders);
    let at = 0;
    for (const { place, from, known } of mended) {
      const to = from + known.chunk.length;
      while ((together[at] ?? to) <= from) at += 1;
      const own: number[] = [];
      for (; at < together.length && (together[at] ?? 0) <= to; at += 1) own.push((together[at] ?? 0) - from);
      if (own.join(',') !== known.mended.join(',')) overrides.set(place, lexicon.tokensOf(known.chunk, own));
    }
  }

  #growChunks(): void {
    const larger = new Int32Array(this.#chunks.length * 2);
    larger.set(this.#chunks);
    this.#chunks = larger;
    const gaps = new Uint8Array(larger.length);
    gaps.set(this.#chunkGaps);
    this.#chunkGaps = gaps;
  }

  /** Ends the line at a separator and opens the next; returns the last offset of the separator. */
  #endLine(index: number, unit: number): number {
    this.lineEnd[this.lineCount - 1] = index;
    const last = unit === 0xd && this.text.charCodeAt(index + 1) === 0xa ? index + 1 : index;
    this.#openLine(last + 1);
    return last;
  }

  #openLine(start: number): void {
    const line = this.lineCount++;
    if (line === this.lineStart.length) this.#growLines();
    this.lineStart[line] = start;
    this.#lineChunk[line] = this.#chunkCount;
    this.lineHasLongWord[line] = 0;
  }

  #closeLines(): void {
    const last = this.lineCount - 1;
    if (this.lineStart[last] === this.text.length) this.lineCount = last;
    else this.lineEnd[last] = this.text.length;
  }

  /** Makes room for `needed` tokens and keeps the first `count`. */
  #growTokens(count: number, needed: number): void {
    const size = Math.max(needed, this.ids.length * 2);
    const ids = new Int32Array(size);
    ids.set(this.ids.subarray(0, count));
    this.ids = ids;
    const gaps = new Uint8Array(size);
    gaps.set(this.gaps.subarray(0, count));
    this.gaps = gaps;
  }

  #growLines(): void {
    for (const name of ['lineStart', 'lineEnd', 'lineToken', 'lineChunks'] as const) {
      const larger = new Int32Array(this[name].length * 2);
      larger.set(this[name]);
      this[name] = larger;
    }
    const chunk = new Int32Array(this.#lineChunk.length * 2);
    chunk.set(this.#lineChunk);
    this.#lineChunk = chunk;
    const long = new Uint8Array(this.lineHasLongWord.length * 2);
    long.set(this.lineHasLongWord);
    this.lineHasLongWord = long;
  }
}

const none: ReadonlyMap<number, readonly number[]> = new Map();

/** The tokens of a text as strings: for tests, reports and `explain`; rules work on numbers. */
export function wordsOf(text: string, lexicon: Lexicon): readonly string[] {
  const words = new Words(lexicon);
  words.read(text);
  const tokens: string[] = [];
  for (let token = 0, at = 0; token < words.count; token += 1) {
    while ((characterClasses[text.charCodeAt(at)] ?? 0) & classes.space) at += 1;
    const end = at + lexicon.tokenUnits(words.ids[token] ?? 0);
    tokens.push(text.slice(at, end));
    at = end;
  }
  return tokens;
}
