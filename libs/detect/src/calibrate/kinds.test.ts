import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { shareOfKind } from './kinds.ts';

describe('shareOfKind (P21)', () => {
  test('knows nothing without a prior and with a few canaries: p ½, everything possible', () => {
    const nothing = { p: 0.5, pUpper: 1, eps: 0.5, calibrated: false };
    assert.deepEqual(shareOfKind({ human: 0, synthetic: 0 }, undefined), nothing);
    assert.deepEqual(shareOfKind({ human: 29, synthetic: 0 }, undefined), nothing);
  });

  test('never presumes human on canaries of a kind that are mixed', () => {
    const { p, pUpper, calibrated } = shareOfKind({ human: 30, synthetic: 30 }, undefined);
    assert.equal(p, 0.5);
    assert.ok(pUpper > 0.6 && !calibrated);
  });

  test('lets a clean kind through only after many canaries, and never below 0.05', () => {
    assert.ok(shareOfKind({ human: 30, synthetic: 0 }, undefined).pUpper < 0.1);
    assert.equal(shareOfKind({ human: 10_000, synthetic: 0 }, undefined).pUpper, 0.05);
  });

  test('takes the registry at its word within the doubt of twenty documents, and canaries correct it', () => {
    const prior = shareOfKind({ human: 0, synthetic: 0 }, 0.2);
    assert.ok(Math.abs(prior.p - 0.2) < 1e-9);
    assert.ok(prior.pUpper > 0.35 && prior.pUpper < 0.5);
    assert.ok(shareOfKind({ human: 5, synthetic: 95 }, 0.01).p > 0.75);
  });

  test('p + eps stays a share and covers the upper end', () => {
    const canaries = fc.record({ human: fc.nat(500), synthetic: fc.nat(500) });
    fc.assert(
      fc.property(
        canaries,
        fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: undefined }),
        (seen, prior) => {
          const { p, pUpper, eps } = shareOfKind(seen, prior);
          assert.ok(p >= 0 && p <= pUpper && pUpper <= 1 && p + eps <= 1 + 1e-12);
          assert.ok(p + eps >= pUpper - 1e-9 || pUpper === 0.05);
        },
      ),
      { seed: 4, numRuns: 200 },
    );
  });
});
