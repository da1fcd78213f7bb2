/** What {@link GrowingTable.at} gives for a slot that holds nothing. */
export const emptySlot = -1;

/**
 * An open-addressing hash table from a hash to the number of an entry, which is its place in the order
 * of insertion. An entry is a range in an array of the owner's; the owner compares.
 */
export class GrowingTable {
  count = 0;
  hashes: Int32Array = new Int32Array(1024);
  starts: Int32Array = new Int32Array(1024);
  lengths: Int32Array = new Int32Array(1024);
  /** Entry number plus one, 0 for none; at most half full. */
  #slots: Int32Array = new Int32Array(2048);

  /** Forgets all entries and the memory they took. */
  clear(): void {
    this.count = 0;
    this.hashes = new Int32Array(1024);
    this.starts = new Int32Array(1024);
    this.lengths = new Int32Array(1024);
    this.#slots = new Int32Array(2048);
  }

  /** The slot where a search for `hash` begins. */
  slotOf(hash: number): number {
    return mix(hash) & (this.#slots.length - 1);
  }

  /** The slot after `slot`. */
  next(slot: number): number {
    return (slot + 1) & (this.#slots.length - 1);
  }

  /** The entry in `slot`, or {@link emptySlot}. */
  at(slot: number): number {
    return (this.#slots[slot] ?? 0) - 1;
  }

  /** Adds an entry in the empty slot where its search ended; returns its number. */
  add(slot: number, hash: number, start: number, length: number): number {
    const number = this.count++;
    if (number === this.hashes.length) this.#grow();
    this.hashes[number] = hash;
    this.starts[number] = start;
    this.lengths[number] = length;
    if (this.count * 2 > this.#slots.length) this.#rehash();
    else this.#slots[slot] = number + 1;
    return number;
  }

  #grow(): void {
    for (const name of ['hashes', 'starts', 'lengths'] as const) {
      const larger = new Int32Array(this[name].length * 2);
      larger.set(this[name]);
      this[name] = larger;
    }
  }

  #rehash(): void {
    this.#slots = new Int32Array(this.#slots.length * 2);
    for (let number = 0; number < this.count; number += 1) {
      let slot = this.slotOf(this.hashes[number] ?? 0);
      while (this.at(slot) !== emptySlot) slot = this.next(slot);
      this.#slots[slot] = number + 1;
    }
  }
}

/** Spreads a 32-bit hash over its low bits (the finaliser of MurmurHash3, public domain). */
export function mix(hash: number): number {
  let mixed = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
