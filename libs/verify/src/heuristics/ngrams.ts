import type { Words } from '../text/words.ts';

/** Code points that the most frequent n-gram covers (its length times its count), for n = 2, 3, 4; 0 when the text has fewer words. */
export type TopNgrams = readonly [two: number, three: number, four: number];

/** n of the duplicate n-grams of Gopher (arXiv 2112.11446, Table A1). */
export const duplicateSizes = [5, 6, 7, 8, 9, 10] as const;

/** Slots that lie in the nearest cache. */
const slotsMin = 8192;

/**
 * Counts n-grams of one text at a time in arrays that are reused. Exact: an n-gram is found by a hash
 * and compared in full. Time and memory are linear in the number of words.
 */
export class Ngrams {
  #counts: Int32Array = new Int32Array(0);
  #grams: Int32Array = new Int32Array(0);
  #places: Int32Array = new Int32Array(0);
  #sums: Int32Array = new Int32Array(0);
  #inverses: Int32Array = new Int32Array(0);
  #lengths: Int32Array = new Int32Array(0);

  /**
   * Per slot the place of an n-gram above the base of the table at hand, and its hash. At most half full,
   * for most texts nearly empty: a wrong guess of the processor costs more than the cache does.
   */
  #found: Int32Array = new Int32Array(0);
  /** Slots in use for the text at hand, less one. */
  #foundMask = 0;
  /** What is not above this is of tables before. */
  #generation = 0;

  /**
   * Words are joined by one space; a tie goes to the n-gram seen first; one that occurs once counts too
   * (datatrove 0.10). An n-gram is the pair of the (n − 1)-gram before it and its last word.
   */
  top(words: Words): TopNgrams {
    this.#reserve(words.count);
    const { ids, count } = words;
    this.#grams.set(ids.subarray(0, count));
    return [this.#extend(words, 2), this.#extend(words, 3), this.#extend(words, 4)];
  }

  /** Turns the numbers of (n − 1)-grams into those of n-grams; returns the coverage of the top one. */
  #extend(words: Words, n: number): number {
    const { ids, count } = words;
    const last = count - n;
    if (last < 0) return 0;
    const found = this.#found;
    // Four numbers a slot here: the n-gram above the base, and the pair it is.
    const mask = this.#foundMask >> 1;
    const shift = Math.clz32(mask);
    const base = this.#newGeneration(count);
    const grams = this.#grams;
    const places = this.#places;
    const counts = this.#counts;
    let entries = 0;
    for (let place = 0; place <= last; place += 1) {
      const left = grams[place] ?? 0;
      if (left < 0) continue;
      const right = ids[place + n - 1] ?? 0;
      let slot = Math.imul(Math.imul(left, 0x9e3779b1) ^ right, 0x85ebca6b) >>> shift;
      let entry = (found[4 * slot] ?? 0) - base;
      while (entry > 0 && (found[4 * slot + 1] !== left || found[4 * slot + 2] !== right)) {
        slot = (slot + 1) & mask;
        entry = (found[4 * slot] ?? 0) - base;
      }
      if (entry > 0) {
        counts[entry - 1] = (counts[entry - 1] ?? 0) + 1;
        grams[place] = entry - 1;
        continue;
      }
      counts[entries] = 1;
      places[entries] = place;
      grams[place] = entries;
      entries += 1;
      found[4 * slot] = base + entries;
      found[4 * slot + 1] = left;
      found[4 * slot + 2] = right;
    }
    return this.#topOf(entries, words, n);
  }

  /** Coverage of the most frequent of `entries` n-grams; marks those that occur once. */
  #topOf(entries: number, words: Words, n: number): number {
    const { ids, count, lexicon } = words;
    const grams = this.#grams;
    const counts = this.#counts;
    let best = 0;
    let bestCount = 1;
    // Entries are numbered by first appearance, so the strict comparison keeps the first of a tie.
    for (let entry = 0; entry < entries; entry += 1) {
      if ((counts[entry] ?? 0) <= bestCount) continue;
      bestCount = counts[entry] ?? 0;
      best = this.#places[entry] ?? 0;
    }
    // What occurs once cannot be part of a longer n-gram that occurs twice.
    for (let place = 0; place <= count - n; place += 1) {
      const entry = grams[place] ?? 0;
      if (entry >= 0 && counts[entry] === 1) grams[place] = -1;
    }
    let length = n - 1;
    for (let word = best; word < best + n; word += 1) length += lexicon.tokenLength[ids[word] ?? 0] ?? 0;
    return length * bestCount;
  }

  /**
   * Code points in repeated n-grams for each n of {@link duplicateSizes}. Words are joined without
   * separator; from a repeated n-gram the scan jumps n words, else one; the first copy does not count
   * (datatrove 0.10).
   */
  duplicates(words: Words): readonly number[] {
    this.#reserve(words.count);
    const { ids, count, lexicon } = words;
    const { tokenSum, tokenPower, tokenInverse, tokenLength } = lexicon;
    const sums = this.#sums;
    const inverses = this.#inverses;
    const lengths = this.#lengths;
    let sum = 0;
    let power = 1;
    let inverse = 1;
    let length = 0;
    for (let word = 0; word < count; word += 1) {
      const id = ids[word] ?? 0;
      sums[word] = sum;
      inverses[word] = inverse;
      lengths[word] = length;
      sum = (sum + Math.imul(tokenSum[id] ?? 0, power)) | 0;
      power = Math.imul(power, tokenPower[id] ?? 0);
      inverse = Math.imul(inverse, tokenInverse[id] ?? 0);
      length += tokenLength[id] ?? 0;
    }
    sums[count] = sum;
    lengths[count] = length;
    return duplicateSizes.map((n) => this.#repeated(words, n));
  }

  #repeated(words: Words, n: number): number {
    const { ids, count, lexicon } = words;
    const found = this.#found;
    const sums = this.#sums;
    const inverses = this.#inverses;
    const lengths = this.#lengths;
    const mask = this.#foundMask;
    // The high bits of the product depend on all bits of the hash.
    const shift = Math.clz32(mask);
    const base = this.#newGeneration(count);
    const last = count - n;
    let characters = 0;
    let place = 0;
    while (place <= last) {
      // Σ unit·base^k of the n-gram alone: the prefix sums' difference, shifted back to the start.
      const hash = Math.imul(((sums[place + n] ?? 0) - (sums[place] ?? 0)) | 0, inverses[place] ?? 0);
      let slot = Math.imul(hash, 0x9e3779b1) >>> shift;
      let first = (found[2 * slot] ?? 0) - base;
      while (first > 0) {
        if (found[2 * slot + 1] === hash && lexicon.joinsAlike(ids, first - 1, place, n)) break;
        slot = (slot + 1) & mask;
        first = (found[2 * slot] ?? 0) - base;
      }
      if (first > 0) {
        characters += (lengths[place + n] ?? 0) - (lengths[place] ?? 0);
        place += n;
      } else {
        place += 1;
        found[2 * slot] = base + place;
        found[2 * slot + 1] = hash;
      }
    }
    return characters;
  }

  /** What the places of a new table are written above: smaller entries are of tables before it. */
  #newGeneration(count: number): number {
    if (this.#generation > 0x3fff_ffff) {
      this.#found.fill(0);
      this.#generation = 0;
    }
    const base = this.#generation;
    this.#generation += count;
    return base;
  }

  #reserve(count: number): void {
    let size = 512;
    while (size < count) size *= 2;
    const slots = Math.max(slotsMin, 4 * size);
    this.#foundMask = slots - 1;
    const reserved = this.#counts.length - 1;
    // Give back what one giant document took.
    const isGiant = reserved > 32_768 && reserved > size * 8;
    if (size <= reserved && !isGiant) return;
    this.#found = new Int32Array(2 * slots);
    this.#generation = 0;
    for (const set of [
      (array: Int32Array) => (this.#counts = array),
      (array: Int32Array) => (this.#grams = array),
      (array: Int32Array) => (this.#places = array),
      (array: Int32Array) => (this.#sums = array),
      (array: Int32Array) => (this.#inverses = array),
      (array: Int32Array) => (this.#lengths = array),
    ]) {
      set(new Int32Array(size + 1));
    }
  }
}
