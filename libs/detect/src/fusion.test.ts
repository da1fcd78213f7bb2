import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { fuse } from './fusion.ts';

const family = { share: 0.2, shareUpper: 0.3 };

describe('fuse', () => {
  test('is Bayes’ rule in log-odds', () => {
    assert.ok(Math.abs(fuse(0, [], family).p - 0.2) < 1e-12);
    // Odds 1/4 times a likelihood ratio of 8 are odds 2.
    assert.ok(Math.abs(fuse(Math.log(8), [], family).p - 2 / 3) < 1e-12);
    assert.ok(Math.abs(fuse(Math.log(7), [], family).pUpper - 3 / 4) < 1e-12);
  });

  test('evidence raises p up to its cap and never lowers it', () => {
    const item = fc.record({ name: fc.constant('e'), weight: fc.double({ min: -20, max: 20, noNaN: true }) });
    fc.assert(
      fc.property(
        fc.array(item, { maxLength: 5 }),
        fc.double({ min: -15, max: 15, noNaN: true }),
        (evidence, llr) => {
          const [with_, without] = [fuse(llr, evidence, family), fuse(llr, [], family)];
          assert.ok(with_.p >= without.p);
          assert.ok(with_.p <= fuse(llr, [{ name: 'e', weight: 5 }], family).p + 1e-12);
          assert.ok(with_.pUpper >= with_.p);
        },
      ),
      { seed: 6, numRuns: 200 },
    );
  });

  test('no score is believed without bound', () => {
    assert.equal(fuse(1_000, [], family).p, fuse(12, [], family).p);
    assert.equal(fuse(-1_000, [], family).p, fuse(-12, [], family).p);
  });
});
