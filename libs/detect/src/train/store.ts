import type { Bag } from '../text/bag.ts';

/** Counts above this count as this many: a byte holds them, and 1 + ln tf has grown flat. */
const countMax = 255;

/** Sparse counts of many texts for one head, row after row (compressed sparse rows). */
export class FeatureStore {
  ids = new Int32Array(1 << 20);
  counts = new Uint8Array(1 << 20);
  /** Row r occupies offsets[r] to offsets[r + 1]. */
  readonly offsets: number[] = [0];
  #size = 0;
  #values = new Float32Array(0);

  /** Rows stored. */
  get rows(): number {
    return this.offsets.length - 1;
  }

  /** Stores the bag as the next row and returns its number. */
  push(bag: Bag): number {
    const end = this.#size + bag.size;
    if (end > this.ids.length) this.#grow(end);
    this.ids.set(bag.ids.subarray(0, bag.size), this.#size);
    for (let i = 0; i < bag.size; i += 1) {
      this.counts[this.#size + i] = Math.min(countMax, bag.counts[i] ?? 0);
    }
    this.#size = end;
    this.offsets.push(end);
    return this.rows - 1;
  }

  /** Room for one number per stored count, shared by the fits that follow each other on this store. */
  values(): Float32Array {
    if (this.#values.length < this.#size) this.#values = new Float32Array(this.#size);
    return this.#values;
  }

  #grow(needed: number): void {
    const length = Math.max(needed, Math.ceil(this.ids.length * 1.5));
    const ids = new Int32Array(length);
    ids.set(this.ids);
    const counts = new Uint8Array(length);
    counts.set(this.counts);
    this.ids = ids;
    this.counts = counts;
  }
}
