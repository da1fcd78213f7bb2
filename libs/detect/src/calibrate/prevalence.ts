import { binCentre, binCount } from './histogram.ts';
import type { Histogram } from './histogram.ts';
import { applyFit } from './fit.ts';
import type { Fit } from './fit.ts';

/** An estimated share never leaves these bounds: at 0 or 1 no later document could move a posterior. */
const shareLimits = { low: 0.001, high: 0.999 } as const;

/** A family's share before any document was seen, as `documents` imagined ones with this mean. */
export interface SharePrior {
  readonly mean: number;
  readonly documents: number;
}

/** Knows nothing: two imagined documents, one of each origin. */
export const flatSharePrior: SharePrior = { mean: 0.5, documents: 2 };

/** exp(corrected llr) of every bin. */
export function ratiosOf(fit: Fit): Float64Array {
  const ratios = new Float64Array(binCount);
  for (let bin = 0; bin < binCount; bin += 1) ratios[bin] = Math.exp(applyFit(fit, binCentre(bin)));
  return ratios;
}

/**
 * Share of synthetic documents among `arrivals`: the fixed point of expectation-maximisation over the
 * class prior, share ← mean of the posteriors under the present share (Saerens, Latinne, Decaestecker,
 * Neural Computation 14, 2002), with the imagined documents of `prior` added to the mean. Arrivals must
 * be raw, never what this detector let pass. `ratios` are likelihood ratios per bin.
 *
 * The log-posterior is concave in the share, so the fixed point is its one maximum; a Newton step kept
 * inside a shrinking bracket reaches it in a few rounds where plain EM takes hundreds near 0 and 1.
 */
export function estimateShare(
  arrivals: Histogram,
  ratios: Float64Array,
  prior: SharePrior = flatSharePrior,
  start = prior.mean,
): number {
  let [low, high]: [number, number] = [shareLimits.low, shareLimits.high];
  let share = Math.min(high, Math.max(low, start));
  for (let round = 0; round < 60; round += 1) {
    const { gradient, curvature } = derivatives(arrivals, ratios, prior, share);
    if (gradient > 0) low = share;
    else high = share;
    const newton = share - gradient / curvature;
    const next = newton > low && newton < high ? newton : (low + high) / 2;
    const change = Math.abs(next - share);
    share = next;
    if (change < 1e-6) break;
  }
  return share;
}

/** First and second derivative of the log-posterior of the share; the second is negative. */
function derivatives(
  arrivals: Histogram,
  ratios: Float64Array,
  prior: SharePrior,
  share: number,
): { readonly gradient: number; readonly curvature: number } {
  const synthetic = prior.documents * prior.mean;
  const human = prior.documents - synthetic;
  let gradient = synthetic / share - human / (1 - share);
  let curvature = -synthetic / share ** 2 - human / (1 - share) ** 2 - 1e-12;
  for (let bin = 0; bin < binCount; bin += 1) {
    const count = arrivals[bin] ?? 0;
    if (count === 0) continue;
    const excess = (ratios[bin] ?? 1) - 1;
    const pull = excess / (1 + share * excess);
    gradient += count * pull;
    curvature -= count * pull * pull;
  }
  return { gradient, curvature };
}
