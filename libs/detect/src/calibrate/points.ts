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
  /** Whether they are the family's own canaries, the held-out domains of the model card, or absent. */
  readonly basis: 'canaries' | 'card' | 'none';
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
  if (folds !== undefined && Math.min(canaries.human, canaries.synthetic) >= canariesMin) {
    return { ...canaryPoints(folds, prior), canaries };
  }
  return { ...cardPoints(card), canaries };
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
