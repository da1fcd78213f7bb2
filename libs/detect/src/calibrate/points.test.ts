import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { applyFit } from './fit.ts';
import { binOf, countInto, emptyHistogram } from './histogram.ts';
import { canariesMin, fitPriorOf, foldCount, pointsOf } from './points.ts';
import type { Fold } from './points.ts';
import { seeded } from './random.ts';

/** Twenty-one quantiles of a normal distribution of deviation 1.8, as a card holds them. */
function quantiles(mean: number): number[] {
  const standard = [-2.6, -1.64, -1.28, -1.04, -0.84, -0.67, -0.52, -0.39, -0.25, -0.13];
  return [...standard, 0, ...standard.toReversed().map((z) => -z)].map((z) => mean + 1.8 * z);
}

/** Domains whose human and synthetic text lie 3.3 apart and are moved together. */
const card = {
  domains: [-1.5, -0.5, 0, 0.5, 1.5].map((move, i) => ({
    domain: `d${i}`,
    human: quantiles(move - 1.64),
    machine: quantiles(move + 1.64),
  })),
};

const foldsOf = (human: number, synthetic: number, mean: number): readonly Fold[] => {
  const random = seeded(`folds/${human}/${synthetic}/${mean}`);
  const folds = Array.from({ length: foldCount }, () => ({
    human: emptyHistogram(),
    synthetic: emptyHistogram(),
  }));
  const deal = (count: number, label: keyof Fold, centre: number): void => {
    for (let n = 0; n < count; n += 1) {
      const fold = folds[n % foldCount];
      if (fold !== undefined) countInto(fold[label], binOf(centre + 1.8 * random.normal()));
    }
  };
  deal(human, 'human', mean);
  deal(synthetic, 'synthetic', mean + 3.28);
  return folds;
};

const prior = fitPriorOf(card);

describe('pointsOf', () => {
  test('a label with too few canaries is not used: humans alone, the card, nothing', () => {
    const basis = (human: number, synthetic: number, domains = card.domains): string =>
      pointsOf(foldsOf(human, synthetic, 0), { domains }, prior).basis;
    assert.equal(basis(canariesMin, canariesMin), 'canaries');
    assert.equal(basis(canariesMin, canariesMin - 1), 'humans');
    assert.equal(basis(canariesMin - 1, 500), 'card');
    assert.equal(basis(500, 0, []), 'none');
    assert.equal(pointsOf(undefined, card, prior).basis, 'card');
  });

  test('human canaries that score high move the correction of both labels down, as between the domains', () => {
    for (const move of [-2, 2]) {
      const { fit } = pointsOf(foldsOf(100, 0, move - 1.64), card, prior);
      // Where the family's human text ends, the card's does: llr 0 lies between the labels again.
      const middle = applyFit(fit, move);
      assert.ok(Math.abs(middle) < 0.7, `moved by ${move}: ${middle}`);
    }
  });

  test('with both labels the middle between them is found without the card', () => {
    const { fit, basis } = pointsOf(foldsOf(200, 200, 1.36), { domains: [] }, prior);
    assert.equal(basis, 'canaries');
    assert.ok(Math.abs(applyFit(fit, 3)) < 0.5, `${applyFit(fit, 3)}`);
  });

  test('every canary is one document of the points, corrected by a fit that did not see it', () => {
    const folds = foldsOf(50, 40, 0);
    const { counts, synthetic, corrected, llr, fit } = pointsOf(folds, card, prior);
    const total = (label: number): number =>
      counts.reduce((sum, count, i) => sum + (synthetic[i] === label ? count : 0), 0);
    assert.deepEqual([total(0), total(1)], [50, 40]);
    assert.ok(corrected.some((value, i) => Math.abs(value - applyFit(fit, llr[i] ?? 0)) > 1e-3));
  });
});
