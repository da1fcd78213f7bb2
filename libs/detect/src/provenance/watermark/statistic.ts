import { betaCdf, logGamma } from '../../calibrate/beta.ts';

/** What one watermark test found in one text. */
export interface WatermarkFinding {
  /** Tokens (or n-grams) that were counted, each distinct one once. */
  readonly counted: number;
  /** Standard deviations above what unmarked text shows. */
  readonly z: number;
  /** Probability of at least this much in unmarked text. */
  readonly pValue: number;
}

/** Nothing to count: no evidence. */
export const nothingFound: WatermarkFinding = { counted: 0, z: 0, pValue: 1 };

/**
 * Green tokens against the share `gamma` of the vocabulary that is green: z of Kirchenbauer et al. 2023
 * (arXiv 2301.10226, equation 3), and the exact binomial tail for the p-value, which the normal
 * approximation understates for few tokens.
 */
export function greenFinding(green: number, counted: number, gamma: number): WatermarkFinding {
  if (counted === 0) return nothingFound;
  return { counted, z: greenScore(green, counted, gamma), pValue: binomialTail(green, counted, gamma) };
}

/** Standard deviations that `green` of `counted` tokens lie above the share `gamma`. */
export function greenScore(green: number, counted: number, gamma: number): number {
  return (green - gamma * counted) / Math.sqrt(counted * gamma * (1 - gamma));
}

/** P(X >= successes) of a binomial distribution, as a regularised incomplete beta function (DLMF 8.17.5). */
export function binomialTail(successes: number, trials: number, probability: number): number {
  if (successes <= 0) return 1;
  if (successes > trials) return 0;
  return betaCdf(probability, successes, trials - successes + 1);
}

/**
 * P(X >= successes) of a hypergeometric distribution: `drawn` without replacement out of `population`, of
 * which `marked` are marked. Exact sums in logarithms; at most `drawn` terms.
 */
export function hypergeometricTail(
  successes: number,
  drawn: number,
  marked: number,
  population: number,
): number {
  const least = Math.max(0, drawn - (population - marked));
  const most = Math.min(drawn, marked);
  if (successes <= least) return 1;
  if (successes > most) return 0;
  let term = Math.exp(
    logChoose(marked, successes) +
      logChoose(population - marked, drawn - successes) -
      logChoose(population, drawn),
  );
  let sum = 0;
  for (let k = successes; k <= most && term > 0; k += 1) {
    sum += term;
    term *= ((marked - k) * (drawn - k)) / ((k + 1) * (population - marked - drawn + k + 1));
  }
  return Math.min(1, sum);
}

function logChoose(n: number, k: number): number {
  return logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1);
}

/** Bits set among the first `bits` from byte `start` on, least significant bit first. */
export function countBits(bytes: Uint8Array, start: number, bits: number): number {
  let count = 0;
  for (let at = 0; at < bits; at += 8) {
    let byte = bytes[start + (at >> 3)] ?? 0;
    if (bits - at < 8) byte &= (1 << (bits - at)) - 1;
    for (; byte !== 0; byte &= byte - 1) count += 1;
  }
  return count;
}

/**
 * Upper tail of the standard normal distribution; relative error below 1.2e-7 everywhere (Chebyshev
 * fit of erfc, Numerical Recipes in C, 2nd edition, section 6.2).
 */
export function normalTail(z: number): number {
  const x = Math.abs(z) / Math.SQRT2;
  const t = 1 / (1 + 0.5 * x);
  let sum = 0;
  for (const term of erfcTerms.toReversed()) sum = sum * t + term;
  const half = (t * Math.exp(-x * x + sum)) / 2;
  return z >= 0 ? half : 1 - half;
}

const erfcTerms = [
  -1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807, -1.13520398, 1.48851587,
  -0.82215223, 0.17087277,
] as const;
