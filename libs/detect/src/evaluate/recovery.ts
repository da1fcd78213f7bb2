import { bandIndexOf, logit, sigmoid } from '../calibrate/bands.ts';
import { estimateFamily } from '../calibrate/estimate.ts';
import { applyFit } from '../calibrate/fit.ts';
import { binOf, countInto, emptyHistogram } from '../calibrate/histogram.ts';
import type { FitPrior } from '../calibrate/fit.ts';
import { foldCount, pointsOf } from '../calibrate/points.ts';
import type { Fold } from '../calibrate/points.ts';
import { seeded } from '../calibrate/random.ts';
import type { Random } from '../calibrate/random.ts';
import type { FamilyEstimate } from '../calibrate/values.ts';
import { windowDocuments } from '../calibrate/windows.ts';
import type { ModelCard } from '../model/card.ts';

/** Scores of one source: llr as the model card calibrates it, before any canary. */
interface SourceScores {
  readonly human: readonly number[];
  readonly synthetic: readonly number[];
}

/** One simulated source: what was planted, and what the calibration made of it. */
export interface Planted {
  readonly estimate: FamilyEstimate;
  /** Rows that are no canaries: what the arrivals were drawn from. */
  readonly rest: SourceScores;
}

/** How a source is planted. */
export interface PlantOptions {
  readonly source: SourceScores;
  readonly card: Pick<ModelCard, 'domains'>;
  /** `fitPriorOf(card)`. */
  readonly prior: FitPrior;
  /** True share of synthetic documents among the arrivals. */
  readonly share: number;
  /** Arrivals, drawn with replacement from the rows that are no canaries. */
  readonly documents: number;
  /** Canaries of each label, as far as that leaves {@link rowsLeftMin} rows of it. */
  readonly canaries: { readonly human: number; readonly synthetic: number };
  readonly tau: number;
  /** Equal seeds give equal draws. */
  readonly seed: string;
}

/** Rows of a label that are never canaries. */
export const rowsLeftMin = 20;

/** Draws canaries and arrivals from labelled scores and runs the detector's own calibration on them. */
export function plant(options: PlantOptions): Planted {
  const { source, card, prior, share, documents, canaries, tau, seed } = options;
  const random = seeded(`plant/${seed}`);
  const human = split(source.human, canaries.human, random);
  const synthetic = split(source.synthetic, canaries.synthetic, random);
  const folds = Array.from({ length: foldCount }, () => ({
    human: emptyHistogram(),
    synthetic: emptyHistogram(),
  }));
  deal(human.canaries, folds, 'human');
  deal(synthetic.canaries, folds, 'synthetic');
  const rest = { human: human.rest, synthetic: synthetic.rest };
  const arrivals = { short: emptyHistogram(), long: emptyHistogram() };
  const planted = Math.round(share * documents);
  // In turn, so that the short window holds the planted share as nearly as the long one.
  for (let number = 0; number < documents; number += 1) {
    const isSynthetic =
      Math.floor(((number + 1) * planted) / documents) > Math.floor((number * planted) / documents);
    const bin = binOf(pick(isSynthetic ? rest.synthetic : rest.human, random));
    countInto(arrivals.long, bin);
    if (number >= documents - windowDocuments.short) countInto(arrivals.short, bin);
  }
  const points = pointsOf(folds, card, prior);
  return { estimate: estimateFamily({ family: seed, points, prior, arrivals, tau }), rest };
}

/** One band of a planted source, as it truly is. */
export interface BandTruth {
  /** Share of all documents that fall into the band. */
  readonly documents: number;
  /** Share of all documents that fall into it and are synthetic. */
  readonly synthetic: number;
  readonly p: number;
  readonly variance: number;
}

/**
 * What the bands of an estimate truly hold when `share` of the documents are synthetic: all of the source's
 * rows weigh in, canaries too, for they are what is known of where its text falls. Without the canaries a
 * band that only one of them fell into would hold no human text at all.
 */
export function bandTruth(
  { human, synthetic }: SourceScores,
  estimate: FamilyEstimate,
  share: number,
  tau: number,
): readonly BandTruth[] {
  const truth = estimate.bands.map(() => ({ documents: 0, synthetic: 0, p: 0, variance: 0 }));
  const add = (scores: readonly number[], weight: number, isSynthetic: boolean): void => {
    for (const score of scores) {
      const llr = applyFit(estimate.fit, score);
      const band = truth[bandIndexOf(sigmoid(llr + logit(estimate.shareUpper)), tau)];
      const p = sigmoid(llr + logit(estimate.share));
      if (band === undefined) continue;
      band.documents += weight;
      band.synthetic += isSynthetic ? weight : 0;
      band.p += weight * p;
      band.variance += weight * p * (1 - p);
    }
  };
  add(human, (1 - share) / human.length, false);
  add(synthetic, share / synthetic.length, true);
  return truth;
}

/** Documents of the judged unit that {@link admit} fills. */
const unitDocuments = 1024;

/** What a cap lets in. */
export interface Admitted {
  /** Share of all human documents that get in. */
  readonly humansKept: number;
  /** True share of synthetic documents among what gets in. */
  readonly syntheticShare: number;
}

/**
 * Admits documents of equal length band by band, in fiftieths, while F + eps + 2.33·sd stays within the
 * cap in units of 1,024 documents (protocol P16, P17); the human band of a calibrated source at once.
 */
export function admit(estimate: FamilyEstimate, truth: readonly BandTruth[], cap: number): Admitted {
  const humans = truth.reduce((sum, band) => sum + band.documents - band.synthetic, 0);
  let [documents, synthetic, p, eps, variance] = [0, 0, 0, 0, 0];
  const admitted = (): Admitted => ({
    humansKept: (documents - synthetic) / humans,
    syntheticShare: documents === 0 ? 0 : synthetic / documents,
  });
  const parts = 50;
  for (const [index, band] of truth.entries()) {
    for (let part = 0; part < parts && band.documents > 0; part += 1) {
      const more = documents + band.documents / parts;
      const next = {
        p: p + band.p / parts,
        eps: eps + ((estimate.bands[index]?.eps ?? 1) * band.documents) / parts,
        variance: variance + band.variance / parts,
      };
      const upper = (next.p + next.eps) / more + 2.33 * Math.sqrt(next.variance / more / unitDocuments);
      const isHumanLane = index === 0 && estimate.calibrated;
      if (!isHumanLane && upper > cap) return admitted();
      documents = more;
      synthetic += band.synthetic / parts;
      ({ p, eps, variance } = next);
    }
  }
  return admitted();
}

function split(
  scores: readonly number[],
  canaries: number,
  random: Random,
): { readonly canaries: readonly number[]; readonly rest: readonly number[] } {
  const shuffled = scores
    .map((score) => ({ score, key: random.uniform() }))
    .toSorted((a, b) => a.key - b.key)
    .map(({ score }) => score);
  const count = Math.max(0, Math.min(canaries, scores.length - rowsLeftMin));
  return { canaries: shuffled.slice(0, count), rest: shuffled.slice(count) };
}

function deal(scores: readonly number[], folds: readonly Fold[], label: 'human' | 'synthetic'): void {
  for (const [number, score] of scores.entries()) {
    const fold = folds[number % foldCount];
    if (fold !== undefined) countInto(fold[label], binOf(score));
  }
}

function pick(from: readonly number[], random: Random): number {
  return from[Math.floor(random.uniform() * from.length)] ?? 0;
}
