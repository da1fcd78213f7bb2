import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { admit } from '../evaluate/recovery.ts';
import { bandIndexOf, logit, sigmoid } from './bands.ts';
import { estimateFamily, shareUpperMin } from './estimate.ts';
import { applyFit } from './fit.ts';
import { binOf, countInto, emptyHistogram } from './histogram.ts';
import type { Histogram } from './histogram.ts';
import { fitPrior, pointsOf } from './points.ts';
import { seeded } from './random.ts';
import type { Random } from './random.ts';
import type { FamilyEstimate } from './values.ts';

/**
 * The simulation of protocol §5.1: normal scores, the classes 1.812 (AUROC .90) or 2.326 (.95) apart,
 * every domain's two means moved by normal draws of deviation 0.4, 2,000 arrivals.
 */
interface World {
  readonly distance: number;
  readonly share: number;
  readonly canaries: number;
  /** Domains pooled in the family. */
  readonly domains: number;
}

const prior = fitPrior(0.3, 0.75);

interface Run {
  readonly estimate: FamilyEstimate;
  /** llr of a fresh document of the family, as the card gives it, and its label. */
  readonly draw: () => { readonly llr: number; readonly synthetic: boolean };
}

function simulate(world: World, run: number): Run {
  const random = seeded(`${JSON.stringify(world)}/${run}`);
  // Of the run alone, so that worlds with more canaries meet the same domains.
  const moves = seeded(`domains ${run}`);
  const moved = Array.from(
    { length: world.domains },
    () => [0.4 * moves.normal(), 0.4 * moves.normal()] as const,
  );
  const score = (domain: number, synthetic: boolean): number => {
    const [human, machine] = moved[domain % world.domains] ?? [0, 0];
    const x = random.normal() + (synthetic ? world.distance + machine : human);
    return world.distance * x - world.distance ** 2 / 2;
  };
  const folds = Array.from({ length: 5 }, () => ({ human: emptyHistogram(), synthetic: emptyHistogram() }));
  for (let index = 0; index < world.canaries; index += 1) {
    const fold = folds[index % 5];
    if (fold === undefined) continue;
    countInto(fold.human, binOf(score(index, false)));
    countInto(fold.synthetic, binOf(score(index, true)));
  }
  let number = 0;
  const draw = (): { readonly llr: number; readonly synthetic: boolean } => {
    const synthetic = random.uniform() < world.share;
    number += 1;
    return { llr: score(number, synthetic), synthetic };
  };
  const arrivals = { short: emptyHistogram(), long: emptyHistogram() };
  for (let index = 0; index < 2_000; index += 1) {
    const bin = binOf(draw().llr);
    countInto(arrivals.long, bin);
    if (index >= 1_600) countInto(arrivals.short, bin);
  }
  const points = pointsOf(folds, { domains: [] }, prior);
  return { estimate: estimateFamily({ family: `f${run}`, points, prior, arrivals, tau: 0.1 }), draw };
}

interface BandTruth {
  documents: number;
  synthetic: number;
  p: number;
  variance: number;
}

/** What 8,000 fresh documents look like per band. */
function truthOf({ estimate, draw }: Run): readonly BandTruth[] {
  const truth = estimate.bands.map(() => ({ documents: 0, synthetic: 0, p: 0, variance: 0 }));
  for (let index = 0; index < 8_000; index += 1) {
    const { llr, synthetic } = draw();
    const corrected = applyFit(estimate.fit, llr);
    const band = truth[bandIndexOf(sigmoid(corrected + logit(estimate.shareUpper)), 0.1)];
    const p = sigmoid(corrected + logit(estimate.share));
    if (band === undefined) continue;
    band.documents += 1;
    band.synthetic += synthetic ? 1 : 0;
    band.p += p;
    band.variance += p * (1 - p);
  }
  return truth;
}

function study(
  world: World,
  runs: number,
): { readonly coverage: number; readonly kept: number; readonly worst: number; readonly calibrated: number } {
  let [covered, counted, kept, worst, calibrated] = [0, 0, 0, 0, 0];
  for (let run = 0; run < runs; run += 1) {
    const simulated = simulate(world, run);
    const truth = truthOf(simulated);
    for (const [index, band] of truth.entries()) {
      if (band.documents < 50) continue;
      counted += 1;
      if (band.synthetic / band.documents <= (simulated.estimate.bands[index]?.upper ?? 0)) covered += 1;
    }
    const admitted = admit(simulated.estimate, truth, 0.2);
    kept += admitted.humansKept / runs;
    worst = Math.max(worst, admitted.syntheticShare);
    calibrated += (simulated.estimate.calibrated ? 1 : 0) / runs;
  }
  return { coverage: covered / counted, kept, worst, calibrated };
}

const near = { distance: 1.812, share: 0.2, canaries: 100, domains: 1 };

describe('band limits (P17), by simulation', () => {
  test('the upper limit of a band covers its true share in 0.94 to 1.00 of the cases', () => {
    for (const world of [
      near,
      { ...near, canaries: 30 },
      { ...near, distance: 2.326 },
      { ...near, share: 0.05 },
    ]) {
      const { coverage } = study(world, 20);
      assert.ok(coverage >= 0.94, `${JSON.stringify(world)}: ${coverage}`);
    }
  });

  test('six domains pooled, 30 + 30 canaries each, a fifth synthetic: at least 65 % of the humans are kept, the true share under the cap', () => {
    const { kept, worst } = study({ ...near, canaries: 180, domains: 6 }, 20);
    assert.ok(kept >= 0.8, `kept ${kept}`);
    assert.ok(worst <= 0.2, `true share ${worst}`);
  });

  test('a limit of one band cannot be had cheaply: at two thirds synthetic 30 canaries calibrate next to nothing', () => {
    const { calibrated, worst } = study({ ...near, share: 0.67, canaries: 30 }, 15);
    assert.ok(calibrated <= 0.2, `calibrated ${calibrated}`);
    assert.ok(worst <= 0.2, `true share ${worst}`);
  });

  test('more canaries keep more humans', () => {
    const few = study({ ...near, canaries: 30 }, 15);
    const many = study({ ...near, canaries: 400 }, 15);
    assert.ok(many.kept > few.kept + 0.05, `${few.kept} with 30, ${many.kept} with 400`);
    assert.ok(many.calibrated >= few.calibrated);
  });
});

const canaryFolds = (each: number, distance = 1.812) => {
  const random = seeded(`canaries ${each}`);
  const folds = Array.from({ length: 5 }, () => ({ human: emptyHistogram(), synthetic: emptyHistogram() }));
  for (let index = 0; index < each; index += 1) {
    const fold = folds[index % 5];
    if (fold === undefined) continue;
    countInto(fold.human, binOf(distance * random.normal() - distance ** 2 / 2));
    countInto(fold.synthetic, binOf(distance * (distance + random.normal()) - distance ** 2 / 2));
  }
  return folds;
};

const stream = (random: Random, synthetic: number, documents: number): Histogram => {
  const histogram = emptyHistogram();
  const distance = 1.812;
  for (let index = 0; index < documents; index += 1) {
    const mean = random.uniform() < synthetic ? distance : 0;
    countInto(histogram, binOf(distance * (mean + random.normal()) - distance ** 2 / 2));
  }
  return histogram;
};

const estimateOf = (short: Histogram, long: Histogram, folds = canaryFolds(200)): FamilyEstimate =>
  estimateFamily({
    family: 'web',
    points: pointsOf(folds, { domains: [] }, prior),
    prior,
    arrivals: { short, long },
    tau: 0.1,
  });

describe('estimateFamily', () => {
  test('a flood shows in the short window: the share jumps and its upper end with it (P22)', () => {
    const random = seeded('flood');
    const calm = estimateOf(stream(random, 0.03, 400), stream(random, 0.03, 4_000));
    assert.equal(calm.drifting, false);
    const flood = estimateOf(stream(random, 0.6, 400), stream(random, 0.08, 4_000));
    assert.equal(flood.drifting, true);
    assert.ok(flood.share > 0.45 && flood.shareUpper > 0.6);
  });

  test('the upper end of a clean source never falls below 0.05 (P22)', () => {
    const clean = emptyHistogram();
    clean[binOf(-5)] = 5_000;
    assert.equal(estimateOf(clean, clean).shareUpper, shareUpperMin);
  });

  test('without arrivals the whole interval is open', () => {
    const { share, shareUpper, shareLower } = estimateOf(emptyHistogram(), emptyHistogram());
    assert.ok(Math.abs(share - 0.5) < 0.01 && shareUpper > 0.95 && shareLower < 0.05);
  });

  test('without canaries and without held-out domains nothing is bounded', () => {
    const random = seeded('no bound');
    const arrivals = stream(random, 0.02, 2_000);
    const points = pointsOf(undefined, { domains: [] }, prior);
    const estimate = estimateFamily({
      family: 'web',
      points,
      prior,
      arrivals: { short: arrivals, long: arrivals },
      tau: 0.1,
    });
    assert.equal(estimate.calibrated, false);
    for (const { upper, mean, eps } of estimate.bands)
      assert.ok(upper === 1 && Math.abs(mean + eps - 1) < 1e-5);
  });

  test('arrivals that look like neither label of the canaries make EM and adjusted count disagree', () => {
    // Three fifths surely human, two fifths barely above no opinion: EM finds none synthetic, the count a third.
    const squeezed = emptyHistogram();
    for (let index = 0; index < 4_000; index += 1) countInto(squeezed, binOf(index % 5 < 3 ? -4 : 0.2));
    const { agrees, calibrated } = estimateOf(squeezed, squeezed, canaryFolds(400));
    assert.equal(agrees, false);
    assert.equal(calibrated, false);
  });

  test('human canaries alone, or none, correct p but bound nothing: no limit below 1 comes of them', () => {
    const random = seeded('human canaries');
    const arrivals = stream(random, 0.02, 2_000);
    const quantiles = (mean: number): number[] =>
      Array.from({ length: 21 }, (_, i) => mean + 0.36 * (i - 10));
    const card = {
      domains: ['a', 'b', 'c'].map((domain) => ({
        domain,
        human: quantiles(-1.64),
        machine: quantiles(1.64),
      })),
    };
    const humansAlone = canaryFolds(200).map(({ human }) => ({ human, synthetic: emptyHistogram() }));
    for (const [folds, basis] of [
      [humansAlone, 'humans'],
      [undefined, 'card'],
    ] as const) {
      const points = pointsOf(folds, card, prior);
      const input = { family: 'web', points, prior, arrivals: { short: arrivals, long: arrivals }, tau: 0.1 };
      const estimate = estimateFamily(input);
      assert.deepEqual([estimate.basis, estimate.calibrated], [basis, false]);
      for (const { upper, mean, eps } of estimate.bands)
        assert.ok(upper === 1 && Math.abs(mean + eps - 1) < 2e-6);
    }
  });

  test('the most suspect band has no limit below 1, whatever the canaries', () => {
    const random = seeded('top band');
    const arrivals = stream(random, 0.2, 2_000);
    assert.equal(estimateOf(arrivals, arrivals, canaryFolds(1_000)).bands.at(-1)?.upper, 1);
  });

  test('one in twenty human texts that are no canaries is above the alarm line', () => {
    const random = seeded('alarm');
    let above = 0;
    const runs = 40;
    for (let run = 0; run < runs; run += 1) {
      const folds = canaryFolds(60 + run);
      const { fit, alarmAt5 } = estimateOf(emptyHistogram(), emptyHistogram(), folds);
      for (let n = 0; n < 500; n += 1) {
        const llr = 1.812 * random.normal() - 1.812 ** 2 / 2;
        if (applyFit(fit, llr) > alarmAt5) above += 1 / 500 / runs;
      }
    }
    assert.ok(above > 0.025 && above < 0.065, `${above}`);
  });

  test('same inputs, same estimate; eps is the limit minus the mean', () => {
    const random = seeded('same');
    const arrivals = stream(random, 0.2, 2_000);
    const first = estimateOf(arrivals, arrivals);
    assert.deepEqual(estimateOf(arrivals, arrivals), first);
    for (const { upper, mean, eps } of first.bands)
      assert.ok(Math.abs(eps - Math.max(0, upper - mean)) < 2e-6);
    assert.deepEqual(
      first.bands.map(({ band }) => band),
      ['p10', 'p30', 'p50', 'p70', 'p90', 'p100'],
    );
  });
});
