import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Evidence } from '@ballast/document';
import fc from 'fast-check';
import { logit } from './calibrate/bands.ts';
import { fuse } from './fusion.ts';

const family = { share: 0.2, shareUpper: 0.3 };
const item = (block: Evidence['block'], weight: number): Evidence => ({ name: 'e', block, weight });
/** Log-odds that this evidence adds to an undecided text. */
const added = (...evidence: Evidence[]): number =>
  logit(fuse(0, evidence, family).p) - logit(fuse(0, [], family).p);
const near = (value: number, expected: number): void => assert.ok(Math.abs(value - expected) < 1e-6);

describe('fuse', () => {
  test('is Bayes’ rule in log-odds', () => {
    assert.ok(Math.abs(fuse(0, [], family).p - 0.2) < 1e-12);
    // Odds 1/4 times a likelihood ratio of 8 are odds 2.
    assert.ok(Math.abs(fuse(Math.log(8), [], family).p - 2 / 3) < 1e-12);
    assert.ok(Math.abs(fuse(Math.log(7), [], family).pUpper - 3 / 4) < 1e-12);
  });

  test('unsigned claims raise p up to their limit and never lower it', () => {
    const weight = fc.double({ min: -20, max: 20, noNaN: true });
    fc.assert(
      fc.property(
        fc.array(weight, { maxLength: 5 }),
        fc.double({ min: -15, max: 15, noNaN: true }),
        (claims, llr) => {
          const evidence = claims.map((each) => item('claim', each));
          const [with_, without] = [fuse(llr, evidence, family), fuse(llr, [], family)];
          assert.ok(with_.p >= without.p);
          assert.ok(with_.p <= fuse(llr, [item('claim', 5)], family).p + 1e-12);
          assert.ok(with_.pUpper >= with_.p);
        },
      ),
      { seed: 6, numRuns: 200 },
    );
  });

  test('every block has its own limit and blocks add up', () => {
    near(added(item('claim', 5), item('claim', 5)), 5);
    near(added(item('watermark', 30)), 14);
    near(added(item('watermark', -30)), 0);
    near(added(item('watermark', 13), item('registry', -6)), 7);
    near(added(item('registry', -6), item('registry', -50)), -11);
    near(added(item('credential', 10), item('claim', 5)), 15);
  });

  test('traces in the text are one block with the text model', () => {
    assert.equal(fuse(12, [item('text', 5)], family).p, fuse(12, [], family).p);
    assert.equal(fuse(3, [item('text', 2)], family).p, fuse(5, [], family).p);
  });

  test('no score is believed without bound', () => {
    assert.equal(fuse(1_000, [], family).p, fuse(12, [], family).p);
    assert.equal(fuse(-1_000, [], family).p, fuse(-12, [], family).p);
  });
});
