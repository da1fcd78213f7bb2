import { mix } from '../growing-table.ts';
import type { ChineseTable } from './table.ts';

/** What {@link Dictionary.next} gives when no word goes on like that. */
export const noNode = -1;

/** More than twice the 498,000 beginnings of jieba's words. */
const slotCount = 2 ** 20;

/**
 * The words of jieba's dictionary as a tree of their units: a node stands for the beginning of a word, and
 * is the slot of a hash table in which it is found by its parent and its unit. 8 MiB.
 */
export class Dictionary {
  /** The node of no units. */
  readonly root: number = slotCount;
  readonly #weights: Float64Array;
  /** Parent of the node in a slot plus one; 0 where the slot is empty. */
  readonly #parents = new Int32Array(slotCount);
  readonly #units = new Uint16Array(slotCount);
  /** Number of a word's weight; 0 where no word ends. */
  readonly #wordWeights = new Uint16Array(slotCount);

  constructor({ weights, shared, lengths, wordWeights, rests }: ChineseTable) {
    this.#weights = weights;
    /** Nodes of the last word's beginnings, by length. */
    const path = [this.root];
    let rest = 0;
    for (const [word, depth] of shared.entries()) {
      const end = depth + (lengths[word] ?? 0);
      for (let length = depth; length < end; length += 1)
        path[length + 1] = this.#add(path[length] ?? this.root, rests[rest++] ?? 0);
      this.#wordWeights[path[end] ?? 0] = wordWeights[word] ?? 0;
    }
  }

  /** The node of `parent`'s units and one more; {@link noNode} if no word begins so. */
  next(parent: number, unit: number): number {
    const slot = this.#slotOf(parent, unit);
    return this.#parents[slot] === 0 ? noNode : slot;
  }

  /** Whether a word ends in a node. */
  isWord(node: number): boolean {
    return this.#wordWeights[node] !== 0;
  }

  /** Logarithm of the chance of the word that ends in a node; of a character that is no word for {@link noNode}. */
  weight(node: number): number {
    return this.#weights[node === noNode ? 0 : (this.#wordWeights[node] ?? 0)] ?? 0;
  }

  #add(parent: number, unit: number): number {
    const slot = this.#slotOf(parent, unit);
    this.#parents[slot] = parent + 1;
    this.#units[slot] = unit;
    return slot;
  }

  /** The slot of a node, or the empty one where it would lie. */
  #slotOf(parent: number, unit: number): number {
    let slot = mix(Math.imul(parent, 0x9e3779b1) + unit) & (slotCount - 1);
    while (this.#parents[slot] !== 0) {
      if (this.#parents[slot] === parent + 1 && this.#units[slot] === unit) return slot;
      slot = (slot + 1) & (slotCount - 1);
    }
    return slot;
  }
}
