import type { Json } from '@ballast/stage';
import { z } from 'zod';

const ledgerSchema = z.object({
  units: z.array(
    z.object({
      judged: z.boolean(),
      documents: z.number(),
      tokens: z.number(),
      unverified: z.object({ upper: z.number() }),
      total: z.object({ upper: z.number() }),
    }),
  ),
});

/** What a run's judged units come to: how many, and the largest upper bound of each tier. */
export interface JudgedUnits {
  readonly count: number;
  readonly unverifiedMax: number;
  readonly totalMax: number;
}

/** What one shard's commit held. */
export interface CommittedShard {
  readonly version: number;
  readonly time: Date;
  readonly documents: number;
  readonly tokens: number;
  /** Largest upper bound of all synthetic text in its judged units; absent when none is judged. */
  readonly upper?: number;
}

/** Reads a shard's ledger, committed at `time`; undefined for a commit without units. */
export function shardOf(version: number, ledger: Json, time: Date): CommittedShard | undefined {
  const { data } = ledgerSchema.safeParse(ledger);
  if (data === undefined || data.units.length === 0) return undefined;
  const judged = data.units.filter((unit) => unit.judged).map(({ total }) => total.upper);
  return {
    version,
    time,
    documents: data.units.reduce((sum, { documents }) => sum + documents, 0),
    tokens: data.units.reduce((sum, { tokens }) => sum + tokens, 0),
    ...(judged.length === 0 ? {} : { upper: Math.max(...judged) }),
  };
}

/** A run without a unit. */
export const noUnits: JudgedUnits = { count: 0, unverifiedMax: 0, totalMax: 0 };

/** Adds the units of one shard's ledger; a ledger without units (offsets only) adds none. */
export function addUnits(sum: JudgedUnits, ledger: Json): JudgedUnits {
  const { data } = ledgerSchema.safeParse(ledger);
  const judged = (data?.units ?? []).filter((unit) => unit.judged);
  return {
    count: sum.count + judged.length,
    unverifiedMax: Math.max(sum.unverifiedMax, ...judged.map(({ unverified }) => unverified.upper)),
    totalMax: Math.max(sum.totalMax, ...judged.map(({ total }) => total.upper)),
  };
}
