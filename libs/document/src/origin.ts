import { z } from 'zod';

/** Where a text comes from. `unknown` is an answer, never an error, and never counts as human. */
export const originSchema = z.enum(['human', 'synthetic', 'unknown']);

/** One of `human`, `synthetic`, `unknown`. */
export type Origin = z.infer<typeof originSchema>;

/**
 * What the detector makes of a document's origin.
 *
 * - `anchor`: human by attestation (never by a classifier alone);
 * - `presumed`: the upper end of p(synthetic) is below `tau`;
 * - `uncertain`: between the two thresholds, or its source is not calibrated;
 * - `synthetic`: declared, or p at or above the upper threshold.
 */
export const poolSchema = z.enum(['anchor', 'presumed', 'uncertain', 'synthetic']);

/** One of the four pools. */
export type Pool = z.infer<typeof poolSchema>;

/** The origin a pool stands for in columns, metrics and on the page. */
export function originOfPool(pool: Pool): Origin {
  if (pool === 'uncertain') return 'unknown';
  return pool === 'synthetic' ? 'synthetic' : 'human';
}
