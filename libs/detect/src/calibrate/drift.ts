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

/** Whether the index has crossed the line since; once above, it is over at half of it, so as not to flutter. */
export function hasStabilityTurned(known: number, now: number): boolean {
  return known > stabilityMax ? now < stabilityMax / 2 : now > stabilityMax;
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

/**
 * What is wrong with a source, as far as its scores tell; none of it decides a verdict but
 * `estimates_disagree`. `scores_moved`: the scores of the last few hundred documents are spread otherwise than
 * before. `share_jumped`: the synthetic share has. `estimates_disagree`: EM and adjusted count differ by more
 * than 5 points, so the canaries no longer speak of this source.
 */
export const driftAlarms = ['scores_moved', 'share_jumped', 'estimates_disagree'] as const;

/** One of {@link driftAlarms}. */
export type DriftAlarm = (typeof driftAlarms)[number];

/** The alarms an estimate raises. */
export function alarmsOf(
  estimate: Pick<FamilyEstimate, 'stability' | 'drifting' | 'agrees'>,
): readonly DriftAlarm[] {
  const raised: { readonly [A in DriftAlarm]: boolean } = {
    scores_moved: estimate.stability > stabilityMax,
    share_jumped: estimate.drifting,
    estimates_disagree: !estimate.agrees,
  };
  return driftAlarms.filter((alarm) => raised[alarm]);
}
