import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { identityFit } from './fit.ts';
import { binOf, countInto, emptyHistogram } from './histogram.ts';
import type { Histogram } from './histogram.ts';
import { estimateShare, flatSharePrior, ratiosOf } from './prevalence.ts';
import { seeded } from './random.ts';

const ratios = ratiosOf(identityFit);

/** llr of normal classes at distance d: AUROC .90 at d = 1.812. */
function arrivals(share: number, documents: number, seed: string, d = 1.812): Histogram {
  const random = seeded(seed);
  const histogram = emptyHistogram();
  for (let index = 0; index < documents; index += 1) {
    const mean = random.uniform() < share ? d : 0;
    countInto(histogram, binOf(d * (mean + random.normal()) - (d * d) / 2));
  }
  return histogram;
}

/** Saerens' iteration as published, with the imagined documents. */
function plainEm(histogram: Histogram): number {
  let share = 0.5;
  for (let round = 0; round < 20_000; round += 1) {
    let [expected, documents] = [1, 2];
    for (const [bin, count] of histogram.entries()) {
      const odds = share * (ratios[bin] ?? 1);
      expected += (count * odds) / (odds + 1 - share);
      documents += count;
    }
    share = expected / documents;
  }
  return share;
}

describe('estimateShare', () => {
  test('recovers planted shares within two points on average', () => {
    for (const share of [0.02, 0.1, 0.3, 0.5, 0.8]) {
      const runs = 20;
      let sum = 0;
      for (let run = 0; run < runs; run += 1)
        sum += estimateShare(arrivals(share, 2_000, `${share}/${run}`), ratios);
      assert.ok(Math.abs(sum / runs - share) < 0.02, `${share} came out as ${sum / runs}`);
    }
  });

  test('is the fixed point of expectation-maximisation', () => {
    for (const share of [0.05, 0.4, 0.9]) {
      const histogram = arrivals(share, 800, `em ${share}`);
      assert.ok(Math.abs(estimateShare(histogram, ratios) - plainEm(histogram)) < 1e-4);
    }
  });

  test('is the mean of the prior without arrivals, and stays inside (0, 1) with one-sided ones', () => {
    assert.ok(Math.abs(estimateShare(emptyHistogram(), ratios) - flatSharePrior.mean) < 1e-4);
    const human = emptyHistogram();
    human[0] = 10_000;
    assert.ok(estimateShare(human, ratios) >= 0.001 && estimateShare(human, ratios) < 0.01);
  });

  test('never falls when one more suspicious document arrives', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 40 }), { minLength: 121, maxLength: 121 }), (counts) => {
        const histogram = Float64Array.from(counts);
        const before = estimateShare(histogram, ratios);
        histogram[120] = (histogram[120] ?? 0) + 1;
        assert.ok(estimateShare(histogram, ratios) >= before - 1e-5);
      }),
      { seed: 2, numRuns: 100 },
    );
  });
});
