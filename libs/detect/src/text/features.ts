import type { HeadName } from '../model/card.ts';
import type { Bag } from './bag.ts';
import { classDigit, classLower, classOf, classSpace, classUpper, firstWordClass } from './classes.ts';
import { chain, fnvOffset, fnvPrime, hashToken, mix } from './hash.ts';
import { Runs } from './runs.ts';
import { UnitReader } from './units.ts';

/** Longest canonical text a reader has room for, code units. */
const textLengthMax = 2000;

/** The delexicalised head keeps these tokens: a probe table of their hashes, built once per model. */
export interface KeptTokens {
  readonly hashes: Int32Array;
  /** Place in `hashes` plus one, by the low bits of the hash; 0 is free. At most a quarter full. */
  readonly places: Int32Array;
}

/** The hashes by which {@link FeatureReader} knows the tokens of a model's card. */
export function keptTokens(tokens: readonly string[]): KeptTokens {
  const hashes = Int32Array.from(new Set(tokens.map(hashToken)));
  const places = new Int32Array(2 ** Math.ceil(Math.log2(4 * hashes.length + 1)));
  for (const [place, hash] of hashes.entries()) {
    let slot = hash & (places.length - 1);
    while (places[slot] !== 0) slot = (slot + 1) & (places.length - 1);
    places[slot] = place + 1;
  }
  return { hashes, places };
}

/**
 * Turns canonical text into the hashed n-grams of the three heads (`featureVersion`):
 *
 * - `word`: 1- to 3-grams of tokens, a token being a run of word characters or one other mark, case kept;
 * - `char`: 2- to 5-grams of code units inside runs without space, the run padded by one space each side;
 * - `delex`: 1- to 4-grams where a token not kept becomes its shape: case, digits, length, last two letters.
 *
 * Bucket = top bits of the mixed hash, without sign. Buffers are reused, so one reader serves one thread.
 * Typed arrays and loops without calls throughout: this is a third of the detector's time
 * (`bench:detect --only speed`).
 */
export class FeatureReader {
  readonly #kept: KeptTokens;
  readonly #units = new UnitReader(textLengthMax);
  /** Hash of each token, and of its delexicalised form. */
  readonly #tokens = new Int32Array(textLengthMax);
  readonly #shapes = new Int32Array(textLengthMax);
  #count = 0;
  readonly #runs = new Runs(textLengthMax);
  /** Buckets on their way into a bag: four begin at each unit. */
  readonly #buckets = new Int32Array(4 * textLengthMax + 4);

  constructor(kept: KeptTokens) {
    this.#kept = kept;
  }

  /** Reads a text (only its first 2,000 code units); the heads are then counted from what was read. */
  read(text: string): void {
    const end = this.#units.read(text);
    const { units } = this.#units;
    const runs = this.#runs;
    const tokens = this.#tokens;
    const shapes = this.#shapes;
    runs.clear();
    let count = 0;
    let runStart = 1;
    let runHash = 0;
    for (let at = 1; at < end;) {
      const first = units[at] as number;
      const kind = classOf[first] as number;
      if (kind === classSpace) {
        units[at] = pad;
        if (at > runStart) runs.push(units, runStart, at, runHash);
        at += 1;
        runStart = at;
        runHash = 0;
        continue;
      }
      const start = at;
      let hash = Math.imul(fnvOffset ^ first, fnvPrime);
      let rest = 0;
      at += 1;
      if (kind >= firstWordClass) {
        for (; at < end; at += 1) {
          const unit = units[at] as number;
          const next = classOf[unit] as number;
          if (next < firstWordClass) break;
          rest |= 1 << next;
          hash = Math.imul(hash ^ unit, fnvPrime);
        }
      }
      tokens[count] = hash;
      shapes[count] = isKept(this.#kept, hash) ? hash : shapeOf(units, start, at, kind, rest);
      count += 1;
      runHash = chain(runHash, hash);
    }
    if (end > runStart) runs.push(units, runStart, end, runHash);
    this.#count = count;
  }

  /** Counts one head's features of the text last read into the bag, which is cleared first. */
  count(head: HeadName, bits: number, bag: Bag): void {
    const shift = 32 - bits;
    const buckets = this.#buckets;
    if (head === 'char') {
      countRuns(this.#units.units, this.#runs, shift, buckets, bag);
      return;
    }
    const size =
      head === 'word'
        ? hashGrams(this.#tokens, this.#count, 3, shift, buckets)
        : hashGrams(this.#shapes, this.#count, 4, shift, buckets);
    bag.clear(size);
    bag.add(buckets, size, 1);
  }
}

/** Writes the buckets of the n-grams up to `longest`; gives their number. */
function hashGrams(
  tokens: Int32Array,
  count: number,
  longest: number,
  shift: number,
  buckets: Int32Array,
): number {
  let size = 0;
  for (let start = 0; start < count; start += 1) {
    const end = Math.min(count, start + longest);
    let hash = 0;
    for (let at = start; at < end; at += 1) {
      hash = chain(hash, tokens[at] as number);
      buckets[size] = mix(hash) >>> shift;
      size += 1;
    }
  }
  return size;
}

/** Stands for any white space beside a run; no unit of a run equals it. */
const pad = 32;

/** The features of a run depend on the run alone, so each distinct one is hashed and counted once. */
function countRuns(units: Uint16Array, runs: Runs, shift: number, buckets: Int32Array, bag: Bag): void {
  bag.clear(4 * (runs.units + runs.size));
  for (let run = 0; run < runs.size; run += 1) {
    const size = hashRun(units, runs.starts[run] as number, runs.ends[run] as number, shift, buckets);
    bag.add(buckets, size, runs.times[run] as number);
  }
}

/**
 * Writes the buckets of one run, which stands between two pads; gives their number. Written out, for loops of
 * one to four turns are guessed wrong by the processor once or twice a word.
 */
function hashRun(units: Uint16Array, from: number, end: number, shift: number, buckets: Int32Array): number {
  let size = 0;
  let start = from - 1;
  for (; start + 4 <= end; start += 1) {
    const two = Math.imul(
      Math.imul(fnvOffset ^ (units[start] as number), fnvPrime) ^ (units[start + 1] as number),
      fnvPrime,
    );
    const three = Math.imul(two ^ (units[start + 2] as number), fnvPrime);
    const four = Math.imul(three ^ (units[start + 3] as number), fnvPrime);
    const five = Math.imul(four ^ (units[start + 4] as number), fnvPrime);
    buckets[size] = mix(two) >>> shift;
    buckets[size + 1] = mix(three) >>> shift;
    buckets[size + 2] = mix(four) >>> shift;
    buckets[size + 3] = mix(five) >>> shift;
    size += 4;
  }
  for (; start < end; start += 1) {
    let hash = Math.imul(fnvOffset ^ (units[start] as number), fnvPrime);
    for (let at = start + 1; at <= end; at += 1) {
      hash = Math.imul(hash ^ (units[at] as number), fnvPrime);
      buckets[size] = mix(hash) >>> shift;
      size += 1;
    }
  }
  return size;
}

function isKept({ hashes, places }: KeptTokens, hash: number): boolean {
  const mask = places.length - 1;
  let slot = hash & mask;
  for (;;) {
    const place = places[slot] as number;
    if (place === 0) return false;
    if (hashes[place - 1] === hash) return true;
    slot = (slot + 1) & mask;
  }
}

/** Upper length of each class of word lengths, code units. */
const lengthClass = Uint8Array.from({ length: textLengthMax + 1 }, (_, n) =>
  n <= 4 ? n : n <= 6 ? 5 : n <= 8 ? 6 : n <= 11 ? 7 : 8,
);

/**
 * Case, digits, length class and last two units of a token, as a hash apart from those of tokens. `kind` is the
 * class of its first unit, `rest` has a bit for each class among the others.
 */
function shapeOf(units: Uint16Array, start: number, end: number, kind: number, rest: number): number {
  const all = rest | (1 << kind);
  const hasLower = (all & (1 << classLower)) !== 0;
  const hasUpper = (all & (1 << classUpper)) !== 0;
  const isTitle = kind === classUpper && (rest & (1 << classUpper)) === 0;
  const capital = !hasUpper ? 0 : !hasLower ? 3 : isTitle ? 1 : 2;
  const digit = (all & (1 << classDigit)) === 0 ? 0 : hasLower || hasUpper ? 1 : 2;
  const length = lengthClass[end - start] as number;
  const shape = 1 + capital + 4 * digit + 12 * length;
  let hash = Math.imul(fnvOffset ^ (0x10000 + shape), fnvPrime);
  // Numbers keep no letters: the last two digits say nothing of style.
  if (digit === 2) return hash;
  if (end - start > 1) hash = Math.imul(hash ^ (units[end - 2] as number), fnvPrime);
  return Math.imul(hash ^ (units[end - 1] as number), fnvPrime);
}
