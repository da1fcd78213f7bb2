import { bandIndexOf, logit, sigmoid } from './bands.ts';
import { estimateFamily } from './estimate.ts';
import type { EstimateInput } from './estimate.ts';
import { applyFit } from './fit.ts';
import { addTo, binCentre, binCount, binOf, countInto, countOf, emptyHistogram } from './histogram.ts';
import type { Histogram } from './histogram.ts';
import { foldCount, pointsOf } from './points.ts';
import type { Fold } from './points.ts';
import type { FamilyEstimate } from './values.ts';
import type { ModelCard } from '../model/card.ts';

/** What a number of further canaries is expected to do for a family. */
export interface CanaryStep {
  /** Further canaries of each label. */
  readonly human: number;
  readonly synthetic: number;
  /** Whether the family would then be calibrated, and its human band's upper share. */
  readonly calibrated: boolean;
  readonly humanBandUpper: number;
  /** Judged arrivals of the window that would be presumed human and are not today. */
  readonly releases: number;
}

/** What waits of a family, and what would release it. */
export interface FamilyOutlook {
  /** Judged arrivals of the window that wait today. */
  readonly waiting: number;
  /** Least number of human, of synthetic and of both kinds of canaries that releases anything; empty when none does. */
  readonly steps: readonly CanaryStep[];
}

/** Further canaries tried, in this order. */
const tried = [10, 30, 100, 300, 1_000] as const;

/** What an outlook is made from. */
export interface OutlookInput extends Omit<EstimateInput, 'points'> {
  readonly folds: readonly Fold[] | undefined;
  readonly card: Pick<ModelCard, 'domains'>;
}

/**
 * Estimates the family again as if it had more canaries that score at the same rates as those it has (as
 * the model card's domains where it has none of that label), over the same arrivals. An expectation, not
 * a promise: the next canaries may score otherwise. What is released must be replayed to be judged again.
 */
export function outlookOf(input: OutlookInput, now: FamilyEstimate): FamilyOutlook {
  const presumedNow = presumed(now, input);
  const waiting = countOf(input.arrivals.long) - presumedNow;
  // Trying costs fifteen estimates, and nothing can be released where nothing waits.
  if (waiting <= 0) return { waiting, steps: [] };
  const steps = [
    [1, 0],
    [0, 1],
    [1, 1],
  ].flatMap(([human = 0, synthetic = 0]) => {
    for (const count of tried) {
      const step = stepOf(input, presumedNow, human * count, synthetic * count);
      if (step.releases > 0) return [step];
    }
    return [];
  });
  return { waiting, steps };
}

function stepOf(input: OutlookInput, presumedNow: number, human: number, synthetic: number): CanaryStep {
  const { folds, card, prior } = input;
  const points = pointsOf(withMore(folds ?? emptyFolds(), card, { human, synthetic }), card, prior);
  const estimate = estimateFamily({ ...input, points });
  return {
    human,
    synthetic,
    calibrated: estimate.calibrated,
    humanBandUpper: estimate.bands[0]?.upper ?? 1,
    releases: Math.max(0, Math.round(presumed(estimate, input) - presumedNow)),
  };
}

/** Arrivals of the long window that an estimate lets be presumed human. */
function presumed(estimate: FamilyEstimate, { arrivals, tau }: OutlookInput): number {
  if (!estimate.calibrated) return 0;
  let documents = 0;
  for (let bin = 0; bin < binCount; bin += 1) {
    const llr = applyFit(estimate.fit, binCentre(bin));
    if (bandIndexOf(sigmoid(llr + logit(estimate.shareUpper)), tau) === 0)
      documents += arrivals.long[bin] ?? 0;
  }
  return documents;
}

function withMore(
  folds: readonly Fold[],
  card: Pick<ModelCard, 'domains'>,
  more: { readonly human: number; readonly synthetic: number },
): readonly Fold[] {
  return folds.map((fold) => ({
    human: grown(fold.human, folds, 'human', more.human, card),
    synthetic: grown(fold.synthetic, folds, 'synthetic', more.synthetic, card),
  }));
}

function grown(
  own: Histogram,
  folds: readonly Fold[],
  label: keyof Fold,
  more: number,
  card: Pick<ModelCard, 'domains'>,
): Histogram {
  const known = folds.reduce((sum, fold) => sum + countOf(fold[label]), 0);
  if (more === 0) return own;
  if (known > 0) return own.map((count) => (count * (known + more)) / known);
  const typical = emptyHistogram();
  for (const domain of card.domains) {
    for (const llr of label === 'human' ? domain.human : domain.machine) countInto(typical, binOf(llr));
  }
  const scale = more / folds.length / Math.max(1, countOf(typical));
  const grownBy = typical.map((count) => scale * count);
  addTo(grownBy, own);
  return grownBy;
}

function emptyFolds(): readonly Fold[] {
  return Array.from({ length: foldCount }, () => ({ human: emptyHistogram(), synthetic: emptyHistogram() }));
}
