import { seeded } from '../calibrate/random.ts';

/** Bins of every reliability table. */
const binCount = 15;

/** Documents whose p fell into one bin. */
export interface ReliabilityBin {
  readonly documents: number;
  readonly meanP: number;
  /** Share of synthetic documents among them. */
  readonly share: number;
}

/** How far stated probabilities are from the truth. */
export interface Reliability {
  readonly documents: number;
  /** Expected calibration error: |mean p − share of synthetic| over 15 equal bins, by documents. */
  readonly ece: number;
  /**
   * `ece` less what labels drawn from the stated probabilities show on average (40 seeded draws), at least
   * 0: a small sample has an error even where every probability is true.
   */
  readonly eceDebiased: number;
  readonly bins: readonly ReliabilityBin[];
}

/** Reliability of probabilities against labels. */
export function reliabilityOf(p: readonly number[], isSynthetic: readonly boolean[]): Reliability {
  const random = seeded('reliability');
  const ece = errorOf(p, isSynthetic);
  const draws = 40;
  let expected = 0;
  for (let draw = 0; draw < draws; draw += 1) {
    expected += errorOf(
      p,
      p.map((value) => random.uniform() < value),
    );
  }
  return {
    documents: p.length,
    ece,
    eceDebiased: Math.max(0, ece - expected / draws),
    bins: binsOf(p, isSynthetic),
  };
}

function errorOf(p: readonly number[], isSynthetic: readonly boolean[]): number {
  const bins = binsOf(p, isSynthetic);
  const sum = bins.reduce((total, bin) => total + bin.documents * Math.abs(bin.meanP - bin.share), 0);
  return sum / Math.max(1, p.length);
}

function binsOf(p: readonly number[], isSynthetic: readonly boolean[]): readonly ReliabilityBin[] {
  const sums = Array.from({ length: binCount }, () => ({ documents: 0, p: 0, synthetic: 0 }));
  for (const [i, value] of p.entries()) {
    const bin = sums[Math.min(binCount - 1, Math.floor(value * binCount))];
    if (bin === undefined) continue;
    bin.documents += 1;
    bin.p += value;
    bin.synthetic += isSynthetic[i] === true ? 1 : 0;
  }
  return sums.map(({ documents, p: sum, synthetic }) => ({
    documents,
    meanP: documents === 0 ? 0 : sum / documents,
    share: documents === 0 ? 0 : synthetic / documents,
  }));
}
