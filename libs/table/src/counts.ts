import { originSchema, poolSchema } from '@ballast/document';
import type { Origin, Pool } from '@ballast/document';
import type { DataRow } from '@ballast/shard';
import { z } from 'zod';

const tallySchema = z.object({
  /** First uses (repeat_index 0). */
  documents: z.number(),
  /** Tokens of first uses. */
  tokens: z.number(),
  /** Text bytes of first uses. */
  bytes: z.number(),
  /** Granted repeats beside the first uses. */
  copies: z.number(),
  /** Tokens of the repeats. */
  copyTokens: z.number(),
  /** Expected synthetic tokens, the sum of p·t over first uses and repeats. */
  expected: z.number(),
});

/** How much there is of one class of documents. */
export type Tally = z.infer<typeof tallySchema>;

const sumsSchema = z.object({
  /** Sum of p·t over all copies. */
  expected: z.number(),
  /** Sum of calibration error times t over all copies. */
  eps: z.number(),
  /** Sum of (r·t)²·p·(1−p), with r the copies of a document. */
  variance: z.number(),
});

const boundSchema = z.object({
  /** Tokens of first uses in judged units: the denominator. */
  tokens: z.number(),
  documents: z.number(),
  /** All text. */
  total: sumsSchema,
  /** Text without a passed check. */
  unverified: sumsSchema,
});

/** Sums from which share and upper bound of the judged units follow (protocol P16, P17). */
export type BoundSums = z.infer<typeof boundSchema>;

/** Counts of a shard, a commit, or a whole table. */
export const countsSchema = z.object({
  origin: z.record(originSchema, tallySchema),
  pool: z.partialRecord(poolSchema, tallySchema),
  lane: z.record(z.string(), tallySchema),
  /** Of refused documents: tallies by action and reason, `reject: too_short`. */
  refused: z.record(z.string(), tallySchema),
  bound: boundSchema,
  rows: z.number(),
});

/** Counts of a shard, a commit, or a whole table. */
export type Counts = z.infer<typeof countsSchema>;

const noTally: Tally = { documents: 0, tokens: 0, bytes: 0, copies: 0, copyTokens: 0, expected: 0 };
const noSums = { expected: 0, eps: 0, variance: 0 };

/** Counts of nothing. */
export const noCounts: Counts = {
  // Distinct objects: a structured clone keeps what is shared shared.
  origin: { human: { ...noTally }, synthetic: { ...noTally }, unknown: { ...noTally } },
  pool: {},
  lane: {},
  refused: {},
  bound: { tokens: 0, documents: 0, total: { ...noSums }, unverified: { ...noSums } },
  rows: 0,
};

/** Standard normal quantile of the bound, 0.99 one-sided (protocol P16). */
const z99 = 2.33;

/** Measured share F and upper bound U = F + eps + 2.33·sd of one class of synthetic text; 0 for no text. */
export function boundOf(
  { tokens, ...sums }: BoundSums,
  kind: 'total' | 'unverified',
): {
  readonly share: number;
  readonly upper: number;
} {
  if (tokens === 0) return { share: 0, upper: 0 };
  const { expected, eps, variance } = sums[kind];
  return { share: expected / tokens, upper: (expected + eps + z99 * Math.sqrt(variance)) / tokens };
}

/** Counts rows one by one. */
export class Counter {
  readonly #counts: Counts = structuredClone(noCounts);

  /** Counts so far; not a copy. */
  get counts(): Counts {
    return this.#counts;
  }

  /** Counts a row; `refusal` is `action: reason` of a refused document. */
  add(row: DataRow, refusal?: string): void {
    const counts = this.#counts;
    const tokens = row.token_count ?? 0;
    // Kept text without p counts fully, a document refused before the detector not at all.
    const p = row.p_synthetic ?? (refusal === undefined ? 1 : 0);
    const enter = (tally: Tally): Tally => addRow(tally, row, tokens, p * tokens);
    enter(counts.origin[originOf(row)]);
    const pool = poolOf(row);
    if (pool !== undefined) counts.pool[pool] = enter(counts.pool[pool] ?? { ...noTally });
    if (refusal !== undefined) counts.refused[refusal] = enter(counts.refused[refusal] ?? { ...noTally });
    else if (row.lane !== null) counts.lane[row.lane] = enter(counts.lane[row.lane] ?? { ...noTally });
    if (row.unit !== null) addBound(counts.bound, row, tokens, p);
    counts.rows += 1;
  }
}

function originOf({ origin }: DataRow): Origin {
  return originSchema.options.find((each) => each === origin) ?? 'unknown';
}

function poolOf({ pool }: DataRow): Pool | undefined {
  return poolSchema.options.find((each) => each === pool);
}

function addRow(tally: Tally, row: DataRow, tokens: number, expected: number): Tally {
  tally.expected += expected;
  if (row.repeat_index === 0) {
    tally.documents += 1;
    tally.tokens += tokens;
    tally.bytes += row.text_bytes ?? 0;
  } else {
    tally.copies += 1;
    tally.copyTokens += tokens;
  }
  return tally;
}

function addBound(bound: BoundSums, row: DataRow, tokens: number, p: number): void {
  const isFirst = row.repeat_index === 0;
  if (isFirst) {
    bound.tokens += tokens;
    bound.documents += 1;
  }
  const eps = row.calibration_error ?? 1;
  for (const sums of row.verify === 'none' ? [bound.total, bound.unverified] : [bound.total]) {
    sums.expected += p * tokens;
    sums.eps += eps * tokens;
    // All copies of a document are in its shard and vary together: they are entered with the first.
    if (isFirst) sums.variance += ((row.repeats_granted ?? 1) * tokens) ** 2 * p * (1 - p);
  }
}

/** The sum of two counts. */
export function addCounts(a: Counts, b: Counts): Counts {
  return {
    origin: {
      human: addFields(a.origin.human, b.origin.human),
      synthetic: addFields(a.origin.synthetic, b.origin.synthetic),
      unknown: addFields(a.origin.unknown, b.origin.unknown),
    },
    pool: addTallies(a.pool, b.pool),
    lane: addTallies(a.lane, b.lane),
    refused: addTallies(a.refused, b.refused),
    bound: {
      tokens: a.bound.tokens + b.bound.tokens,
      documents: a.bound.documents + b.bound.documents,
      total: addFields(a.bound.total, b.bound.total),
      unverified: addFields(a.bound.unverified, b.bound.unverified),
    },
    rows: a.rows + b.rows,
  };
}

type Tallies = { readonly [name: string]: Tally | undefined };

function addTallies(a: Tallies, b: Tallies): { [name: string]: Tally } {
  const sum: { [name: string]: Tally } = {};
  for (const tallies of [a, b]) {
    for (const [name, tally] of Object.entries(tallies)) {
      if (tally !== undefined) sum[name] = addFields(sum[name] ?? noTally, tally);
    }
  }
  return sum;
}

function addFields<T extends { readonly [name: string]: number }>(a: T, b: T): T {
  const sum: { [name: string]: number } = { ...a };
  for (const [name, value] of Object.entries(b)) sum[name] = (sum[name] ?? 0) + value;
  // Same names in, same names out.
  return sum as T;
}
