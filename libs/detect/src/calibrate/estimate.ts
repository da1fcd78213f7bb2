import { bandIndexOf, bands, humanBandShareMax, logit, sigmoid } from './bands.ts';
import { stabilityIndex } from './drift.ts';
import { applyFit, fitScores } from './fit.ts';
import type { Fit, FitPrior } from './fit.ts';
import { binCentre, binCount, countOf } from './histogram.ts';
import type { Histogram } from './histogram.ts';
import type { CalibrationPoints } from './points.ts';
import { estimateShare, flatSharePrior, ratiosOf } from './prevalence.ts';
import { seeded } from './random.ts';
import type { Random } from './random.ts';
import type { BandLimit, FamilyEstimate } from './values.ts';
import type { FamilyArrivals } from './windows.ts';

/** Least upper end of a family's share without attestation (protocol P22). */
export const shareUpperMin = 0.05;

/** Largest difference between EM and adjusted count that passes as agreement. */
const disagreementMax = 0.05;

/** Level of every limit, and of both ends of every interval of a share. */
const quantileLevel = 0.975;

/** What one family is judged from. */
export interface EstimateInput {
  readonly family: string;
  readonly points: CalibrationPoints;
  readonly prior: FitPrior;
  readonly arrivals: Pick<FamilyArrivals, 'short' | 'long'>;
  /** Upper edge of the human band (`detector.tau`). */
  readonly tau: number;
  /** Seeded replicates behind every limit; at least 200 (protocol P17). */
  readonly replicates?: number;
}

/**
 * A family's prevalence with its interval, and per band of p the upper limit of the synthetic share
 * (protocol P17). Each replicate resamples the labelled scores and the arrivals together (Bayesian
 * bootstrap, Rubin 1981: gamma weights), corrects the llr again, estimates the share again, and so
 * gives one value of share(b) = π·q1/(π·q1 + (1−π)·q0); the limit is their 0.975 quantile. q1 and q0,
 * with ½ added to each band, are counted on scores corrected by a fit that never saw them.
 *
 * Only canaries of both labels bound anything. Without synthetic ones of its own nothing is known of how a
 * family's generators score, and one that the model cannot see leaves no trace in the arrivals: on data sets
 * left out, limits taken from other domains' synthetic text held in 52 % (without canaries) and 77 % (with
 * human ones) of the draws instead of 97.5 %. Such a family has estimates, for p, but no limit below 1. Nor
 * has the highest band: the most suspect text may all be synthetic, whatever the canaries.
 */
export function estimateFamily(input: EstimateInput): FamilyEstimate {
  const { points, arrivals, tau } = input;
  const ratios = ratiosOf(points.fit);
  const point = { short: estimateShare(arrivals.short, ratios), long: estimateShare(arrivals.long, ratios) };
  const draws = drawReplicates(input, point);
  const interval = { short: intervalOf(draws.short), long: intervalOf(draws.long) };
  // A jump of the short window out of the long one's interval is a change of the source, not noise.
  const drifting = interval.short.low > point.long;
  const share = drifting ? point.short : point.long;
  const shareUpper = Math.max(shareUpperMin, interval.short.high, interval.long.high);
  const counted = countBands(points, shareUpper, tau);
  const limits = limitsOf(input, counted, draws, bandMeans(input, share, shareUpper));
  const agrees = agreement(draws);
  return {
    family: input.family,
    basis: points.basis,
    canaries: points.canaries,
    fit: points.fit,
    arrivals: { short: countOf(arrivals.short), long: countOf(arrivals.long) },
    share: rounded(share),
    shareLower: rounded(Math.min(share, interval.long.low)),
    shareUpper: rounded(shareUpper),
    drifting,
    stability: rounded(stabilityIndex(arrivals)),
    alarmAt5: rounded(alarmLine(points)),
    agrees,
    calibrated: points.basis === 'canaries' && agrees && (limits[0]?.upper ?? 1) <= humanBandShareMax,
    bands: limits,
    humanBand: counted.observed,
  };
}

/** Share of human text that {@link alarmLine} lets be taken for synthetic. */
const falseAlarms = 0.05;

/**
 * The corrected llr that one in twenty of the family's human texts exceeds: of n human canaries the
 * ⌈0.95·(n + 1)⌉-th smallest, which the next human text exceeds in at most 5 % whatever the distribution
 * (split conformal prediction; Papadopoulos and others 2002). With too few, the greatest.
 */
function alarmLine({ corrected, synthetic, counts }: CalibrationPoints): number {
  const humans = [...corrected.keys()]
    .filter((index) => synthetic[index] === 0)
    .map((index) => ({ llr: corrected[index] ?? 0, count: counts[index] ?? 0 }))
    .toSorted((a, b) => a.llr - b.llr);
  const total = humans.reduce((sum, { count }) => sum + count, 0);
  let left = (1 - falseAlarms) * (total + 1);
  for (const { llr, count } of humans) {
    left -= count;
    if (left <= 0) return llr;
  }
  return humans.at(-1)?.llr ?? 0;
}

/** Six decimals: far below the noise of any estimate, and half the size of a snapshot. */
function rounded(value: number): number {
  return Math.round(value * 1e6) / 1e6;
}

/** Everything the replicates drew. */
interface Draws {
  readonly replicates: number;
  /** Per replicate, gamma weights of the points of its part. */
  readonly weights: readonly Float64Array[];
  /** ½ pseudo-document per class and band, as gamma draws; replicate-major. */
  readonly extra: Float64Array;
  readonly short: Float64Array;
  readonly long: Float64Array;
  /** Estimated share minus adjusted count, on the long window. */
  readonly difference: Float64Array;
}

function drawReplicates(
  input: EstimateInput,
  point: { readonly short: number; readonly long: number },
): Draws {
  const { points, prior, arrivals, replicates = 240 } = input;
  const random = seeded(`${input.family}/${points.basis}`);
  const weights: Float64Array[] = [];
  const draws = {
    replicates,
    weights,
    extra: new Float64Array(replicates * 2 * bands.length),
    short: new Float64Array(replicates),
    long: new Float64Array(replicates),
    difference: new Float64Array(replicates),
  };
  for (let index = 0; index < draws.extra.length; index += 1) draws.extra[index] = random.gamma(0.5);
  for (let replicate = 0; replicate < replicates; replicate += 1) {
    const part = partOf(points, replicate);
    const drawn = part.counts.map((count) => random.gamma(count));
    weights.push(drawn);
    const fit = fitScores(part, drawn, perturbed(prior, random), points.fit, 4);
    const ratios = ratiosOf(fit);
    // The imagined documents have a mean of their own in each replicate, so that a family without
    // arrivals has the whole interval and not the point 0.5.
    const sharePrior = { ...flatSharePrior, mean: random.uniform() };
    const long = resample(arrivals.long, random);
    draws.long[replicate] = estimateShare(long, ratios, sharePrior, point.long);
    draws.short[replicate] = estimateShare(resample(arrivals.short, random), ratios, sharePrior, point.short);
    draws.difference[replicate] = (draws.long[replicate] ?? 0) - adjustedCount(part, points.fit, drawn, long);
  }
  return draws;
}

type PartPoints = Pick<CalibrationPoints, 'llr' | 'corrected' | 'synthetic' | 'counts'> & {
  readonly start: number;
};

/** The points a replicate resamples: all canaries, or those of one whole held-out domain, in turn. */
function partOf(points: CalibrationPoints, replicate: number): PartPoints {
  const { start, end } = points.parts[replicate % points.parts.length] ?? { start: 0, end: 0 };
  return {
    start,
    llr: points.llr.subarray(start, end),
    corrected: points.corrected.subarray(start, end),
    synthetic: points.synthetic.subarray(start, end),
    counts: points.counts.subarray(start, end),
  };
}

/** Moves the centre of the prior by a draw from it: with few canaries the replicates then spread like the posterior. */
function perturbed(prior: FitPrior, random: Random): FitPrior {
  const centre: Fit = {
    logSlope: prior.centre.logSlope + prior.logSlope * random.normal(),
    shift: prior.centre.shift + prior.shift * random.normal(),
    floorLogit: prior.centre.floorLogit + prior.floorLogit * random.normal(),
  };
  return { ...prior, centre };
}

function resample(histogram: Histogram, random: Random): Histogram {
  return histogram.map((count) => random.gamma(count));
}

/** Adjusted count (Forman 2008) at corrected llr 0: (f − q0)/(q1 − q0), NaN where the classes do not part. */
function adjustedCount(points: PartPoints, fit: Fit, weights: Float64Array, arrivals: Histogram): number {
  let [human, synthetic, humanAbove, syntheticAbove] = [0, 0, 0, 0];
  for (let index = 0; index < weights.length; index += 1) {
    const weight = weights[index] ?? 0;
    const above = (points.corrected[index] ?? 0) > 0 ? weight : 0;
    if (points.synthetic[index] === 1)
      [synthetic, syntheticAbove] = [synthetic + weight, syntheticAbove + above];
    else [human, humanAbove] = [human + weight, humanAbove + above];
  }
  let [documents, documentsAbove] = [0, 0];
  for (let bin = 0; bin < binCount; bin += 1) {
    const count = arrivals[bin] ?? 0;
    documents += count;
    if (applyFit(fit, binCentre(bin)) > 0) documentsAbove += count;
  }
  const [q0, q1] = [humanAbove / human, syntheticAbove / synthetic];
  return q1 - q0 < 0.05
    ? Number.NaN
    : Math.min(1, Math.max(0, (documentsAbove / documents - q0) / (q1 - q0)));
}

/** False when EM and adjusted count differ by more than {@link disagreementMax} beyond what resampling explains. */
function agreement({ difference }: Draws): boolean {
  const known = difference.filter((value) => Number.isFinite(value));
  if (known.length < difference.length / 2) return true;
  const { low, high } = intervalOf(known);
  return low <= disagreementMax && high >= -disagreementMax;
}

interface Counted {
  /** Band index of every point. */
  readonly bandOfPoint: Uint8Array;
  /** Share of the human and of the synthetic canaries in the human band. */
  readonly observed: FamilyEstimate['humanBand'];
}

function countBands(points: CalibrationPoints, shareUpper: number, tau: number): Counted {
  const bandOfPoint = new Uint8Array(points.counts.length);
  const documents = [0, 0];
  const inside = [0, 0];
  for (const [index, count] of points.counts.entries()) {
    const band = bandIndexOf(sigmoid((points.corrected[index] ?? 0) + logit(shareUpper)), tau);
    bandOfPoint[index] = band;
    const label = points.synthetic[index] ?? 0;
    documents[label] = (documents[label] ?? 0) + count;
    if (band === 0) inside[label] = (inside[label] ?? 0) + count;
  }
  const observed = {
    human: documents[0] ? rounded((inside[0] ?? 0) / documents[0]) : 0,
    synthetic: documents[1] ? rounded((inside[1] ?? 0) / documents[1]) : 0,
  };
  return { bandOfPoint, observed };
}

/** The bands' limits, 1 for those that nothing bounds. */
function limitsOf(
  input: EstimateInput,
  counted: Counted,
  draws: Draws,
  means: readonly number[],
): readonly BandLimit[] {
  const uppers = input.points.basis === 'canaries' ? uppersOf(input.points, counted, draws) : [];
  return bands.map((band, index): BandLimit => {
    const mean = means[index] ?? 0;
    const upper = uppers[index];
    if (upper === undefined) return { band, upper: 1, mean: rounded(mean), eps: rounded(1 - rounded(mean)) };
    return { band, upper: rounded(upper), mean: rounded(mean), eps: rounded(Math.max(0, upper - mean)) };
  });
}

/** Upper limits of the synthetic share of every band but the highest. */
function uppersOf(points: CalibrationPoints, { bandOfPoint }: Counted, draws: Draws): readonly number[] {
  const shares = bands.slice(0, -1).map(() => ({
    short: new Float64Array(draws.replicates),
    long: new Float64Array(draws.replicates),
  }));
  for (let replicate = 0; replicate < draws.replicates; replicate += 1) {
    const q = classShares(points, bandOfPoint, draws, replicate);
    for (const [band, values] of shares.entries()) {
      const [q0, q1] = [q[band] ?? 0, q[bands.length + band] ?? 0];
      values.long[replicate] = shareOf(draws.long[replicate] ?? 0, q1, q0);
      values.short[replicate] = shareOf(draws.short[replicate] ?? 0, q1, q0);
    }
  }
  return shares.map(({ short, long }) =>
    Math.max(quantile(short, quantileLevel), quantile(long, quantileLevel)),
  );
}

/** q0 of every band, then q1 of every band, of one replicate. */
function classShares(
  points: CalibrationPoints,
  bandOfPoint: Uint8Array,
  draws: Draws,
  replicate: number,
): Float64Array {
  const width = 2 * bands.length;
  const q = draws.extra.slice(replicate * width, (replicate + 1) * width);
  const part = partOf(points, replicate);
  for (const [index, weight] of (draws.weights[replicate] ?? []).entries()) {
    const place = (part.synthetic[index] ?? 0) * bands.length + (bandOfPoint[part.start + index] ?? 0);
    q[place] = (q[place] ?? 0) + weight;
  }
  for (const label of [0, 1]) {
    const own = q.subarray(label * bands.length, (label + 1) * bands.length);
    const total = own.reduce((sum, value) => sum + value, 0);
    for (let band = 0; band < own.length; band += 1) own[band] = (own[band] ?? 0) / total;
  }
  return q;
}

/** Mean p of the arrivals of each band; of a band without arrivals its lower edge, which leaves the most to eps. */
function bandMeans(input: EstimateInput, share: number, shareUpper: number): readonly number[] {
  const { arrivals, points, tau } = input;
  const sums = bands.map(() => ({ documents: 0, p: 0, lowest: 1 }));
  for (let bin = 0; bin < binCount; bin += 1) {
    const llr = applyFit(points.fit, binCentre(bin));
    const sum = sums[bandIndexOf(sigmoid(llr + logit(shareUpper)), tau)];
    if (sum === undefined) continue;
    const p = sigmoid(llr + logit(share));
    const count = arrivals.long[bin] ?? 0;
    sum.documents += count;
    sum.p += count * p;
    sum.lowest = Math.min(sum.lowest, p);
  }
  return sums.map(({ documents, p, lowest }) => (documents > 0 ? p / documents : lowest === 1 ? 0 : lowest));
}

function shareOf(share: number, q1: number, q0: number): number {
  return (share * q1) / (share * q1 + (1 - share) * q0);
}

function intervalOf(values: Float64Array): { readonly low: number; readonly high: number } {
  return { low: quantile(values, 1 - quantileLevel), high: quantile(values, quantileLevel) };
}

/** Linear between order statistics (Hyndman and Fan 1996, type 7). */
function quantile(values: Float64Array, level: number): number {
  const sorted = values.toSorted();
  const place = level * (sorted.length - 1);
  const below = Math.floor(place);
  const low = sorted[below] ?? 0;
  return low + (place - below) * ((sorted[below + 1] ?? low) - low);
}
