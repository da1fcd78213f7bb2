import { seeded } from '../seeded.ts';

/** Choices of one run, all from its seed. */
export interface Choices {
  /** A number in [0, 1). */
  next(): number;
  /** True with this probability. */
  chance(probability: number): boolean;
  /** A whole number from 0 to `below` − 1. */
  below(below: number): number;
  /** One of the items. */
  pick<T>(items: readonly T[]): T;
}

/** Choices from a seed. */
export function choices(seed: number): Choices {
  const next = seeded(seed);
  const below = (limit: number): number => Math.floor(next() * limit);
  return {
    next,
    chance: (probability) => next() < probability,
    below,
    pick(items) {
      const item = items[below(items.length)];
      if (item === undefined) throw new RangeError('pick: there is nothing to pick from');
      return item;
    },
  };
}
