import { plattFor } from '../model/card.ts';
import type { Platt } from '../model/card.ts';
import type { Example } from '../train/corpus.ts';
import type { Folds } from '../train/folds.ts';
import { scoredOf, standardOf } from '../train/measure.ts';
import { fitPlatt } from '../train/platt.ts';
import type { Sidecar } from './sidecar.ts';

/** Rows scored by both stages. */
export interface BothScores {
  readonly examples: readonly Example[];
  /** Weight of each row, as training weighs it. */
  readonly weights: Float64Array;
  /** llr of the first stage; NaN where it judges nothing. */
  readonly first: Float64Array;
  /** Log-odds of the second stage; NaN where it was not asked or gave none. */
  readonly second: Float64Array;
  /** Whether the second stage was to be asked. */
  readonly isUncertain: readonly boolean[];
}

/** What `detector.json` says of how both stages go together. */
export interface Calibration {
  readonly standard: NonNullable<Sidecar['standard']>;
  readonly platt: Sidecar['platt'];
}

/**
 * Share of a label's rows by which a length bucket's share of uncertain rows is drawn toward that of all
 * lengths: as little of it is real as of the buckets' slopes, which are drawn alike.
 */
const pull = 0.1;

/**
 * Standardises both stages on the uncertain rows among `rows` and calibrates their mean there. Platt scaling
 * sees the uncertain rows alone, with equal weight on both labels; that a text is uncertain at all is
 * evidence too, so ln P(uncertain | synthetic) / P(uncertain | human) of its length is added.
 */
export function calibrationOf(both: BothScores, rows: readonly number[], share: number): Calibration {
  const { weights, first, second } = both;
  const asked = rows.filter((i) => both.isUncertain[i] === true && !Number.isNaN(second[i]));
  const standard = {
    first: standardOf(first, weights, asked),
    second: standardOf(second, weights, asked),
  };
  const scored = scoredOf(both, meanScores(both, standard, share));
  const judged = rows.filter((i) => !Number.isNaN(first[i]));
  let from = 0;
  const platt = fitPlatt(scored, asked).map(({ maxLength, a, b }): Platt => {
    const [low, high] = [from, maxLength ?? Number.POSITIVE_INFINITY];
    from = high + 1;
    const isInside = (i: number): boolean => {
      const length = scored.length[i] ?? 0;
      return length >= low && length <= high;
    };
    const uncertain = (label: boolean): number => shareUncertain(both, judged, label, isInside);
    return { maxLength, a, b: b + Math.log(uncertain(true) / uncertain(false)) };
  });
  return { standard, platt };
}

/** llr of every row by both stages: of uncertain ones by a calibration fitted to the rows of other folds. */
export function crossCalibrated(both: BothScores, folds: Folds, share: number): Float64Array {
  const all = [...both.examples.keys()];
  const llr = Float64Array.from(both.first);
  for (let fold = 0; fold < folds.count; fold += 1) {
    const { standard, platt } = calibrationOf(
      both,
      all.filter((i) => folds.of[i] !== fold),
      share,
    );
    const mean = meanScores(both, standard, share);
    for (const i of all) {
      if (folds.of[i] !== fold || both.isUncertain[i] !== true) continue;
      const { a, b } = plattFor(platt, both.examples[i]?.text.length ?? 0);
      llr[i] = a * (mean[i] ?? Number.NaN) + b;
    }
  }
  return llr;
}

/** What `combine` averages, before it is calibrated. */
function meanScores(
  { first, second }: BothScores,
  standard: Calibration['standard'],
  share: number,
): Float64Array {
  return first.map((score, i) => {
    const one = (score - standard.first.mean) / standard.first.sd;
    const two = ((second[i] ?? Number.NaN) - standard.second.mean) / standard.second.sd;
    return (1 - share) * one + share * two;
  });
}

function shareUncertain(
  { examples, weights, isUncertain }: BothScores,
  judged: readonly number[],
  label: boolean,
  isInside: (row: number) => boolean,
): number {
  let [all, allUncertain, inside, insideUncertain] = [0, 0, 0, 0];
  for (const i of judged) {
    if (examples[i]?.isSynthetic !== label) continue;
    const weight = weights[i] ?? 0;
    const uncertain = isUncertain[i] === true ? weight : 0;
    all += weight;
    allUncertain += uncertain;
    if (!isInside(i)) continue;
    inside += weight;
    insideUncertain += uncertain;
  }
  // Half a row more: a share of none is no proof that there are none.
  return (insideUncertain + pull * allUncertain + 0.5) / (inside + pull * all + 1);
}
