import { addTo, binCount, countOf, emptyHistogram } from './histogram.ts';
import type { Histogram } from './histogram.ts';
import type { FamilyEstimate } from './values.ts';
import type { FamilyArrivals } from './windows.ts';

/** Population stability index above which a source's scores count as moved (the field's usual line). */
export const stabilityMax = 0.25;

/** Documents on either side below which the index is noise. */
const documentsMin = 200;

/** Cells of the index: tenths of the earlier scores. */
const cells = 10;

/**
 * Population stability index of the short window's scores against the long window's earlier ones:
 * Σ (a − e)·ln(a/e) over tenths of the earlier scores, half a document added to each cell. Near 0 while
 * nothing moves; 0 below 200 documents on either side. Unlike the share it also sees human text moving.
 */
export function stabilityIndex({ short, long }: Pick<FamilyArrivals, 'short' | 'long'>): number {
  const earlier = emptyHistogram();
  addTo(earlier, long);
  for (let bin = 0; bin < binCount; bin += 1) {
    earlier[bin] = Math.max(0, (earlier[bin] ?? 0) - (short[bin] ?? 0));
  }
  if (Math.min(countOf(earlier), countOf(short)) < documentsMin) return 0;
  const cellOf = tenthsOf(earlier);
  const [expected, actual] = [inCells(earlier, cellOf), inCells(short, cellOf)];
  return expected.reduce((sum, e, cell) => {
    const a = actual[cell] ?? 0;
    return sum + (a - e) * Math.log(a / e);
  }, 0);
}

/** Cell of each bin. */
function tenthsOf(histogram: Histogram): Uint8Array {
  const total = countOf(histogram);
  const cellOf = new Uint8Array(binCount);
  let below = 0;
  for (let bin = 0; bin < binCount; bin += 1) {
    cellOf[bin] = Math.min(cells - 1, Math.floor((cells * below) / total));
    below += histogram[bin] ?? 0;
  }
  return cellOf;
}

function inCells(histogram: Histogram, cellOf: Uint8Array): readonly number[] {
  const counts = Array.from({ length: cells }, () => 0.5);
  for (const [bin, cell] of cellOf.entries()) counts[cell] = (counts[cell] ?? 0) + (histogram[bin] ?? 0);
  const total = counts.reduce((sum, count) => sum + count, 0);
  return counts.map((count) => count / total);
}

/** What is wrong with a source, as far as its scores tell; none of it decides a verdict but `estimates_disagree`. */
export type DriftAlarm =
  /** The scores of the last few hundred documents are spread otherwise than before. */
  | 'scores_moved'
  /** The synthetic share has jumped. */
  | 'share_jumped'
  /** EM and adjusted count differ by more than 5 points: the canaries no longer speak of this source. */
  | 'estimates_disagree';

/** The alarms an estimate raises. */
export function alarmsOf(
  estimate: Pick<FamilyEstimate, 'stability' | 'drifting' | 'agrees'>,
): readonly DriftAlarm[] {
  return [
    ...(estimate.stability > stabilityMax ? (['scores_moved'] as const) : []),
    ...(estimate.drifting ? (['share_jumped'] as const) : []),
    ...(estimate.agrees ? [] : (['estimates_disagree'] as const)),
  ];
}
