/** Slots of the probe table: at most half full for the 8,000 features a canonical text can have. */
const slots = 1 << 14;
const mask = slots - 1;

/**
 * Counts of the distinct buckets of one text, in order of first sight. Reused from text to text: open
 * addressing over typed arrays, cleared by walking what was filled.
 */
export class Bag {
  /** Buckets; valid up to `size`. */
  readonly ids = new Int32Array(slots >>> 1);
  /** How often each bucket occurred; valid up to `size`. */
  readonly counts = new Int32Array(slots >>> 1);
  #size = 0;
  readonly #keys = new Int32Array(slots).fill(-1);
  readonly #where = new Int16Array(slots);
  readonly #filled = new Int16Array(slots >>> 1);

  /** Distinct buckets seen. */
  get size(): number {
    return this.#size;
  }

  /** Forgets the text before. */
  clear(): void {
    const keys = this.#keys;
    const filled = this.#filled;
    for (let i = 0; i < this.#size; i += 1) keys[filled[i] ?? 0] = -1;
    this.#size = 0;
  }

  /** Counts one occurrence. Buckets beyond the 8,192nd distinct one are not counted. */
  add(bucket: number): void {
    const keys = this.#keys;
    let slot = bucket & mask;
    for (;;) {
      const key = keys[slot];
      if (key === bucket) {
        const at = this.#where[slot] ?? 0;
        this.counts[at] = (this.counts[at] ?? 0) + 1;
        return;
      }
      if (key === -1) break;
      slot = (slot + 1) & mask;
    }
    const at = this.#size;
    if (at === slots >>> 1) return;
    keys[slot] = bucket;
    this.#where[slot] = at;
    this.#filled[at] = slot;
    this.ids[at] = bucket;
    this.counts[at] = 1;
    this.#size = at + 1;
  }
}
