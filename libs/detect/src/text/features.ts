import type { HeadName } from '../model/card.ts';
import type { Bag } from './bag.ts';
import { classDigit, classLower, classOf, classSpace, classUpper, firstWordClass } from './classes.ts';
import { chain, fnvOffset, fnvPrime, hashToken, mix } from './hash.ts';

/** Longest canonical text a reader has room for, code units. */
const textLengthMax = 2000;

/** The delexicalised head keeps these tokens; built once per model. */
export type KeptTokens = ReadonlySet<number>;

/** The hashes by which {@link FeatureReader} knows the tokens of a model's card. */
export function keptTokens(tokens: readonly string[]): KeptTokens {
  return new Set(tokens.map(hashToken));
}

/**
 * Turns canonical text into the hashed n-grams of the three heads (`featureVersion`):
 *
 * - `word`: 1- to 3-grams of tokens, a token being a run of word characters or one other mark, case kept;
 * - `char`: 2- to 5-grams of code units inside runs without space, the run padded by one space each side;
 * - `delex`: 1- to 4-grams where a token not kept becomes its shape: case, digits, length, last two letters.
 *
 * Bucket = top bits of the mixed hash, without sign. Buffers are reused, so one reader serves one thread.
 */
export class FeatureReader {
  readonly #kept: KeptTokens;
  /** Hash of each token, and of its delexicalised form. */
  readonly #tokens = new Int32Array(textLengthMax);
  readonly #shapes = new Int32Array(textLengthMax);
  #count = 0;
  /** The units of the runs between spaces, one pad before, between and after them. */
  readonly #padded = new Uint16Array(textLengthMax + 2);
  #paddedLength = 0;

  constructor(kept: KeptTokens) {
    this.#kept = kept;
  }

  /** Reads a text (only its first 2,000 code units); the heads are then counted from what was read. */
  read(text: string): void {
    const padded = this.#padded;
    const length = Math.min(text.length, textLengthMax);
    padded[0] = pad;
    let size = 1;
    let count = 0;
    for (let at = 0; at < length;) {
      const first = text.charCodeAt(at);
      const kind = classOf[first] ?? 0;
      if (kind === classSpace) {
        if (padded[size - 1] !== pad) padded[size++] = pad;
        at += 1;
        continue;
      }
      let hash = Math.imul(fnvOffset ^ first, fnvPrime);
      const start = at;
      padded[size++] = first;
      at += 1;
      if (kind >= firstWordClass) {
        for (; at < length; at += 1) {
          const unit = text.charCodeAt(at);
          if ((classOf[unit] ?? 0) < firstWordClass) break;
          hash = Math.imul(hash ^ unit, fnvPrime);
          padded[size++] = unit;
        }
      }
      this.#tokens[count] = hash;
      this.#shapes[count] = this.#kept.has(hash) ? hash : shapeOf(text, start, at);
      count += 1;
    }
    if (padded[size - 1] !== pad) padded[size++] = pad;
    this.#count = count;
    this.#paddedLength = size;
  }

  /** Counts one head's features of the text last read into the bag, which is cleared first. */
  count(head: HeadName, bits: number, bag: Bag): void {
    bag.clear();
    if (head === 'char') countChars(this.#padded, this.#paddedLength, bits, bag);
    else if (head === 'word') countGrams(this.#tokens, this.#count, 3, bits, bag);
    else countGrams(this.#shapes, this.#count, 4, bits, bag);
  }
}

/** Stands for any white space beside a run; no unit of a run equals it. */
const pad = 32;

function countGrams(tokens: Int32Array, count: number, longest: number, bits: number, bag: Bag): void {
  const shift = 32 - bits;
  for (let start = 0; start < count; start += 1) {
    const end = Math.min(count, start + longest);
    let hash = 0;
    for (let at = start; at < end; at += 1) {
      hash = chain(hash, tokens[at] ?? 0);
      bag.add(mix(hash) >>> shift);
    }
  }
}

function countChars(padded: Uint16Array, length: number, bits: number, bag: Bag): void {
  const shift = 32 - bits;
  for (let start = 0; start + 1 < length; start += 1) {
    let hash = Math.imul(fnvOffset ^ (padded[start] ?? 0), fnvPrime);
    const end = Math.min(length, start + 5);
    for (let at = start + 1; at < end; at += 1) {
      const unit = padded[at] ?? 0;
      hash = Math.imul(hash ^ unit, fnvPrime);
      bag.add(mix(hash) >>> shift);
      if (unit === pad) break;
    }
  }
}

/** Upper length of each class of word lengths, code units. */
const lengthClass = Uint8Array.from({ length: textLengthMax + 1 }, (_, n) =>
  n <= 4 ? n : n <= 6 ? 5 : n <= 8 ? 6 : n <= 11 ? 7 : 8,
);

/** Case, digits, length class and last two units of a token, as a hash apart from those of tokens. */
function shapeOf(text: string, start: number, end: number): number {
  let upper = 0;
  let lower = 0;
  let digits = 0;
  for (let at = start; at < end; at += 1) {
    const kind = classOf[text.charCodeAt(at)];
    if (kind === classUpper) upper += 1;
    else if (kind === classLower) lower += 1;
    else if (kind === classDigit) digits += 1;
  }
  const isCapital = classOf[text.charCodeAt(start)] === classUpper;
  const capital = upper === 0 ? 0 : lower === 0 ? 3 : isCapital && upper === 1 ? 1 : 2;
  const digit = digits === 0 ? 0 : lower + upper === 0 ? 2 : 1;
  const length = lengthClass[end - start] ?? 0;
  const shape = 1 + capital + 4 * digit + 12 * length;
  let hash = Math.imul(fnvOffset ^ (0x10000 + shape), fnvPrime);
  // Numbers keep no letters: the last two digits say nothing of style.
  if (digit === 2) return hash;
  if (end - start > 1) hash = Math.imul(hash ^ text.charCodeAt(end - 2), fnvPrime);
  return Math.imul(hash ^ text.charCodeAt(end - 1), fnvPrime);
}
