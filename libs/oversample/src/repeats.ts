import { createHash } from 'node:crypto';
import type { StratumCount } from './census.ts';
import { priorDocuments } from './reference.ts';
import type { Reference } from './reference.ts';

/** Largest share of synthetic text a mixture can have: the default ceiling of the mixer. */
const syntheticShareMax = 0.3;

/** Largest share of repeated tokens in all; the mixer enforces it per shard. */
const repeatedShareMax = 0.05;

/**
 * Wanted copies, as a real number, of human documents of `stratum`:
 *
 * `r = clip(target / mix, 1, repeatsMax)`, then `1 + (r - 1) * min(1, rho / sum of share * (r - 1))`.
 *
 * `mix` is the stratum's share of the *outgoing* mixture: expected-human tokens and as much of the
 * synthetic ones as the ceiling lets in, within the strata of the reference. With a synthetic
 * share f that holds nothing of the stratum, the restoring r is 1 / (1 - f).
 *
 * @param counted Census by stratum. @param repeatsMax Most copies of one document.
 */
export function repeatFactor(
  stratum: string,
  reference: Reference,
  counted: (stratum: string) => StratumCount,
  repeatsMax: number,
): number {
  const strata = [...reference.shares].map(([name, target]) => ({ name, target, ...counted(name) }));
  const human = strata.reduce((sum, count) => sum + count.human, 0);
  const synthetic = strata.reduce((sum, count) => sum + count.synthetic, 0);
  const allowance = (human * syntheticShareMax) / (1 - syntheticShareMax);
  const admitted = synthetic === 0 ? 0 : Math.min(1, allowance / synthetic);
  // The same prior as in the reference: a stratum not seen yet is not infinitely rare.
  const prior = priorDocuments * reference.tokensMean;
  const all = human + synthetic * admitted + prior * strata.length;
  const wanted = strata.map(({ name, target, ...count }) => {
    const mix = (count.human + count.synthetic * admitted + prior) / all;
    const eligible = count.sources.length > 1;
    return {
      name,
      factor: eligible ? Math.min(repeatsMax, Math.max(1, target / mix)) : 1,
      share: count.human / all,
    };
  });
  const repeated = wanted.reduce((sum, { factor, share }) => sum + share * (factor - 1), 0);
  const scale = repeated === 0 ? 1 : Math.min(1, repeatedShareMax / repeated);
  const factor = wanted.find(({ name }) => name === stratum)?.factor ?? 1;
  return 1 + (factor - 1) * scale;
}

/**
 * Whole copies for a real factor: the integer part, and one more for the documents whose hash falls
 * below the fraction. By hash, never by a running generator, so a replay chooses the same ones.
 *
 * @param key Position of the document, with the policy's version.
 */
export function wholeRepeats(factor: number, key: string): number {
  const whole = Math.floor(factor);
  const fraction = factor - whole;
  if (fraction === 0) return whole;
  const hash = createHash('sha256').update(key).digest().readUIntBE(0, 6) / 2 ** 48;
  return hash < fraction ? whole + 1 : whole;
}
