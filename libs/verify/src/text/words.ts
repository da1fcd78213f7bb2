import { characterClasses, classes } from './characters.ts';
import { foldUnit } from './lexicon.ts';
import type { Lexicon } from './lexicon.ts';

/**
 * Version of the word splitter, part of every verdict. Ours: the rules of spaCy 3.8's English tokenizer
 * (what datatrove 0.10 judges by) written anew for speed. It gave spaCy 3.8.18's tokens on every one of
 * some 280,000 test words. One difference is known: spaCy puts emoticons together after the whole text
 * is cut, so that one that would span a space (`] =[`) keeps a neighbour apart; here each word stands
 * alone. An exact port, proved over whole corpora, is still to come, hence a name of its own.
 */
export const tokenizerVersion = 'ballast-words-1';

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

  /** Reads a text; the time is linear in its length. */
  read(text: string): void {
    this.text = text;
    this.count = 0;
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
      const pairs = this.pairs;
      do {
        hash = foldUnit(hash, unit);
        // Count high surrogates that a low one follows: together they are one code point.
        if ((unit & 0xfc00) === 0xd800 && (text.charCodeAt(index + 1) & 0xfc00) === 0xdc00) this.pairs += 1;
        index += 1;
        if (index === end) break;
        unit = text.charCodeAt(index);
        kind = characterClasses[unit] ?? 0;
      } while (!(kind & classes.space));
      this.#push(this.lexicon.chunk(text, from, index, hash), from > gapStart);
      if (index - from - (this.pairs - pairs) >= longWordMin) this.lineHasLongWord[this.lineCount - 1] = 1;
      // A single space after a chunk is no token; any other white space is, also at the very start.
      gapStart = index < end && unit === 0x20 ? index + 1 : index;
    }
    this.gapAtEnd = end > gapStart;
    this.#closeLines();
  }

  /** True when white space that counts as a token follows the last token. */
  gapAtEnd = false;

  #push(chunk: number, gap: boolean): void {
    const { chunkFirst, chunkTokens } = this.lexicon;
    const last = chunkFirst[chunk + 1] ?? 0;
    let first = chunkFirst[chunk] ?? 0;
    if (this.count + last - first > this.ids.length) this.#growTokens(this.count + last - first);
    const line = this.lineCount - 1;
    this.lineChunks[line] = (this.lineChunks[line] ?? 0) + 1;
    this.gaps[this.count] = gap ? 1 : 0;
    this.ids[this.count++] = chunkTokens[first++] ?? 0;
    while (first < last) {
      this.gaps[this.count] = 0;
      this.ids[this.count++] = chunkTokens[first++] ?? 0;
    }
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
    this.lineToken[line] = this.count;
    this.lineChunks[line] = 0;
    this.lineHasLongWord[line] = 0;
  }

  #closeLines(): void {
    const last = this.lineCount - 1;
    if (this.lineStart[last] === this.text.length) this.lineCount = last;
    else this.lineEnd[last] = this.text.length;
  }

  #growTokens(needed: number): void {
    const size = Math.max(needed, this.ids.length * 2);
    const ids = new Int32Array(size);
    ids.set(this.ids);
    this.ids = ids;
    const gaps = new Uint8Array(size);
    gaps.set(this.gaps);
    this.gaps = gaps;
  }

  #growLines(): void {
    for (const name of ['lineStart', 'lineEnd', 'lineToken', 'lineChunks'] as const) {
      const larger = new Int32Array(this[name].length * 2);
      larger.set(this[name]);
      this[name] = larger;
    }
    const long = new Uint8Array(this.lineHasLongWord.length * 2);
    long.set(this.lineHasLongWord);
    this.lineHasLongWord = long;
  }
}

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
