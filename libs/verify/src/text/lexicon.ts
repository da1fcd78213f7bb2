import { randomInt } from 'node:crypto';
import { characterClasses, classes } from './characters.ts';
import { english } from './english.ts';
import { GrowingTable, emptySlot } from './growing-table.ts';
import { ChunkSplitter } from './split-chunk.ts';
import type { Cuts, Splitter } from './splitter.ts';

/** What is known of a token from its text alone, bits of {@link Lexicon.tokenTraits}. */
export const traits = {
  /** Holds a letter (Python's isalpha). */
  letter: 1,
  /** Holds a character outside the 281 punctuation characters. */
  word: 2,
  /** Is one of the 128 marks that end a sentence. */
  sentenceEnd: 4,
  /** Every character is of category P. */
  punctuation: 8,
} as const;

/** Gopher's stop words (Rae et al., arXiv 2112.11446). */
export const gopherStopWords = ['the', 'be', 'to', 'of', 'and', 'that', 'have', 'with'] as const;

/** How a lexicon cuts words, and which of them are stop words (at most 32). */
export interface LexiconOptions {
  /** Default: {@link english}. */
  readonly splitter?: Splitter;
  /** Default: {@link gopherStopWords}. */
  readonly stopWords?: readonly string[];
}

/** A chunk in which special cases were put together again. */
export interface UnmendedChunk {
  readonly chunk: string;
  /** Before that. */
  readonly cuts: Cuts;
  /** After it, if the chunk stands alone. */
  readonly mended: Cuts;
}

/** Chunks and UTF-16 units kept before {@link Lexicon.settle} starts afresh: some 8 MiB in all. */
const chunksMax = 32_768;
const unitsMax = 1_048_576;

/**
 * Every run without white space (chunk) and every token seen so far, numbered, so that a text becomes
 * a list of numbers and a word is split once in a process's life. Numbers hold until `settle` is
 * called; nothing that comes out depends on what was seen before. Look-ups compare the text itself,
 * hashes only find it; their seed is random so that no input can be made to collide.
 */
export class Lexicon {
  /** Tokens of chunk `c`: `chunkTokens[chunkFirst[c] … chunkFirst[c + 1])`. */
  chunkFirst: Int32Array = new Int32Array(1024);
  chunkTokens: Int32Array = new Int32Array(2048);
  /** 1 for the chunks of {@link Lexicon.unmended}. */
  chunkIsMended: Uint8Array = new Uint8Array(1024);
  /** Length in code points. */
  tokenLength: Int32Array = new Int32Array(1024);
  tokenTraits: Uint8Array = new Uint8Array(1024);
  /** Bit k for the k-th stop word. */
  tokenStopWord: Int32Array = new Int32Array(1024);
  /** Σ unit[k]·base^k, base^length and base^-length mod 2³², for hashes of joined tokens. */
  tokenSum: Int32Array = new Int32Array(1024);
  tokenPower: Int32Array = new Int32Array(1024);
  tokenInverse: Int32Array = new Int32Array(1024);

  /** Of chunks in which special cases were put together again: how they were cut before. */
  readonly unmended: Map<number, UnmendedChunk> = new Map();
  readonly splitter: Splitter;
  readonly #stopWords: readonly string[];
  readonly #stopWordLengthMax: number;
  readonly #chunks = new GrowingTable();
  readonly #tokens = new GrowingTable();
  /** UTF-16 units of all tokens and chunks. */
  #units: Uint16Array = new Uint16Array(8192);
  #unitCount = 0;
  readonly #seed = randomInt(0x7fffffff);
  readonly #base = 2 * randomInt(0x10000, 0x7fffffff) + 1;
  readonly #inverse = inverseOf(this.#base);

  constructor({ splitter = new ChunkSplitter(english), stopWords = gopherStopWords }: LexiconOptions = {}) {
    this.splitter = splitter;
    this.#stopWords = stopWords;
    this.#stopWordLengthMax = Math.max(0, ...stopWords.map((word) => word.length));
  }

  /** Forgets everything if it has grown too large. Call between texts: it ends all token numbers. */
  settle(): void {
    if (this.#chunks.count <= chunksMax && this.#unitCount <= unitsMax) return;
    this.#chunks.clear();
    this.#tokens.clear();
    this.unmended.clear();
    this.#units = new Uint16Array(8192);
    this.#unitCount = 0;
    this.chunkTokens = new Int32Array(2048);
    this.chunkFirst = new Int32Array(1024);
    this.chunkIsMended = new Uint8Array(1024);
    this.#resizeTokens(1024);
  }

  /** Hash to start a chunk with; each unit is folded in by {@link foldUnit}. */
  get seed(): number {
    return this.#seed;
  }

  /** The number of the chunk `text[from, to)`, whose units were folded into `hash`. */
  chunk(text: string, from: number, to: number, hash: number): number {
    const table = this.#chunks;
    let slot = table.slotOf(hash);
    for (let found = table.at(slot); found !== emptySlot; found = table.at((slot = table.next(slot)))) {
      if (table.hashes[found] === hash && this.#equals(table, found, text, from, to)) return found;
    }
    return this.#addChunk(slot, hash, text, from, to);
  }

  /** The text of a chunk and where it is cut. */
  cutChunk(chunk: number): { readonly text: string; readonly cuts: Cuts } {
    const start = this.#chunks.starts[chunk] ?? 0;
    const units = this.#units.subarray(start, start + (this.#chunks.lengths[chunk] ?? 0));
    const cuts: number[] = [];
    let end = 0;
    for (let place = this.chunkFirst[chunk] ?? 0; place < (this.chunkFirst[chunk + 1] ?? 0); place += 1) {
      cuts.push((end += this.tokenUnits(this.chunkTokens[place] ?? 0)));
    }
    return { text: textOf(units), cuts };
  }

  /** The numbers of the tokens that `cuts` make of `text`. */
  tokensOf(text: string, cuts: Cuts): number[] {
    const start = this.#store(text, 0, text.length);
    let begin = 0;
    return cuts.map((end) => {
      const token = this.#token(text, begin, end, start + begin);
      begin = end;
      return token;
    });
  }

  /** A token's text. */
  textOf(token: number): string {
    const start = this.#tokens.starts[token] ?? 0;
    return textOf(this.#units.subarray(start, start + this.tokenUnits(token)));
  }

  /** UTF-16 units of a token. */
  tokenUnits(token: number): number {
    return this.#tokens.lengths[token] ?? 0;
  }

  /** True when the tokens `a[i … i + n)` and `a[j … j + n)` join to the same text. */
  joinsAlike(ids: Int32Array, i: number, j: number, n: number): boolean {
    let same = 0;
    while (same < n && ids[i + same] === ids[j + same]) same += 1;
    return same === n || this.#unitsAlike(ids, i + same, j + same, i + n, j + n);
  }

  #unitsAlike(ids: Int32Array, i: number, j: number, iEnd: number, jEnd: number): boolean {
    const { starts, lengths } = this.#tokens;
    let left = 0;
    let right = 0;
    while (i < iEnd && j < jEnd) {
      const a = ids[i] ?? 0;
      const b = ids[j] ?? 0;
      if (this.#units[(starts[a] ?? 0) + left] !== this.#units[(starts[b] ?? 0) + right]) return false;
      if (++left === lengths[a]) {
        i += 1;
        left = 0;
      }
      if (++right === lengths[b]) {
        j += 1;
        right = 0;
      }
    }
    return i === iEnd && j === jEnd;
  }

  #addChunk(slot: number, hash: number, text: string, from: number, to: number): number {
    const start = this.#store(text, from, to);
    const number = this.#chunks.add(slot, hash, start, to - from);
    if (number + 2 > this.chunkFirst.length) this.#growChunks();
    const chunk = text.slice(from, to);
    const { cuts, unmended } = this.splitter.split(chunk);
    this.chunkIsMended[number] = unmended === undefined ? 0 : 1;
    if (unmended !== undefined) this.unmended.set(number, { chunk, cuts: unmended, mended: cuts });
    let count = this.chunkFirst[number] ?? 0;
    let begin = 0;
    for (const end of cuts) {
      if (count === this.chunkTokens.length) this.chunkTokens = enlarged(this.chunkTokens);
      this.chunkTokens[count++] = this.#token(text, from + begin, from + end, start + begin);
      begin = end;
    }
    this.chunkFirst[number + 1] = count;
    return number;
  }

  #token(text: string, from: number, to: number, start: number): number {
    let hash = this.#seed;
    for (let index = from; index < to; index += 1) hash = foldUnit(hash, text.charCodeAt(index));
    const table = this.#tokens;
    let slot = table.slotOf(hash);
    for (let found = table.at(slot); found !== emptySlot; found = table.at((slot = table.next(slot)))) {
      if (table.hashes[found] === hash && this.#equals(table, found, text, from, to)) return found;
    }
    const number = table.add(slot, hash, start, to - from);
    if (number === this.tokenLength.length) this.#resizeTokens(number * 2);
    this.#describe(number, text, from, to);
    return number;
  }

  #describe(number: number, text: string, from: number, to: number): void {
    let bits = traits.punctuation;
    let length = 0;
    for (let index = from; index < to; index += 1) {
      const code = text.codePointAt(index) ?? 0;
      const kind = characterClasses[code] ?? 0;
      if (kind & classes.letter) bits |= traits.letter;
      if (!(kind & classes.punctuation)) bits |= traits.word;
      if (!(kind & classes.categoryP)) bits &= ~traits.punctuation;
      length += 1;
      if (code > 0xffff) index += 1;
      if (length === 1 && index === to - 1 && kind & classes.sentenceEnd) bits |= traits.sentenceEnd;
    }
    let sum = 0;
    let power = 1;
    let inverse = 1;
    for (let index = from; index < to; index += 1) {
      sum = (sum + Math.imul(text.charCodeAt(index), power)) | 0;
      power = Math.imul(power, this.#base);
      inverse = Math.imul(inverse, this.#inverse);
    }
    this.tokenLength[number] = length;
    this.tokenTraits[number] = bits;
    this.tokenStopWord[number] = this.#stopWordBit(text, from, to);
    this.tokenSum[number] = sum;
    this.tokenPower[number] = power;
    this.tokenInverse[number] = inverse;
  }

  #stopWordBit(text: string, from: number, to: number): number {
    if (to - from > this.#stopWordLengthMax) return 0;
    const place = this.#stopWords.indexOf(text.slice(from, to));
    return place < 0 ? 0 : 1 << place;
  }

  #equals(table: GrowingTable, number: number, text: string, from: number, to: number): boolean {
    if (table.lengths[number] !== to - from) return false;
    const start = (table.starts[number] ?? 0) - from;
    for (let index = from; index < to; index += 1) {
      if (this.#units[start + index] !== text.charCodeAt(index)) return false;
    }
    return true;
  }

  #store(text: string, from: number, to: number): number {
    const start = this.#unitCount;
    this.#unitCount += to - from;
    if (this.#unitCount > this.#units.length) {
      const larger = new Uint16Array(Math.max(this.#units.length * 2, this.#unitCount));
      larger.set(this.#units);
      this.#units = larger;
    }
    for (let index = from; index < to; index += 1) this.#units[start + index - from] = text.charCodeAt(index);
    return start;
  }

  #growChunks(): void {
    this.chunkFirst = enlarged(this.chunkFirst);
    const larger = new Uint8Array(this.chunkFirst.length);
    larger.set(this.chunkIsMended);
    this.chunkIsMended = larger;
  }

  #resizeTokens(size: number): void {
    const sized = <A extends Int32Array | Uint8Array>(larger: A, old: A): A => {
      larger.set(old.subarray(0, size));
      return larger;
    };
    this.tokenLength = sized(new Int32Array(size), this.tokenLength);
    this.tokenTraits = sized(new Uint8Array(size), this.tokenTraits);
    this.tokenStopWord = sized(new Int32Array(size), this.tokenStopWord);
    this.tokenSum = sized(new Int32Array(size), this.tokenSum);
    this.tokenPower = sized(new Int32Array(size), this.tokenPower);
    this.tokenInverse = sized(new Int32Array(size), this.tokenInverse);
  }
}

/** One step of the hash that {@link Lexicon.chunk} expects, over UTF-16 units. */
export function foldUnit(hash: number, unit: number): number {
  return (Math.imul(hash ^ unit, 0x01000193) + (hash >>> 15)) | 0;
}

/** Inverse of an odd number mod 2³² by Newton's iteration: each step doubles the correct bits. */
function inverseOf(odd: number): number {
  let inverse = odd;
  for (let step = 0; step < 5; step += 1) inverse = Math.imul(inverse, 2 - Math.imul(odd, inverse));
  return inverse;
}

/** In pieces, because a call takes a bounded number of arguments. */
function textOf(units: Uint16Array): string {
  let text = '';
  for (let from = 0; from < units.length; from += 8192)
    text += String.fromCharCode(...units.subarray(from, from + 8192));
  return text;
}

function enlarged(array: Int32Array): Int32Array {
  const larger = new Int32Array(array.length * 2);
  larger.set(array);
  return larger;
}
