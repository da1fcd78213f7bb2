import { laneOfPool } from '@ballast/document';
import type { DetectJudgement } from '@ballast/document';

/** Lanes by the strength of their claim to a text, strongest first (protocol P11). */
export const strengths = ['anchor', 'presumed', 'p30', 'p50', 'p70', 'p90', 'synthetic'] as const;

/** How strong a document's claim to its text is. */
export type Strength = (typeof strengths)[number];

/** What decides whether one document may be a duplicate of another. */
export interface Standing {
  readonly strength: Strength;
  /** Its ground truth checked out, by a check the ingest vouches for. */
  readonly verified: boolean;
}

/** Strength of a document, from the pool and band the detector fixed in its verdict. */
export function strengthOf({ pool, band }: Pick<DetectJudgement, 'pool' | 'band'>): Strength {
  if (pool === 'anchor' || pool === 'presumed') return pool;
  const lane = laneOfPool(pool, band);
  // Uncertain and synthetic documents never wait in the human lane nor, unverified, in `checked`.
  return lane === 'human' || lane === 'checked' ? 'synthetic' : lane;
}

/**
 * Whether a document of standing `late` counts as a duplicate of `holder`: only of a holder in the
 * same or a stronger lane, and a verified document never of an unverified one (protocol P11).
 */
export function yields(late: Standing, holder: Standing): boolean {
  if (late.verified && !holder.verified) return false;
  return strengths.indexOf(holder.strength) <= strengths.indexOf(late.strength);
}
