import { hash } from 'node:crypto';
import { english } from '../text/english.ts';
import { Lexicon } from '../text/lexicon.ts';
import type { Cuts } from '../text/splitter.ts';
import { tokenizerVersion, Words } from '../text/words.ts';
import { hashCount, layout, openKernel, shinglesMax } from './minhash-kernel.ts';
import type { MinhashKernel } from './minhash-kernel.ts';
import {
  notPlain,
  pastPlainNumber,
  plainDigit,
  plainUnitOf,
  simplifyText,
  simplifyVersion,
} from './simplify.ts';

/** Hash of a shingle: `xxh64` is datatrove's default and FineWeb-2's, `sha1` FineWeb's. */
export type ShingleHash = 'xxh64' | 'sha1';

/** Words per shingle. */
export const shingleWords = 5;
const bandCount = 14;
const rowCount = hashCount / bandCount;
/** The kernel is opened anew after a text that needed more memory than this, in bytes: memory never shrinks. */
const giantBytes = 16 * 1024 * 1024;
/** Chunks whose cuts are remembered, and their greatest length. */
const chunkCutsMax = 65_536;
const chunkLengthMax = 64;
const none = 0xffff_ffff_ffff_ffffn;

/**
 * A text as near-dedup sees it: {@link simplifyText}, cut into words, joined by single spaces in UTF-8.
 * Runs of words can then be hashed where they lie. One text at a time; arrays are reused.
 */
export class Shingles {
  /** Words of the text at hand. */
  count = 0;
  #kernel: MinhashKernel = openKernel();
  readonly #lexicon = new Lexicon();
  readonly #words = new Words(this.#lexicon);
  readonly #chunkCuts = new Map<string, Cuts>();
  #starts: Uint32Array = new Uint32Array(0);
  #bytes: Buffer = Buffer.alloc(0);

  /** Reads texts as one run of words (a question and its answer, say). Time is linear. */
  read(...texts: readonly string[]): void {
    this.#reserve(texts.reduce((sum, text) => sum + text.length + 1, 0));
    this.count = this.#writePlain(texts) ?? this.#writeTokens(texts.map(simplifyText).join(' '));
  }

  /** Calls `visit` with the hashes of all runs of `words` words, in blocks that are overwritten. */
  forEachBlock(words: number, algorithm: ShingleHash, visit: (hashes: BigUint64Array) => void): void {
    const runs = this.count - words + 1;
    for (let first = 0; first < runs; first += shinglesMax) {
      const count = Math.min(shinglesMax, runs - first);
      const hashes = new BigUint64Array(this.#kernel.memory.buffer, layout.shingles, count);
      if (algorithm === 'xxh64')
        this.#kernel.hash(this.#starts.byteOffset + 4 * first, this.#bytes.byteOffset, words, count);
      else for (let run = 0; run < count; run += 1) hashes[run] = this.#sha1(first + run, words);
      visit(hashes);
    }
  }

  /**
   * MinHash of the shingles: 112 minima, equal to datatrove 0.10.1's `get_signature` with its default
   * 14 buckets of 8, 64 bits, seed 1. Undefined for a text of fewer than 5 words, which has no shingle.
   */
  signature(algorithm: ShingleHash): BigUint64Array | undefined {
    if (this.count < shingleWords) return undefined;
    new BigUint64Array(this.#kernel.memory.buffer, layout.minima, hashCount).fill(none);
    this.forEachBlock(shingleWords, algorithm, (hashes) => this.#kernel.lower(hashes.length));
    return new BigUint64Array(this.#kernel.memory.buffer, layout.minima, hashCount).slice();
  }

  /** The first 8 bytes of SHA-1 (FIPS 180-4), little-endian, as datatrove reads them. */
  #sha1(first: number, words: number): bigint {
    const end = (this.#starts[first + words] ?? 0) - 1;
    return hash('sha1', this.#bytes.subarray(this.#starts[first], end), 'buffer').readBigUInt64LE(0);
  }

  /** Room for a text: every unit may be a word, and at most 3 bytes and a space. */
  #reserve(length: number): void {
    const starts = 4 * (length + 2);
    const needed = layout.free + starts + 4 * length + 8;
    let { memory } = this.#kernel;
    if (memory.buffer.byteLength > Math.max(giantBytes, needed)) {
      this.#kernel = openKernel();
      ({ memory } = this.#kernel);
    }
    const missing = needed - memory.buffer.byteLength;
    if (missing > 0) memory.grow(Math.ceil(missing / 65_536));
    else if (this.#starts.length >= length + 2 && this.#starts.buffer === memory.buffer) return;
    // Halfway between what is needed and what there is, so that the views seldom change.
    const words = Math.floor((memory.buffer.byteLength - layout.free) / 8);
    this.#starts = new Uint32Array(memory.buffer, layout.free, words);
    this.#bytes = Buffer.from(memory.buffer, layout.free + 4 * words);
  }

  /**
   * Writes texts that {@link simplifyText} makes letters a to z, 0 and spaces of, as nearly all English
   * ones, in one pass: the number of their words, or undefined when there is another character. A run of
   * letters is one word, unless it is a special case; what else the tokenizer does needs other characters.
   */
  #writePlain(texts: readonly string[]): number | undefined {
    const starts = this.#starts;
    const bytes = this.#bytes;
    let count = 0;
    let start = 0;
    for (const text of texts) {
      const end = text.length;
      let hash = 0;
      let isOdd = false;
      let to = start;
      for (let index = 0; index <= end; index += 1) {
        // Behind the last character a space, for the last word to end.
        const unit = index < end ? text.charCodeAt(index) : 0x20;
        let plain = plainUnits[unit] ?? 0;
        if (plain === unknown) plainUnits[unit] = plain = plainUnitOf(unit);
        if (plain === 0x20) {
          if (to === start) continue;
          starts[count++] = start;
          bytes[to++] = 0x20;
          if (to - start > 2 && (isOdd || specialHashes[slotOf(hash)] === 1)) {
            count = this.#writeCut(count, start, to);
            to = starts[count] ?? 0;
          }
          start = to;
          hash = 0;
          isOdd = false;
          continue;
        }
        if (plain === notPlain) return undefined;
        if (plain === plainDigit) {
          index = pastPlainNumber(text, index) - 1;
          plain = 0x30;
          isOdd = true;
        }
        hash = foldWord(hash, plain);
        bytes[to++] = plain;
      }
    }
    starts[count] = start;
    return count;
  }

  /** Writes the chunk in `bytes[start, end)`, the last of `count` words, again word by word. */
  #writeCut(count: number, start: number, end: number): number {
    const bytes = this.#bytes;
    const chunk = bytes.toString('latin1', start, end - 1);
    count -= 1;
    let from = 0;
    let to = start;
    for (const cut of this.#cuts(chunk)) {
      this.#starts[count++] = to;
      for (; from < cut; from += 1) bytes[to++] = chunk.charCodeAt(from);
      bytes[to++] = 0x20;
    }
    this.#starts[count] = to;
    return count;
  }

  /** Where the words of one chunk end. */
  #cuts(chunk: string): Cuts {
    const known = this.#chunkCuts.get(chunk);
    if (known !== undefined) return known;
    const { cuts } = this.#lexicon.splitter.split(chunk);
    if (this.#chunkCuts.size >= chunkCutsMax) this.#chunkCuts.clear();
    if (chunk.length <= chunkLengthMax) this.#chunkCuts.set(chunk, cuts);
    return cuts;
  }

  /** Writes any text; returns the number of its words. */
  #writeTokens(text: string): number {
    this.#reserve(text.length);
    this.#lexicon.settle();
    this.#words.read(text);
    const { ids, count } = this.#words;
    const starts = this.#starts;
    const bytes = this.#bytes;
    let from = 0;
    let to = 0;
    for (let word = 0; word < count; word += 1) {
      while (text.charCodeAt(from) === 0x20) from += 1;
      starts[word] = to;
      const end = from + this.#lexicon.tokenUnits(ids[word] ?? 0);
      to = this.#encode(text, from, end, to);
      bytes[to++] = 0x20;
      from = end;
    }
    starts[count] = to;
    return count;
  }

  /** Writes `text[from, end)` as UTF-8 (RFC 3629); returns where the next byte goes. */
  #encode(text: string, from: number, end: number, to: number): number {
    const bytes = this.#bytes;
    for (; from < end; from += 1) {
      const unit = text.charCodeAt(from);
      if (unit < 0x80) {
        bytes[to++] = unit;
        continue;
      }
      const code = text.codePointAt(from) ?? 0;
      if (code > 0xffff) {
        from += 1;
        bytes[to++] = 0xf0 | (code >> 18);
        bytes[to++] = 0x80 | ((code >> 12) & 0x3f);
      } else if (code > 0x7ff) bytes[to++] = 0xe0 | (code >> 12);
      else {
        bytes[to++] = 0xc0 | (code >> 6);
        bytes[to++] = 0x80 | (code & 0x3f);
        continue;
      }
      bytes[to++] = 0x80 | ((code >> 6) & 0x3f);
      bytes[to++] = 0x80 | (code & 0x3f);
    }
    return to;
  }
}

/** {@link plainUnitOf} of every UTF-16 unit met so far. */
const unknown = 0xfe;
const plainUnits = new Uint8Array(0x10000).fill(unknown);

const specialMask = 0xfff;

function foldWord(hash: number, unit: number): number {
  return Math.imul(hash ^ unit, 0x01000193);
}

function slotOf(hash: number): number {
  return (hash ^ (hash >>> 16)) & specialMask;
}

/** 1 where a run of letters may be a special case of the tokenizer, by a hash of the run. */
const specialHashes = new Uint8Array(specialMask + 1);
for (const [word, tokens] of english.specialCases) {
  if (tokens.length === 1 || !/^[a-z]+$/.test(word)) continue;
  let hash = 0;
  for (let index = 0; index < word.length; index += 1) hash = foldWord(hash, word.charCodeAt(index));
  specialHashes[slotOf(hash)] = 1;
}

/** What near signatures of this program rest on; two that differ in it share no band. */
function nearVersion(algorithm: ShingleHash): string {
  return `minhash-14x8-64-${algorithm}-seed1/${simplifyVersion}/${tokenizerVersion}`;
}

/** Digest of the version, number of the band, its minima: what the name of a band is a hash of. */
const bandBytes = Buffer.alloc(32 + 1 + 8 * rowCount);

/**
 * Names of the 14 bands of a signature: each the first 12 bytes of SHA-256 (FIPS 180-4) over the digest of
 * the version, the number of the band and its 8 minima, as 16 characters of base64url. Documents are
 * near-duplicates when they share one. By the birthday bound two different bands share a name with even
 * odds only among about 2⁴⁸ of them.
 */
export function bandNames(signature: BigUint64Array, algorithm: ShingleHash): readonly string[] {
  bandBytes.set(versionDigests[algorithm]);
  return Array.from({ length: bandCount }, (_, band) => {
    bandBytes[32] = band;
    for (let row = 0; row < rowCount; row += 1)
      bandBytes.writeBigUInt64LE(signature[band * rowCount + row] ?? 0n, 33 + 8 * row);
    return hash('sha256', bandBytes, 'base64url').slice(0, 16);
  });
}

const versionDigests = {
  xxh64: hash('sha256', nearVersion('xxh64'), 'buffer'),
  sha1: hash('sha256', nearVersion('sha1'), 'buffer'),
} as const;
