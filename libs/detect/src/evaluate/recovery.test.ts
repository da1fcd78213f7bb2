import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fitPrior } from '../calibrate/points.ts';
import { seeded } from '../calibrate/random.ts';
import { admit, bandTruth, plant, rowsLeftMin } from './recovery.ts';
import type { PlantOptions } from './recovery.ts';

const distance = 2.326;
const draws = (name: string, count: number, mean: number): number[] => {
  const random = seeded(name);
  return Array.from({ length: count }, () => distance * (mean + random.normal()) - distance ** 2 / 2);
};
const source = { human: draws('human', 1_000, 0), synthetic: draws('synthetic', 1_000, distance) };

const options = (change: Partial<PlantOptions> = {}): PlantOptions => ({
  source,
  card: { domains: [] },
  prior: fitPrior(0.3, 0.75),
  share: 0.2,
  documents: 2_000,
  canaries: { human: 100, synthetic: 100 },
  tau: 0.1,
  seed: 'a',
  ...change,
});

describe('plant', () => {
  test('finds the share that was planted, and the interval it states holds it', () => {
    for (const share of [0.05, 0.2, 0.5]) {
      const { estimate } = plant(options({ share }));
      assert.ok(Math.abs(estimate.share - share) < 0.05, `${share}: ${estimate.share}`);
      assert.ok(estimate.shareLower <= share && share <= estimate.shareUpper);
    }
  });

  test('canaries are never among the rows that arrive, and some rows are always left', () => {
    const { rest, estimate } = plant(options());
    assert.equal(rest.human.length, 900);
    assert.deepEqual(estimate.canaries, { human: 100, synthetic: 100 });
    const few = { human: source.human.slice(0, 50), synthetic: source.synthetic };
    assert.equal(plant(options({ source: few })).rest.human.length, rowsLeftMin);
  });

  test('equal seeds give equal draws, others do not', () => {
    assert.deepEqual(plant(options()), plant(options()));
    assert.notDeepEqual(plant(options({ seed: 'b' })).estimate.fit, plant(options()).estimate.fit);
  });
});

describe('bandTruth and admit', () => {
  test('the bands hold all documents, and the planted share of them is synthetic', () => {
    const { estimate } = plant(options());
    const truth = bandTruth(source, estimate, 0.2, 0.1);
    const sum = (of: 'documents' | 'synthetic'): number => truth.reduce((total, band) => total + band[of], 0);
    assert.ok(Math.abs(sum('documents') - 1) < 1e-9);
    assert.ok(Math.abs(sum('synthetic') - 0.2) < 1e-9);
  });

  test('what is let in stays under the cap, and a wider cap keeps more humans', () => {
    const { estimate } = plant(options());
    const truth = bandTruth(source, estimate, 0.2, 0.1);
    const [narrow, wide] = [admit(estimate, truth, 0.2), admit(estimate, truth, 0.5)];
    assert.ok(narrow.syntheticShare <= 0.2 && narrow.humansKept > 0.8);
    assert.ok(wide.humansKept >= narrow.humansKept && wide.syntheticShare > narrow.syntheticShare - 1e-9);
  });

  test('without synthetic canaries nothing at all is let in', () => {
    const { estimate } = plant(options({ canaries: { human: 100, synthetic: 0 }, share: 0 }));
    const truth = bandTruth(source, estimate, 0, 0.1);
    assert.deepEqual(admit(estimate, truth, 0.2), { humansKept: 0, syntheticShare: 0 });
  });
});
