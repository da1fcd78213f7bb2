import { seeded } from '../calibrate/random.ts';

/** A figure with its 95 % bootstrap interval. */
export interface Figure {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** How well scores tell the labels apart; thresholds are the slice's own. */
export interface SliceRates {
  readonly human: number;
  readonly synthetic: number;
  readonly auroc: Figure;
  readonly tprAt1: Figure;
  readonly tprAt5: Figure;
}

/**
 * AUROC (Mann-Whitney, ties half) and the share of synthetic rows above the score that 1 % and 5 % of the
 * human rows exceed, each with a bootstrap interval over documents (Poisson weights, seeded); without
 * replicates the interval is NaN.
 */
export function sliceRates(
  human: readonly number[],
  synthetic: readonly number[],
  seed = 'rates',
  replicates = 200,
): SliceRates {
  // Of equal scores the human one comes last, so that what only ties with it is not above it.
  const rows = [
    ...synthetic.map((score) => ({ score, label: 1 })),
    ...human.map((score) => ({ score, label: 0 })),
  ].toSorted((a, b) => a.score - b.score);
  const scores = Float64Array.from(rows, ({ score }) => score);
  const labels = Uint8Array.from(rows, ({ label }) => label);
  const point = weightedRates(scores, labels, new Float64Array(rows.length).fill(1));
  const random = seeded(`bootstrap/${seed}`);
  const drawn = Array.from({ length: replicates }, () =>
    weightedRates(
      scores,
      labels,
      Float64Array.from(scores, () => poissonOne(random.uniform())),
    ),
  );
  const figure = (of: (one: Rates) => number): Figure => ({ value: of(point), ...interval(drawn.map(of)) });
  return {
    human: human.length,
    synthetic: synthetic.length,
    auroc: figure(({ auroc }) => auroc),
    tprAt1: figure(({ tprAt1 }) => tprAt1),
    tprAt5: figure(({ tprAt5 }) => tprAt5),
  };
}

/** The 0.025 and 0.975 quantiles of finite values. */
export function interval(values: readonly number[]): { readonly low: number; readonly high: number } {
  const sorted = values.filter(Number.isFinite).toSorted((a, b) => a - b);
  const at = (level: number): number => sorted[Math.round(level * (sorted.length - 1))] ?? Number.NaN;
  return { low: at(0.025), high: at(0.975) };
}

interface Rates {
  readonly auroc: number;
  readonly tprAt1: number;
  readonly tprAt5: number;
}

/** Rows ascend by score. A row of weight w stands for w rows. */
function weightedRates(scores: Float64Array, labels: Uint8Array, weights: Float64Array): Rates {
  let [human, synthetic] = [0, 0];
  for (let i = 0; i < scores.length; i += 1) {
    if (labels[i] === 1) synthetic += weights[i] ?? 0;
    else human += weights[i] ?? 0;
  }
  let [wins, below] = [0, 0];
  for (let from = 0; from < scores.length;) {
    let [to, tiedHuman, tiedSynthetic] = [from, 0, 0];
    for (; to < scores.length && scores[to] === scores[from]; to += 1) {
      if (labels[to] === 1) tiedSynthetic += weights[to] ?? 0;
      else tiedHuman += weights[to] ?? 0;
    }
    wins += tiedSynthetic * (below + tiedHuman / 2);
    below += tiedHuman;
    from = to;
  }
  const above = (share: number): number => {
    let [humanAbove, syntheticAbove] = [0, 0];
    const most = share * human;
    for (let i = scores.length - 1; i >= 0; i -= 1) {
      if (labels[i] === 1) syntheticAbove += weights[i] ?? 0;
      else if ((humanAbove += weights[i] ?? 0) > most) break;
    }
    return syntheticAbove / synthetic;
  };
  return { auroc: wins / (human * synthetic), tprAt1: above(0.01), tprAt5: above(0.05) };
}

/** A Poisson(1) draw from a uniform one, by inversion. */
function poissonOne(uniform: number): number {
  let [count, term] = [0, Math.exp(-1)];
  for (let sum = term; uniform > sum && count < 20; sum += term) {
    count += 1;
    term /= count;
  }
  return count;
}
