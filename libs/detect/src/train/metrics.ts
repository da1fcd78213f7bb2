import { seeded } from '../calibrate/random.ts';
import type { Rates } from '../model/card.ts';

/** Chance that a synthetic row scores above a human one, ties counting half (Mann-Whitney). */
export function auroc(human: readonly number[], synthetic: readonly number[]): number {
  const sorted = Float64Array.from(human).toSorted();
  let wins = 0;
  for (const score of synthetic) wins += (lowerBound(sorted, score) + upperBound(sorted, score)) / 2;
  return wins / (sorted.length * Math.max(1, synthetic.length));
}

/** The score that the given share of rows exceeds. */
export function exceededBy(scores: readonly number[], share: number): number {
  const sorted = Float64Array.from(scores).toSorted();
  return sorted[Math.max(0, sorted.length - 1 - Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** Share of rows strictly above the threshold. */
export function shareAbove(scores: readonly number[], threshold: number): number {
  return scores.filter((score) => score > threshold).length / Math.max(1, scores.length);
}

/** AUROC and true positive rates at the slice's own thresholds. */
export function ratesOf(human: readonly number[], synthetic: readonly number[]): Rates {
  return {
    auroc: auroc(human, synthetic),
    tprAt1: shareAbove(synthetic, exceededBy(human, 0.01)),
    tprAt5: shareAbove(synthetic, exceededBy(human, 0.05)),
    human: human.length,
    synthetic: synthetic.length,
  };
}

/** `count` evenly spaced quantiles from minimum to maximum, linear between order statistics. */
export function quantilesOf(values: readonly number[], count: number): number[] {
  const sorted = Float64Array.from(values).toSorted();
  return Array.from({ length: count }, (_, i) => {
    const at = (i / (count - 1)) * (sorted.length - 1);
    const below = sorted[Math.floor(at)] ?? 0;
    const above = sorted[Math.ceil(at)] ?? 0;
    return below + (above - below) * (at - Math.floor(at));
  });
}

/** Expected calibration error: |mean p − share of synthetic| over 15 equal bins of p, by weight. */
export function calibrationError(
  p: Float64Array,
  isSynthetic: readonly boolean[],
  weights: Float64Array,
): number {
  const bins = Array.from({ length: 15 }, () => ({ weight: 0, p: 0, synthetic: 0 }));
  let total = 0;
  for (const [i, value] of p.entries()) {
    const bin = bins[Math.min(14, Math.floor(value * 15))];
    const weight = weights[i] ?? 0;
    if (bin === undefined) continue;
    bin.weight += weight;
    bin.p += weight * value;
    if (isSynthetic[i] === true) bin.synthetic += weight;
    total += weight;
  }
  return bins.reduce((sum, bin) => sum + Math.abs(bin.p - bin.synthetic), 0) / Math.max(total, 1e-12);
}

const plantedShares = [0.02, 0.1, 0.3, 0.5, 0.8] as const;
const draws = 20;
const drawnRows = 2000;

/** What EM makes of planted shares of synthetic rows: 20 seeded draws of 2,000 rows each. */
export function baseRateRecovery(
  humanLlr: readonly number[],
  syntheticLlr: readonly number[],
): { planted: number; mean: number; sd: number }[] {
  const random = seeded('base-rate');
  const pick = (from: readonly number[]): number => from[Math.floor(random.uniform() * from.length)] ?? 0;
  return plantedShares.map((planted) => {
    const found = Array.from({ length: draws }, () => {
      const synthetic = Math.round(planted * drawnRows);
      const rows = Array.from({ length: drawnRows }, (_, i) => pick(i < synthetic ? syntheticLlr : humanLlr));
      return emShare(rows);
    });
    const mean = found.reduce((sum, share) => sum + share, 0) / draws;
    const variance = found.reduce((sum, share) => sum + (share - mean) ** 2, 0) / draws;
    return { planted, mean, sd: Math.sqrt(variance) };
  });
}

/** Share of synthetic rows by expectation-maximisation (Saerens, Latinne, Decaestecker 2002), from 0.5. */
function emShare(llr: readonly number[]): number {
  const ratios = llr.map(Math.exp);
  let share = 0.5;
  for (let round = 0; round < 300; round += 1) {
    let sum = 0;
    for (const ratio of ratios) sum += (share * ratio) / (share * ratio + 1 - share);
    const next = sum / ratios.length;
    if (Math.abs(next - share) < 1e-6) return next;
    share = next;
  }
  return share;
}

function lowerBound(sorted: Float64Array, value: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

function upperBound(sorted: Float64Array, value: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? 0) <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}
