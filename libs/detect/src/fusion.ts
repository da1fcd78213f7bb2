import type { Evidence } from '@ballast/document';
import { logit, sigmoid } from './calibrate/bands.ts';

/** Most log-odds that unsigned evidence may add in all; it never takes any away. */
const evidenceMax = 5;

/** Largest absolute llr that a text model is believed with, natural log. */
const llrMax = 12;

/** The posterior of one document and the upper end of its interval. */
export interface Posterior {
  readonly p: number;
  readonly pUpper: number;
}

/**
 * Fuses in log-odds: logit p = logit(share) + llr + evidence, with the family's estimated share for p
 * and the upper end of that share for pUpper. Unsigned evidence is capped and only raises suspicion.
 */
export function fuse(
  llr: number,
  evidence: readonly Evidence[],
  family: { readonly share: number; readonly shareUpper: number },
): Posterior {
  let weight = 0;
  for (const item of evidence) weight += Math.max(0, item.weight);
  const sum = Math.min(llrMax, Math.max(-llrMax, llr)) + Math.min(evidenceMax, weight);
  const p = sigmoid(sum + logit(family.share));
  return { p, pUpper: Math.max(p, sigmoid(sum + logit(family.shareUpper))) };
}
