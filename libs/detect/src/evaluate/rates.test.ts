import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { seeded } from '../calibrate/random.ts';
import { ratesOf } from '../train/metrics.ts';
import { sliceRates } from './rates.ts';

const normal = (name: string, count: number, mean: number): number[] => {
  const random = seeded(name);
  return Array.from({ length: count }, () => mean + random.normal());
};

describe('sliceRates', () => {
  test('agrees with the plain definition of each rate', () => {
    const [human, synthetic] = [normal('h', 700, 0), normal('s', 900, 1.5)];
    const { auroc, tprAt1, tprAt5 } = sliceRates(human, synthetic);
    const plain = ratesOf(human, synthetic);
    assert.ok(Math.abs(auroc.value - plain.auroc) < 1e-12);
    assert.equal(tprAt1.value, plain.tprAt1);
    assert.equal(tprAt5.value, plain.tprAt5);
  });

  test('ties count half in AUROC and are not above a threshold', () => {
    const { auroc, tprAt5 } = sliceRates(Array(50).fill(1), [...Array(25).fill(1), ...Array(25).fill(2)]);
    assert.equal(auroc.value, 0.75);
    assert.equal(tprAt5.value, 0.5);
  });

  test('the interval holds the true AUROC in about 95 % of the draws', () => {
    // Two unit normals a distance d apart: AUROC Φ(d/√2); d = √2·0.8416 gives 0.8.
    const draws = 100;
    let held = 0;
    for (let draw = 0; draw < draws; draw += 1) {
      const { auroc } = sliceRates(normal(`h${draw}`, 120, 0), normal(`s${draw}`, 120, Math.SQRT2 * 0.8416));
      if (auroc.low <= 0.8 && 0.8 <= auroc.high) held += 1;
    }
    assert.ok(held >= 88 && held <= 100, `${held} of ${draws}`);
  });
});
