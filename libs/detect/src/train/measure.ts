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
  const all = [...examples.keys()];
  const unseen = heads.map((head) => head.unseen);
  const standards = unseen.map((logits) => standardOf(logits, weights, all));
  const scored = scoredOf(corpus, meanOf(unseen, standards));
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

/** What calibration needs to know of the examples with these raw scores. */
export function scoredOf(
  { examples, weights }: Pick<Corpus, 'examples' | 'weights'>,
  raw: Float64Array,
): Scored {
  return {
    raw,
    length: Int32Array.from(examples, ({ text }) => text.length),
    isSynthetic: examples.map(({ isSynthetic }) => isSynthetic),
    weights,
  };
}

/** Weighted mean and standard deviation of a head's logits over these rows. */
export function standardOf(
  logits: Float64Array,
  weights: Float64Array,
  rows: readonly number[],
): { mean: number; sd: number } {
  let [total, sum, square] = [0, 0, 0];
  for (const i of rows) {
    const weight = weights[i] ?? 0;
    const logit = logits[i] ?? 0;
    total += weight;
    sum += weight * logit;
    square += weight * logit * logit;
  }
  const mean = sum / total;
  return { mean, sd: Math.sqrt(Math.max(square / total - mean * mean, 1e-12)) };
}

/** Raw scores: the plain mean of the heads' standardised logits. */
export function meanOf(
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

/** llr of these rows, each calibrated on those of the other folds; NaN for any other row. */
export function crossFitted(
  scored: Scored,
  folds: Pick<Folds, 'of' | 'count'>,
  all: readonly number[],
  onStep: () => void = () => {},
): Float64Array {
  const llr = new Float64Array(scored.raw.length).fill(Number.NaN);
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

function byDomain(corpus: Pick<Corpus, 'examples'>): Map<string, number[]> {
  return Map.groupBy([...corpus.examples.keys()], (i) => corpus.examples[i]?.domain ?? '');
}

/** Quantiles of llr per domain with enough rows of both labels, as the card holds them. Rows without llr do not count. */
export function domainQuantiles(corpus: Pick<Corpus, 'examples'>, llr: Float64Array): ModelCard['domains'] {
  const isSynthetic = corpus.examples.map((example) => example.isSynthetic);
  return [...byDomain(corpus)]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([domain, known]) => {
      const rows = known.filter((i) => !Number.isNaN(llr[i]));
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
