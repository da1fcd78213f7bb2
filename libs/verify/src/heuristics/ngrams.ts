import { mix } from '../text/growing-table.ts';
import type { Words } from '../text/words.ts';

/** Code points that the most frequent n-gram covers (its length times its count), for n = 2, 3, 4; 0 when the text has fewer words. */
export type TopNgrams = readonly [two: number, three: number, four: number];

/** n of the duplicate n-grams of Gopher (arXiv 2112.11446, Table A1). */
export const duplicateSizes = [5, 6, 7, 8, 9, 10] as const;

/**
 * Counts n-grams of one text at a time in arrays that are reused. Exact: an n-gram is found by a hash
 * and compared in full. Time and memory are linear in the number of words.
 */
export class Ngrams {
  /** Entry number plus one per slot, 0 for none; at most half full. */
  #slots: Int32Array = new Int32Array(0);
  /** Slots in use for the text at hand, less one. */
  #mask = 0;
  #left: Int32Array = new Int32Array(0);
  #right: Int32Array = new Int32Array(0);
  #counts: Int32Array = new Int32Array(0);
  #grams: Int32Array = new Int32Array(0);
  #places: Int32Array = new Int32Array(0);
  #sums: Int32Array = new Int32Array(0);
  #inverses: Int32Array = new Int32Array(0);
  #lengths: Int32Array = new Int32Array(0);

  /** Per slot the place of an n-gram above the table's base, and its hash; at most a quarter full. */
  #found: Int32Array = new Int32Array(0);
  #foundMask = 0;
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
    const last = words.count - n;
    if (last < 0) return 0;
    this.#slots.fill(0, 0, this.#mask + 1);
    const { ids } = words;
    const grams = this.#grams;
    const places = this.#places;
    const counts = this.#counts;
    let entries = 0;
    let best = 0;
    let bestCount = 1;
    for (let place = 0; place <= last; place += 1) {
      const gram = grams[place] ?? 0;
      if (gram < 0) continue;
      const entry = this.#intern(gram, ids[place + n - 1] ?? 0, entries);
      if (entry === entries) {
        entries += 1;
        counts[entry] = 1;
        places[entry] = place;
      } else counts[entry] = (counts[entry] ?? 0) + 1;
      grams[place] = entry;
    }
    // Entries are numbered by first appearance, so the strict comparison keeps the first of a tie.
    for (let entry = 0; entry < entries; entry += 1) {
      if ((counts[entry] ?? 0) <= bestCount) continue;
      bestCount = counts[entry] ?? 0;
      best = places[entry] ?? 0;
    }
    // What occurs once cannot be part of a longer n-gram that occurs twice.
    for (let place = 0; place <= last; place += 1) {
      const entry = grams[place] ?? 0;
      if (entry >= 0 && counts[entry] === 1) grams[place] = -1;
    }
    let length = n - 1;
    for (let word = best; word < best + n; word += 1)
      length += words.lexicon.tokenLength[ids[word] ?? 0] ?? 0;
    return length * bestCount;
  }

  #intern(left: number, right: number, next: number): number {
    const mask = this.#mask;
    let slot = mix(Math.imul(left, 0x9e3779b1) ^ right) & mask;
    for (let found = this.#slots[slot] ?? 0; found !== 0; found = this.#slots[slot] ?? 0) {
      if (this.#left[found - 1] === left && this.#right[found - 1] === right) return found - 1;
      slot = (slot + 1) & mask;
    }
    this.#slots[slot] = next + 1;
    this.#left[next] = left;
    this.#right[next] = right;
    return next;
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
    let size = 1024;
    while (size < count * 2) size *= 2;
    this.#mask = size - 1;
    this.#foundMask = 2 * size - 1;
    // Give back what one giant document took.
    const isGiant = this.#slots.length > 65_536 && this.#slots.length > size * 8;
    if (size <= this.#slots.length && !isGiant) return;
    this.#slots = new Int32Array(size);
    this.#found = new Int32Array(4 * size);
    this.#generation = 0;
    for (const set of [
      (array: Int32Array) => (this.#left = array),
      (array: Int32Array) => (this.#right = array),
      (array: Int32Array) => (this.#counts = array),
      (array: Int32Array) => (this.#grams = array),
      (array: Int32Array) => (this.#places = array),
      (array: Int32Array) => (this.#sums = array),
      (array: Int32Array) => (this.#inverses = array),
      (array: Int32Array) => (this.#lengths = array),
    ]) {
      set(new Int32Array(size / 2 + 1));
    }
  }
}
