/** Most distinct buckets of one text: a canonical text has 8,000 features at most. */
const sizeMax = 8192;

/**
 * Counts of the distinct buckets of one text, in order of first sight. Reused from text to text: open
 * addressing over typed arrays. The probe table is only as large as the text needs, so that it stays in the
 * first cache (`bench:detect --only speed`).
 */
export class Bag {
  /** Buckets from index 1; index 0 is whichever is being looked for. */
  readonly #known = new Int32Array(sizeMax + 1);
  /** Buckets; valid up to `size`. */
  readonly ids = this.#known.subarray(1);
  /** How often each bucket occurred; valid up to `size`. */
  readonly counts = new Int32Array(sizeMax);
  #size = 0;
  #room = sizeMax;
  /** Place in `#known`; 0 is a free slot. */
  readonly #places = new Int16Array(2 * sizeMax);
  #mask = 2 * sizeMax - 1;

  /** Distinct buckets seen. */
  get size(): number {
    return this.#size;
  }

  /** Forgets the text before. Distinct buckets beyond `features`, and beyond 8,192, are not counted. */
  clear(features: number): void {
    this.#room = Math.max(1, Math.min(sizeMax, features));
    // Half full at most: every search ends, and mostly at its first step.
    this.#mask = (1 << (33 - Math.clz32(this.#room - 1))) - 1;
    this.#places.fill(0, 0, this.#mask + 1);
    this.#size = 0;
  }

  /**
   * Counts the first `length` buckets, each `times` times. Whether a bucket is new cannot be foretold, so
   * nothing branches on it: a wrong guess of the processor costs more than the rest.
   */
  add(buckets: Int32Array, length: number, times: number): void {
    const { counts } = this;
    const known = this.#known;
    const places = this.#places;
    const mask = this.#mask;
    const room = this.#room;
    let size = this.#size;
    for (let i = 0; i < length; i += 1) {
      const bucket = buckets[i] as number;
      known[0] = bucket;
      let slot = bucket & mask;
      let place = places[slot] as number;
      // A free slot leads to known[0], and so ends the search too.
      while (known[place] !== bucket) {
        slot = (slot + 1) & mask;
        place = places[slot] as number;
      }
      if (size === room && place === 0) continue;
      const isNew = (place - 1) >>> 31;
      size += isNew;
      place += isNew * size;
      known[place] = bucket;
      places[slot] = place;
      counts[place - 1] = ((counts[place - 1] as number) & (isNew - 1)) + times;
    }
    this.#size = size;
  }
}
