import type { Evidence } from '@ballast/document';
import { logit, sigmoid } from './calibrate/bands.ts';
import { evidenceSum } from './weights.ts';

/** The posterior of one document and the upper end of its interval. */
export interface Posterior {
  readonly p: number;
  readonly pUpper: number;
}

/**
 * Fuses in log-odds: logit p = logit(share) + llr + evidence, with the family's estimated share for p
 * and the upper end of that share for pUpper; every block of evidence within its limits.
 */
export function fuse(
  llr: number,
  evidence: readonly Evidence[],
  family: { readonly share: number; readonly shareUpper: number },
): Posterior {
  const sum = evidenceSum(llr, evidence);
  const p = sigmoid(sum + logit(family.share));
  return { p, pUpper: Math.max(p, sigmoid(sum + logit(family.shareUpper))) };
}
