import { z } from 'zod';
import {
  addTo,
  countInto,
  countOf,
  emptyHistogram,
  fromSparse,
  sparseSchema,
  toSparse,
} from './histogram.ts';
import type { Histogram } from './histogram.ts';

/** Documents a family's short and long window hold at least once full; at most half as many again. */
export const windowDocuments = { short: 500, long: 5_000 } as const;

/** Families one partition keeps windows of; beyond it the one not seen for longest is forgotten. */
const familiesMax = 256;

/** What is known of the arrivals of one family. */
export interface FamilyArrivals {
  readonly short: Histogram;
  readonly long: Histogram;
  /** Documents ever counted, beyond what the windows still hold. */
  readonly seen: number;
}

/**
 * One window as blocks of half its length: a document falls into the youngest, and when that is full
 * the oldest of three is forgotten. So a window holds once to one and a half times its length, in integers.
 */
interface Blocks {
  /** Oldest first, at least one. */
  readonly blocks: Histogram[];
  youngestCount: number;
}

interface FamilyWindows {
  readonly short: Blocks;
  readonly long: Blocks;
  seen: number;
  /** Running number of the partition's last document of this family. */
  last: number;
}

const blocksSchema = z.array(sparseSchema).min(1).max(3);

/** The windows of one input partition in a snapshot. */
export const windowsSchema = z.object({
  /** Documents of the partition that the detector saw, judged or not. */
  documents: z.int().nonnegative(),
  // A list, not an object: a family may have any name, `__proto__` too.
  families: z
    .array(
      z.object({
        family: z.string(),
        seen: z.int().nonnegative(),
        last: z.int().nonnegative(),
        short: blocksSchema,
        long: blocksSchema,
      }),
    )
    .readonly(),
});

/** The windows of one input partition in a snapshot. */
export type WindowsValue = z.infer<typeof windowsSchema>;

/**
 * The sufficient statistic of prevalence for one input partition: per source family, histograms of llr
 * over its latest undeclared, unattested, judged arrivals.
 */
export class Windows {
  #documents = 0;
  readonly #families = new Map<string, FamilyWindows>();

  /** Reads what {@link toJSON} wrote. */
  static from(value: WindowsValue): Windows {
    const windows = new Windows();
    windows.#documents = value.documents;
    for (const { family, seen, last, short, long } of value.families) {
      windows.#families.set(family, { seen, last, short: blocksFrom(short), long: blocksFrom(long) });
    }
    return windows;
  }

  /** Documents of the partition so far. */
  get documents(): number {
    return this.#documents;
  }

  /** Counts a document of the partition that no window takes in. */
  pass(): void {
    this.#documents += 1;
  }

  /** Counts a judged document of a family, by bin of llr. */
  count(family: string, bin: number): void {
    this.#documents += 1;
    const windows = this.#families.get(family) ?? this.#open(family);
    windows.seen += 1;
    windows.last = this.#documents;
    countBlock(windows.short, bin, windowDocuments.short / 2);
    countBlock(windows.long, bin, windowDocuments.long / 2);
  }

  /** Every family with its arrivals. */
  *families(): IterableIterator<readonly [family: string, arrivals: FamilyArrivals]> {
    for (const [family, { short, long, seen }] of this.#families) {
      yield [family, { short: merged(short), long: merged(long), seen }];
    }
  }

  /** Plain data for a snapshot. */
  toJSON(): WindowsValue {
    const families = [...this.#families].map(([family, { seen, last, short, long }]) => ({
      family,
      seen,
      last,
      short: sparseBlocks(short),
      long: sparseBlocks(long),
    }));
    return { documents: this.#documents, families };
  }

  #open(family: string): FamilyWindows {
    if (this.#families.size >= familiesMax) {
      let stalest: string | undefined;
      let last = Number.POSITIVE_INFINITY;
      for (const [name, windows] of this.#families) {
        if (windows.last < last) [stalest, last] = [name, windows.last];
      }
      if (stalest !== undefined) this.#families.delete(stalest);
    }
    const windows = { short: emptyBlocks(), long: emptyBlocks(), seen: 0, last: this.#documents };
    this.#families.set(family, windows);
    return windows;
  }
}

/** Adds the arrivals of several partitions, by family. */
export function mergeArrivals(parts: Iterable<Windows>): Map<string, FamilyArrivals> {
  const all = new Map<string, FamilyArrivals>();
  for (const part of parts) {
    for (const [family, arrivals] of part.families()) {
      const before = all.get(family);
      if (before === undefined) {
        all.set(family, arrivals);
        continue;
      }
      addTo(before.short, arrivals.short);
      addTo(before.long, arrivals.long);
      all.set(family, { ...before, seen: before.seen + arrivals.seen });
    }
  }
  return all;
}

function countBlock(window: Blocks, bin: number, length: number): void {
  if (window.youngestCount >= length) {
    window.blocks.push(emptyHistogram());
    window.youngestCount = 0;
    if (window.blocks.length > 3) window.blocks.shift();
  }
  const youngest = window.blocks.at(-1);
  if (youngest !== undefined) countInto(youngest, bin);
  window.youngestCount += 1;
}

function merged({ blocks }: Blocks): Histogram {
  const sum = emptyHistogram();
  for (const block of blocks) addTo(sum, block);
  return sum;
}

function emptyBlocks(): Blocks {
  return { blocks: [emptyHistogram()], youngestCount: 0 };
}

function sparseBlocks({ blocks }: Blocks): z.infer<typeof blocksSchema> {
  return blocks.map(toSparse);
}

function blocksFrom(sparse: z.infer<typeof blocksSchema>): Blocks {
  const blocks = sparse.map(fromSparse);
  return { blocks, youngestCount: countOf(blocks.at(-1) ?? emptyHistogram()) };
}
