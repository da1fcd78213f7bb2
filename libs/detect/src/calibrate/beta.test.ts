import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { betaCdf, betaQuantile } from './beta.ts';

describe('betaQuantile', () => {
  test('agrees with closed forms', () => {
    // Beta(1, n) has the quantile 1 − (1 − q)^(1/n); Beta(n, 1) has q^(1/n).
    for (const n of [1, 3, 30, 400]) {
      assert.ok(Math.abs(betaQuantile(0.975, 1, n) - (1 - 0.025 ** (1 / n))) < 1e-8);
      assert.ok(Math.abs(betaQuantile(0.025, n, 1) - 0.025 ** (1 / n)) < 1e-8);
    }
    // Beta(½, ½) is the arcsine law: sin²(πq/2).
    assert.ok(Math.abs(betaQuantile(0.3, 0.5, 0.5) - Math.sin(0.15 * Math.PI) ** 2) < 1e-8);
    // Median of Beta(2, 3): the root of 6x² − 8x³ + 3x⁴ = ½.
    const x = betaQuantile(0.5, 2, 3);
    assert.ok(Math.abs(6 * x ** 2 - 8 * x ** 3 + 3 * x ** 4 - 0.5) < 1e-8);
  });

  test('inverts the distribution and mirrors it', () => {
    const shape = fc.double({ min: 0.3, max: 500, noNaN: true });
    fc.assert(
      fc.property(fc.double({ min: 0.01, max: 0.99, noNaN: true }), shape, shape, (q, a, b) => {
        const x = betaQuantile(q, a, b);
        if (x > 1e-6 && x < 1 - 1e-6) assert.ok(Math.abs(betaCdf(x, a, b) - q) < 1e-4);
        assert.ok(Math.abs(betaQuantile(1 - q, b, a) - (1 - x)) < 1e-6);
      }),
      { seed: 1, numRuns: 200 },
    );
  });
});
