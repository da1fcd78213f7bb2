import type { ModelCard } from '../model/card.ts';
import { applyFit, fitScores, identityFit } from './fit.ts';
import type { Fit, FitPrior } from './fit.ts';
import { binCentre, binCount, countOf, emptyHistogram, addTo } from './histogram.ts';
import type { Histogram } from './histogram.ts';

/** Canaries of each label below which a family is judged from the model card instead. */
export const canariesMin = 15;

/** Parts a family's canaries are dealt into, so that no score is counted under a fit that saw it. */
export const foldCount = 5;

/** Histograms of llr of one fold of a family's canaries. */
export interface Fold {
  readonly human: Histogram;
  readonly synthetic: Histogram;
}

/** A range of points, `end` exclusive. */
interface Part {
  readonly start: number;
  readonly end: number;
}

/** Labelled scores that a family's fit and limits come from, grouped; parallel arrays. */
export interface CalibrationPoints {
  /**
   * Whether they are the family's own canaries of both labels, its human canaries with the synthetic side
   * of the card's held-out domains, those domains alone, or absent.
   */
  readonly basis: 'canaries' | 'humans' | 'card' | 'none';
  /** The fit that verdicts use. */
  readonly fit: Fit;
  /** llr by the model card. */
  readonly llr: Float64Array;
  /** llr corrected by a fit that did not see the point. */
  readonly corrected: Float64Array;
  /** 1 synthetic, 0 human. */
  readonly synthetic: Uint8Array;
  /** Documents of each point. */
  readonly counts: Float64Array;
  /** Ranges of points that stand for one population each: all canaries, or one held-out domain. */
  readonly parts: readonly Part[];
  /** Documents of each label among the canaries, used or too few. */
  readonly canaries: { readonly human: number; readonly synthetic: number };
}

/** The points of a family with these canaries (`undefined`: none) under this model card. */
export function pointsOf(
  folds: readonly Fold[] | undefined,
  card: Pick<ModelCard, 'domains'>,
  prior: FitPrior,
): CalibrationPoints {
  const canaries = {
    human: folds?.reduce((sum, fold) => sum + countOf(fold.human), 0) ?? 0,
    synthetic: folds?.reduce((sum, fold) => sum + countOf(fold.synthetic), 0) ?? 0,
  };
  if (folds === undefined || canaries.human < canariesMin) return { ...cardPoints(card), canaries };
  if (canaries.synthetic >= canariesMin) return { ...canaryPoints(folds, prior), canaries };
  return { ...(card.domains.length === 0 ? cardPoints(card) : humanPoints(folds, card, prior)), canaries };
}

type Points = Omit<CalibrationPoints, 'canaries'>;

interface Row {
  readonly llr: number;
  readonly corrected: number;
  readonly synthetic: 0 | 1;
  readonly count: number;
}

function canaryPoints(folds: readonly Fold[], prior: FitPrior): Points {
  const fit = fitFolds(folds, prior, prior.centre);
  const rows = folds.flatMap((fold, index) => {
    const others = fitFolds(folds.toSpliced(index, 1), prior, fit);
    return [...rowsOf(fold.human, 0, others), ...rowsOf(fold.synthetic, 1, others)];
  });
  return { basis: 'canaries', fit, parts: [{ start: 0, end: rows.length }], ...columns(rows) };
}

function fitFolds(folds: readonly Fold[], prior: FitPrior, start: Fit): Fit {
  const all = { human: emptyHistogram(), synthetic: emptyHistogram() };
  for (const fold of folds) {
    addTo(all.human, fold.human);
    addTo(all.synthetic, fold.synthetic);
  }
  const points = columns([...rowsOf(all.human, 0, identityFit), ...rowsOf(all.synthetic, 1, identityFit)]);
  return fitScores(points, points.counts, prior, start);
}

/**
 * Human canaries alone say where the family's human text lies; its synthetic text is taken from the card's
 * held-out domains, each moved as far as synthetic text moves with human text between those domains. A
 * replicate takes one domain's, so that what is not known of the family is in its limits.
 */
function humanPoints(folds: readonly Fold[], card: Pick<ModelCard, 'domains'>, prior: FitPrior): Points {
  const humans = folds.map(({ human }) => human);
  const { expected, moved } = movedMachines(humans, card);
  const fitWith = (used: readonly Histogram[], start: Fit): Fit => {
    const human = rowsOf(sumOf(used), 0, identityFit);
    const count = human.reduce((sum, row) => sum + row.count, 0);
    const points = columns([...human, ...weighing(expected, count)]);
    return fitScores(points, points.counts, prior, start);
  };
  const fit = fitWith(humans, prior.centre);
  const human = humans.flatMap((histogram, index) =>
    rowsOf(histogram, 0, fitWith(humans.toSpliced(index, 1), fit)),
  );
  const count = human.reduce((sum, row) => sum + row.count, 0);
  const rows: Row[] = [];
  const parts: Part[] = [];
  for (const machine of moved) {
    const start = rows.length;
    const corrected = machine.map((row) => ({ ...row, corrected: applyFit(fit, row.llr) }));
    rows.push(...human, ...weighing(corrected, count));
    parts.push({ start, end: rows.length });
  }
  return { basis: 'humans', fit, parts, ...columns(rows) };
}

/**
 * The synthetic rows of each held-out domain, moved by as much as the canaries' human rows let expect; and
 * all of them around the one place that is expected. What domains differ in beyond that is uncertainty
 * about the family, not width of its synthetic text: a fit to the first would find too much of it.
 */
function movedMachines(
  humans: readonly Histogram[],
  { domains }: Pick<ModelCard, 'domains'>,
): { readonly expected: readonly Row[]; readonly moved: readonly (readonly Row[])[] } {
  const places = domains.map(({ human, machine }) => ({ human: upperOf(human), machine: meanOf(machine) }));
  const [humanMean, machineMean] = [
    meanOfAll(places.map(({ human }) => human)),
    meanOfAll(places.map(({ machine }) => machine)),
  ];
  let [together, alone] = [0, 0];
  for (const { human, machine } of places) {
    together += (human - humanMean) * (machine - machineMean);
    alone += (human - humanMean) ** 2;
  }
  // Between not at all and as far: a regression over a few domains may say anything.
  const slope = alone === 0 ? 1 : Math.min(1, Math.max(0, together / alone));
  const own = upperQuantile(sumOf(humans));
  const place = machineMean + slope * (own - humanMean);
  const movedBy = (machine: readonly number[], by: number): readonly Row[] =>
    quantileRows(
      machine.map((llr) => llr + by),
      1,
    );
  return {
    expected: domains.flatMap(({ machine }, index) =>
      movedBy(machine, place - (places[index]?.machine ?? 0)),
    ),
    moved: domains.map(({ machine }, index) => movedBy(machine, slope * (own - (places[index]?.human ?? 0)))),
  };
}

/** Quantile of human scores that stands for where a source lies: the upper tail is what decides. */
const upperLevel = 0.9;

function upperOf(quantiles: readonly number[]): number {
  return quantiles[Math.round(upperLevel * (quantiles.length - 1))] ?? 0;
}

function upperQuantile(histogram: Histogram): number {
  let left = upperLevel * countOf(histogram);
  for (let bin = 0; bin < binCount; bin += 1) {
    const count = histogram[bin] ?? 0;
    if (count > 0 && left <= count)
      return binCentre(bin) + (left / count - 0.5) * (binCentre(1) - binCentre(0));
    left -= count;
  }
  return binCentre(binCount - 1);
}

function meanOf(quantiles: readonly number[]): number {
  return meanOfAll(quantiles.slice(1).map((llr, index) => (llr + (quantiles[index] ?? 0)) / 2));
}

function meanOfAll(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}

function sumOf(histograms: readonly Histogram[]): Histogram {
  const sum = emptyHistogram();
  for (const histogram of histograms) addTo(sum, histogram);
  return sum;
}

/** The rows with their counts scaled to this sum. */
function weighing(rows: readonly Row[], sum: number): readonly Row[] {
  const scale = sum / rows.reduce((total, row) => total + row.count, 0);
  return rows.map((row) => ({ ...row, count: scale * row.count }));
}

function rowsOf(histogram: Histogram, synthetic: 0 | 1, fit: Fit): readonly Row[] {
  const rows: Row[] = [];
  for (let bin = 0; bin < binCount; bin += 1) {
    const count = histogram[bin] ?? 0;
    const llr = binCentre(bin);
    if (count > 0) rows.push({ llr, corrected: applyFit(fit, llr), synthetic, count });
  }
  return rows;
}

/** Points between two neighbouring quantiles of the card. */
const pointsPerQuantile = 5;

function cardPoints(card: Pick<ModelCard, 'domains'>): Points {
  const domains = card.domains.map(({ human, machine }) => [
    ...quantileRows(human, 0),
    ...quantileRows(machine, 1),
  ]);
  const parts: Part[] = [];
  for (const rows of domains) {
    const start = parts.at(-1)?.end ?? 0;
    parts.push({ start, end: start + rows.length });
  }
  return { basis: parts.length === 0 ? 'none' : 'card', fit: identityFit, parts, ...columns(domains.flat()) };
}

function quantileRows(quantiles: readonly number[], synthetic: 0 | 1): readonly Row[] {
  const rows: Row[] = [];
  for (let index = 0; index + 1 < quantiles.length; index += 1) {
    const [low, high] = [quantiles[index] ?? 0, quantiles[index + 1] ?? 0];
    for (let part = 0; part < pointsPerQuantile; part += 1) {
      const llr = low + ((part + 0.5) / pointsPerQuantile) * (high - low);
      rows.push({ llr, corrected: llr, synthetic, count: 1 });
    }
  }
  return rows;
}

function columns(rows: readonly Row[]): Omit<Points, 'basis' | 'fit' | 'parts'> {
  return {
    llr: Float64Array.from(rows, (row) => row.llr),
    corrected: Float64Array.from(rows, (row) => row.corrected),
    synthetic: Uint8Array.from(rows, (row) => row.synthetic),
    counts: Float64Array.from(rows, (row) => row.count),
  };
}

/** Where λ lies before a family was looked at: 5 %, within 2 to 12 % at one deviation. */
const floorPrior = { centre: -3, deviation: 1 } as const;

/**
 * How far a family may lie from the card before it was looked at, from the spread of the held-out
 * domains: root mean square of each domain's own ln(slope) and shift, kept within plausible bounds so
 * that neither one odd domain nor a lucky set decides how fast canaries are believed.
 */
export function fitPriorOf(card: Pick<ModelCard, 'domains'>): FitPrior {
  const wide = fitPrior(0.5, 1.5);
  const fits = card.domains.map(({ human, machine }) => {
    const points = columns([...quantileRows(human, 0), ...quantileRows(machine, 1)]);
    return fitScores(points, points.counts, wide, wide.centre);
  });
  if (fits.length < 3) return fitPrior(0.3, 0.75);
  const spread = (of: (fit: Fit) => number): number =>
    Math.sqrt(fits.reduce((sum, fit) => sum + of(fit) ** 2, 0) / fits.length);
  return fitPrior(
    Math.min(
      0.5,
      Math.max(
        0.15,
        spread((fit) => fit.logSlope),
      ),
    ),
    Math.min(
      1.5,
      Math.max(
        0.4,
        spread((fit) => fit.shift),
      ),
    ),
  );
}

/** A prior around the card with these deviations of ln(slope) and of the shift. */
export function fitPrior(logSlope: number, shift: number): FitPrior {
  const centre = { logSlope: 0, shift: 0, floorLogit: floorPrior.centre };
  return { centre, logSlope, shift, floorLogit: floorPrior.deviation };
}
