import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { seeded } from '../calibrate/random.ts';
import { plattFor } from '../model/card.ts';
import { auroc, baseRateRecovery, calibrationError, exceededBy, quantilesOf, ratesOf } from './metrics.ts';
import { fitPlatt } from './platt.ts';

const scores = fc.array(fc.integer({ min: -5, max: 5 }), { minLength: 1, maxLength: 30 });

describe('metrics', () => {
  it('auroc counts the pairs in the right order, ties half', () => {
    fc.assert(
      fc.property(scores, scores, (human, synthetic) => {
        let wins = 0;
        for (const h of human) for (const s of synthetic) wins += s > h ? 1 : s === h ? 0.5 : 0;
        assert.ok(Math.abs(auroc(human, synthetic) - wins / (human.length * synthetic.length)) < 1e-12);
      }),
      { seed: 5 },
    );
  });

  it('a threshold is exceeded by no more than the share asked for', () => {
    fc.assert(
      fc.property(scores, fc.constantFrom(0.01, 0.05, 0.5), (values, share) => {
        const threshold = exceededBy(values, share);
        assert.ok(values.filter((value) => value > threshold).length <= values.length * share);
      }),
      { seed: 6 },
    );
    const hundred = Array.from({ length: 100 }, (_, i) => i);
    assert.equal(exceededBy(hundred, 0.05), 94);
    assert.deepEqual(ratesOf(hundred, [94, 95, 98, 99.5]), {
      auroc: (94.5 + 95.5 + 98.5 + 100) / 400,
      tprAt1: 0.25,
      tprAt5: 0.75,
      human: 100,
      synthetic: 4,
    });
  });

  it('quantiles run from minimum to maximum', () => {
    assert.deepEqual(quantilesOf([3, 1, 2, 5, 4], 5), [1, 2, 3, 4, 5]);
    assert.deepEqual(quantilesOf([0, 1], 3), [0, 0.5, 1]);
  });

  it('calibration error is the distance of p from what happens', () => {
    const p = Float64Array.of(0.9, 0.9, 0.9, 0.9);
    const even = new Float64Array(4).fill(1);
    assert.ok(Math.abs(calibrationError(p, [true, true, true, false], even) - 0.15) < 1e-12);
    assert.ok(Math.abs(calibrationError(p, [true, true, true, true], even) - 0.1) < 1e-12);
  });

  it('Platt scaling recovers the likelihood ratio of two normals, whatever the class sizes', () => {
    // N(-1, 1) against N(1, 1): llr = 2x. Nine synthetic rows for each human one.
    const random = seeded('platt');
    const isSynthetic = Array.from({ length: 20_000 }, (_, i) => i % 10 !== 0);
    const raw = Float64Array.from(isSynthetic, (label) => random.normal() + (label ? 1 : -1));
    const scored = {
      raw,
      isSynthetic,
      length: Int32Array.from(isSynthetic, (_, i) => (i % 2 === 0 ? 300 : 3000)),
      weights: new Float64Array(raw.length).fill(1),
    };
    const platt = fitPlatt(scored, [...isSynthetic.keys()]);
    for (const length of [1, 399, 400, 2000]) {
      const { a, b } = plattFor(platt, length);
      assert.ok(Math.abs(a - 2) < 0.2 && Math.abs(b) < 0.2, `${length}: ${a} ${b}`);
    }
  });

  it('EM recovers planted shares from calibrated ratios within two points', () => {
    const random = seeded('em');
    const draw = (mean: number): number[] =>
      Array.from({ length: 20_000 }, () => 2 * (random.normal() + mean));
    for (const { planted, mean } of baseRateRecovery(draw(-1), draw(1))) {
      assert.ok(Math.abs(planted - mean) < 0.02, `${planted}: ${mean}`);
    }
  });
});
