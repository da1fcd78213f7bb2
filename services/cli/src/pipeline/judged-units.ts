import type { Json } from '@ballast/stage';
import { z } from 'zod';

const ledgerSchema = z.object({
  units: z.array(
    z.object({
      judged: z.boolean(),
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
