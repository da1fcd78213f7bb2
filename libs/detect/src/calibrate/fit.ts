/**
 * A family's correction of the model's llr: ln(λ + (1 − λ)·exp(slope·llr + shift)), with slope =
 * exp(logSlope) and λ = 1/(1 + exp(−floorLogit)). λ is the part of the family's synthetic text that the
 * model cannot tell from its human text, so no score makes a document less than λ times as likely. The
 * slope is positive: a greater score never becomes less suspicious.
 */
export interface Fit {
  readonly logSlope: number;
  readonly shift: number;
  readonly floorLogit: number;
}

/** How far families lie from the model card, as standard deviations around `centre`. */
export interface FitPrior {
  readonly centre: Fit;
  /** Standard deviation of ln(slope) between domains. */
  readonly logSlope: number;
  /** Standard deviation of the shift between domains, in llr. */
  readonly shift: number;
  /** Standard deviation of logit λ between domains. */
  readonly floorLogit: number;
}

/** No correction (λ of 6e-6). */
export const identityFit: Fit = { logSlope: 0, shift: 0, floorLogit: -12 };

/** Labelled llr values with weights, as parallel arrays; `synthetic[i]` is 1 or 0. */
export interface LabelledScores {
  readonly llr: Float64Array;
  readonly synthetic: Uint8Array;
}

/** The corrected llr. */
export function applyFit(fit: Fit, llr: number): number {
  const floor = 1 / (1 + Math.exp(-fit.floorLogit));
  return Math.log(floor + (1 - floor) * Math.exp(Math.exp(fit.logSlope) * llr + fit.shift));
}

/**
 * Platt scaling (Platt 1999) with a floor, of labelled llr values toward a prior: the mode of
 * Σ w·log σ(±(corrected llr + ln(W1/W0))) − ½ Σ ((parameter − centre)/deviation)². The offset ln(W1/W0),
 * the log-odds of the labels' own weights, takes the mixture of the canaries out again, so the result
 * is an llr whatever their proportion. Fisher scoring, at most `rounds` steps.
 *
 * Without the floor a few synthetic canaries with human scores flatten the slope for everybody: on six
 * unseen domains with 30 + 30 canaries each, a fifth synthetic, two draws kept 66 and 92 % of the human
 * rows under the cap without it and 99 % with it.
 */
export function fitScores(
  scores: LabelledScores,
  weights: Float64Array,
  prior: FitPrior,
  start: Fit,
  rounds = 30,
): Fit {
  const offset = offsetOf(scores, weights);
  if (!Number.isFinite(offset)) return prior.centre;
  let fit = { ...start, floorLogit: Math.max(start.floorLogit, -6) };
  for (let round = 0; round < rounds; round += 1) {
    const [logSlope, shift, floorLogit] = fisherStep(scores, weights, prior, fit, offset);
    fit = {
      logSlope: clamp(fit.logSlope + clamp(logSlope, 0.7), 2),
      shift: clamp(fit.shift + clamp(shift, 2), 8),
      floorLogit: Math.min(0, Math.max(-12, fit.floorLogit + clamp(floorLogit, 1))),
    };
    if (Math.abs(logSlope) + Math.abs(shift) + Math.abs(floorLogit) < 1e-4) break;
  }
  return fit;
}

function offsetOf(scores: LabelledScores, weights: Float64Array): number {
  let [human, synthetic] = [0, 0];
  for (const [index, weight] of weights.entries()) {
    if (scores.synthetic[index] === 1) synthetic += weight;
    else human += weight;
  }
  return Math.log(synthetic / human);
}

type Triple = readonly [number, number, number];

function fisherStep(
  scores: LabelledScores,
  weights: Float64Array,
  prior: FitPrior,
  at: Fit,
  offset: number,
): Triple {
  const slope = Math.exp(at.logSlope);
  const floor = 1 / (1 + Math.exp(-at.floorLogit));
  const precision = [1 / prior.logSlope ** 2, 1 / prior.shift ** 2, 1 / prior.floorLogit ** 2] as const;
  let g1 = (prior.centre.logSlope - at.logSlope) * precision[0];
  let g2 = (prior.centre.shift - at.shift) * precision[1];
  let g3 = (prior.centre.floorLogit - at.floorLogit) * precision[2];
  let [h11, h22, h33]: [number, number, number] = [...precision];
  let [h12, h13, h23] = [0, 0, 0];
  for (let index = 0; index < weights.length; index += 1) {
    const weight = weights[index] ?? 0;
    if (weight === 0) continue;
    const scaled = slope * (scores.llr[index] ?? 0);
    const likelihood = Math.exp(scaled + at.shift);
    const ratio = floor + (1 - floor) * likelihood;
    const odds = ratio * Math.exp(offset);
    const p = odds / (1 + odds);
    const residual = weight * ((scores.synthetic[index] ?? 0) - p);
    const information = weight * p * (1 - p);
    const byShift = ((1 - floor) * likelihood) / ratio;
    const bySlope = byShift * scaled;
    const byFloor = ((1 - likelihood) * floor * (1 - floor)) / ratio;
    g1 += residual * bySlope;
    g2 += residual * byShift;
    g3 += residual * byFloor;
    h11 += information * bySlope * bySlope;
    h12 += information * bySlope * byShift;
    h13 += information * bySlope * byFloor;
    h22 += information * byShift * byShift;
    h23 += information * byShift * byFloor;
    h33 += information * byFloor * byFloor;
  }
  return solve([h11, h12, h13, h22, h23, h33], [g1, g2, g3]);
}

/** Solves a symmetric positive definite 3 × 3 system by Cramer's rule; the prior keeps it well conditioned. */
function solve(
  [a, b, c, d, e, f]: readonly [number, number, number, number, number, number],
  [x, y, z]: Triple,
): Triple {
  const [m1, m2, m3] = [d * f - e * e, c * e - b * f, b * e - c * d];
  const determinant = a * m1 + b * m2 + c * m3;
  const [n2, n3, n5] = [a * f - c * c, b * c - a * e, a * d - b * b];
  return [
    (m1 * x + m2 * y + m3 * z) / determinant,
    (m2 * x + n2 * y + n3 * z) / determinant,
    (m3 * x + n3 * y + n5 * z) / determinant,
  ];
}

/** Within ±limit: far from the mode the quadratic model of the likelihood may overshoot. */
function clamp(value: number, limit: number): number {
  return Math.min(limit, Math.max(-limit, value));
}
