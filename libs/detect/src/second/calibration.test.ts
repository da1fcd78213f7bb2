import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { seeded } from '../calibrate/random.ts';
import { calibrationOf, crossCalibrated } from './calibration.ts';
import type { BothScores } from './calibration.ts';

/**
 * 4,000 rows of four domains. Inside the band both stages are calibrated and independent given the label, llr
 * ±1 with variance 2; of the human rows `sureHumans` lie below the band.
 */
function scores(sureHumans: number): BothScores {
  const random = seeded(`calibration/${sureHumans}`);
  const rows = Array.from({ length: 4_000 }, (_, n) => {
    const isSynthetic = n % 2 === 1;
    const isUncertain = isSynthetic || random.uniform() >= sureHumans;
    const draw = (): number => (isSynthetic ? 1 : -1) + Math.SQRT2 * random.normal();
    return {
      isSynthetic,
      isUncertain,
      first: draw(),
      second: 3 * draw() + 1,
      domain: 'abcd'[(n >> 1) % 4] ?? '',
    };
  });
  return {
    examples: rows.map(({ isSynthetic, domain }, n) => ({
      id: String(n),
      text: 'x'.repeat(n % 4 === 0 ? 200 : 1_000),
      isSynthetic,
      domain,
      source: 's',
      generator: 'g',
      licence: 'l',
    })),
    weights: new Float64Array(rows.length).fill(1),
    first: Float64Array.from(rows, ({ first, isUncertain }) => (isUncertain ? first : -5)),
    second: Float64Array.from(rows, ({ second, isUncertain }) => (isUncertain ? second : Number.NaN)),
    isUncertain: rows.map(({ isUncertain }) => isUncertain),
  };
}

const all = [...Array(4_000).keys()];
const folds = { by: 'domain', count: 2, of: Uint8Array.from(all, (n) => (n >> 1) % 2) } as const;

/** llr that a logistic fit would have to find: of the sum of both, each on its own scale. */
const trueLlr = (both: BothScores, i: number): number =>
  (both.first[i] ?? 0) + ((both.second[i] ?? 0) - 1) / 3;

const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, one) => sum + one, 0) / values.length;

describe('calibrationOf', () => {
  test('standardises each stage by its own scale, so that neither drowns the other', () => {
    const { standard } = calibrationOf(scores(0), all, 0.5);
    assert.ok(Math.abs(standard.first.mean) < 0.1 && Math.abs(standard.second.mean - 1) < 0.3);
    assert.ok(Math.abs(standard.second.sd / standard.first.sd - 3) < 0.15);
  });

  test('gives the llr of independent evidence, measured on rows that the fit had not seen', () => {
    const both = scores(0);
    const llr = crossCalibrated(both, folds, 0.5);
    const misses = all.map((i) => (llr[i] ?? 0) - trueLlr(both, i));
    assert.ok(Math.abs(meanOf(misses)) < 0.15, `${meanOf(misses)}`);
    assert.ok(meanOf(misses.map(Math.abs)) < 0.4, `${meanOf(misses.map(Math.abs))}`);
  });

  test('counts that a text is uncertain at all: half of the humans are not, which is worth ln 2', () => {
    const both = scores(0.5);
    const uncertain = all.filter((i) => both.isUncertain[i] === true);
    const llr = crossCalibrated(both, folds, 0.5);
    const off = meanOf(uncertain.map((i) => (llr[i] ?? 0) - trueLlr(both, i)));
    assert.ok(Math.abs(off - Math.LN2) < 0.2, `${off}`);
  });

  test('leaves what the first stage is sure of as it is', () => {
    const both = scores(0.5);
    const llr = crossCalibrated(both, folds, 0.5);
    const sure = all.filter((i) => both.isUncertain[i] !== true);
    assert.ok(sure.length > 900 && sure.every((i) => llr[i] === -5));
  });
});
