import { plattFor, quantileCount } from '../model/card.ts';
import type { HeadCard, ModelCard, Platt, Rates } from '../model/card.ts';
import type { Corpus } from './corpus.ts';
import type { Folds } from './folds.ts';
import type { TrainedHead } from './head.ts';
import {
  baseRateRecovery,
  calibrationError,
  exceededBy,
  quantilesOf,
  ratesOf,
  shareAbove,
} from './metrics.ts';
import { fitPlatt } from './platt.ts';
import type { Scored } from './platt.ts';

/** Fewest examples per label for a domain to have quantiles in the card. */
const domainRowsMin = 20;

/** What the honest scores say of the model, and how they calibrate it. */
export interface Measured {
  readonly standards: readonly Pick<HeadCard, 'mean' | 'sd'>[];
  readonly platt: readonly Platt[];
  readonly domains: ModelCard['domains'];
  readonly metrics: ModelCard['metrics'];
}

/**
 * Standardises and averages the heads' logits of unseen examples, calibrates on them, and measures. All
 * figures but `validation` are of examples whose fold the model had not seen; calibration figures are
 * also of fits that left the fold out.
 */
export function measure(
  corpus: Corpus,
  folds: Folds,
  heads: readonly TrainedHead[],
  onStep: () => void = () => {},
): Measured {
  const { examples, weights } = corpus;
  const standards = heads.map(({ unseen }) => standardOf(unseen, weights));
  const scored: Scored = {
    raw: meanOf(
      heads.map(({ unseen }) => unseen),
      standards,
    ),
    length: Int32Array.from(examples, ({ text }) => text.length),
    isSynthetic: examples.map(({ isSynthetic }) => isSynthetic),
    weights,
  };
  const all = [...examples.keys()];
  const llr = crossFitted(scored, folds, all, onStep);
  const validation = meanOf(
    heads.map((head) => head.validation),
    standards,
  );
  return {
    standards,
    platt: fitPlatt(scored, all),
    domains: domainQuantiles(corpus, llr),
    metrics: {
      folds: folds.by,
      validation: rates(
        validation,
        all.filter((i) => !Number.isNaN(validation[i])),
        scored,
      ),
      domainOut: meanRates(scored, folds, all),
      domainOutPooled: rates(scored.raw, all, scored),
      ece: calibrationError(
        llr.map((value) => 1 / (1 + Math.exp(-value))),
        scored.isSynthetic,
        weights,
      ),
      worstDomainFprAt5: worstDomainFpr(corpus, scored),
      baseRate: baseRateRecovery(...split(llr, all, scored)),
    },
  };
}

function standardOf(logits: Float64Array, weights: Float64Array): { mean: number; sd: number } {
  let [total, sum, square] = [0, 0, 0];
  for (const [i, logit] of logits.entries()) {
    const weight = weights[i] ?? 0;
    total += weight;
    sum += weight * logit;
    square += weight * logit * logit;
  }
  const mean = sum / total;
  return { mean, sd: Math.sqrt(Math.max(square / total - mean * mean, 1e-12)) };
}

function meanOf(
  logits: readonly Float64Array[],
  standards: readonly { mean: number; sd: number }[],
): Float64Array {
  const mean = new Float64Array(logits[0]?.length ?? 0);
  for (const [h, head] of logits.entries()) {
    const { mean: centre, sd } = standards[h] ?? { mean: 0, sd: 1 };
    for (const [i, logit] of head.entries()) {
      mean[i] = (mean[i] ?? 0) + (logit - centre) / sd / logits.length;
    }
  }
  return mean;
}

/** llr of each example, calibrated on the other folds. */
function crossFitted(scored: Scored, folds: Folds, all: readonly number[], onStep: () => void): Float64Array {
  const llr = new Float64Array(all.length);
  for (let fold = 0; fold < folds.count; fold += 1) {
    const platt = fitPlatt(
      scored,
      all.filter((i) => folds.of[i] !== fold),
    );
    onStep();
    for (const i of all) {
      if (folds.of[i] !== fold) continue;
      const { a, b } = plattFor(platt, scored.length[i] ?? 0);
      llr[i] = a * (scored.raw[i] ?? 0) + b;
    }
  }
  return llr;
}

function split(
  scores: Float64Array,
  rows: readonly number[],
  { isSynthetic }: Pick<Scored, 'isSynthetic'>,
): [human: number[], synthetic: number[]] {
  const of = (label: boolean): number[] =>
    rows.filter((i) => (isSynthetic[i] === true) === label).map((i) => scores[i] ?? 0);
  return [of(false), of(true)];
}

function rates(scores: Float64Array, rows: readonly number[], scored: Scored): Rates {
  return ratesOf(...split(scores, rows, scored));
}

function meanRates(scored: Scored, folds: Folds, all: readonly number[]): Rates {
  const each = Array.from({ length: folds.count }, (_, fold) =>
    rates(
      scored.raw,
      all.filter((i) => folds.of[i] === fold),
      scored,
    ),
  );
  const sum = (pick: (one: Rates) => number): number => each.reduce((total, one) => total + pick(one), 0);
  return {
    auroc: sum(({ auroc }) => auroc) / each.length,
    tprAt1: sum(({ tprAt1 }) => tprAt1) / each.length,
    tprAt5: sum(({ tprAt5 }) => tprAt5) / each.length,
    human: sum(({ human }) => human),
    synthetic: sum(({ synthetic }) => synthetic),
  };
}

function byDomain(corpus: Corpus): Map<string, number[]> {
  return Map.groupBy([...corpus.examples.keys()], (i) => corpus.examples[i]?.domain ?? '');
}

function domainQuantiles(corpus: Corpus, llr: Float64Array): ModelCard['domains'] {
  const isSynthetic = corpus.examples.map((example) => example.isSynthetic);
  return [...byDomain(corpus)]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([domain, rows]) => {
      const [human, machine] = split(llr, rows, { isSynthetic });
      if (Math.min(human.length, machine.length) < domainRowsMin) return [];
      return [
        {
          domain,
          human: quantilesOf(human, quantileCount),
          machine: quantilesOf(machine, quantileCount),
        },
      ];
    });
}

function worstDomainFpr(corpus: Corpus, scored: Scored): number {
  const [human] = split(scored.raw, [...corpus.examples.keys()], scored);
  const threshold = exceededBy(human, 0.05);
  const each = [...byDomain(corpus).values()]
    .map((rows) => split(scored.raw, rows, scored)[0])
    .filter((humans) => humans.length >= domainRowsMin)
    .map((humans) => shareAbove(humans, threshold));
  return Math.max(0, ...each);
}
