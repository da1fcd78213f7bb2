import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { seeded } from '../calibrate/random.ts';
import { reliabilityOf } from './reliability.ts';

describe('reliabilityOf', () => {
  test('true probabilities have no error left once the size of the sample is taken off', () => {
    const random = seeded('true');
    let [raw, debiased] = [0, 0];
    for (let run = 0; run < 20; run += 1) {
      const p = Array.from({ length: 600 }, () => random.uniform());
      const { ece, eceDebiased } = reliabilityOf(
        p,
        p.map((value) => random.uniform() < value),
      );
      raw += ece / 20;
      debiased += eceDebiased / 20;
    }
    assert.ok(raw > 0.04, `raw ${raw}`);
    assert.ok(debiased < 0.01, `debiased ${debiased}`);
  });

  test('an error is found at its size', () => {
    const random = seeded('off');
    const p = Array.from({ length: 20_000 }, () => 0.1 + 0.6 * random.uniform());
    const { eceDebiased } = reliabilityOf(
      p,
      p.map((value) => random.uniform() < value + 0.2),
    );
    assert.ok(Math.abs(eceDebiased - 0.2) < 0.015, `${eceDebiased}`);
  });

  test('bins hold every document once, p = 1 in the last', () => {
    const { bins, documents } = reliabilityOf([0, 0.5, 1, 1], [false, true, true, false]);
    assert.equal(documents, 4);
    assert.equal(bins.length, 15);
    assert.deepEqual(bins.at(-1), { documents: 2, meanP: 1, share: 0.5 });
    assert.deepEqual(bins[7], { documents: 1, meanP: 0.5, share: 1 });
  });
});
