import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { isJudged, isWithin, Tally } from './cap.ts';
import type { Charge } from './cap.ts';
import { CompensatedSum } from './compensated-sum.ts';

const charge = (tokens: number, p: number, eps = 0, checked = false): Charge => ({ tokens, p, eps, checked });
const tallyOf = (charges: readonly Charge[]): Tally => {
  const tally = new Tally();
  for (const one of charges) tally.add(one);
  return tally;
};
const times = (count: number, one: Charge): Charge[] => Array.from({ length: count }, () => one);
const near = (actual: number, expected: number, within: number) =>
  assert.ok(Math.abs(actual - expected) <= within, `${actual} is not ${expected}`);
const caps = { unverified: 0.2, total: 0.3 };

const charges = fc.array(
  fc.record({
    tokens: fc.integer({ min: 1, max: 100_000 }),
    p: fc.oneof(fc.constantFrom(0, 1), fc.double({ min: 0, max: 1, noNaN: true })),
    eps: fc.double({ min: 0, max: 0.3, noNaN: true }),
    checked: fc.boolean(),
  }),
  { minLength: 1, maxLength: 200 },
);

describe('the bound', () => {
  test('the human band at its limit holds exactly from n_eff = 306 on: 0.16 + 2.33 sqrt(0.09 / 306) = 0.19996 (P18)', () => {
    const unit = tallyOf(times(306, charge(300, 0.1, 0.06))).bounds();
    near(unit.unverified.upper, 0.16 + 2.33 * Math.sqrt(0.09 / 306), 1e-12);
    assert.equal(isJudged(tallyOf(times(307, charge(300, 0.1, 0.06))).bounds(), caps), true);
    assert.equal(isJudged(tallyOf(times(305, charge(300, 0.01))).bounds(), caps), false);
  });

  test('one presumed document of a million tokens leaves 1,024 documents of 300 with n_eff below 2 and U beyond any cap (P18)', () => {
    const { effectiveCount, unverified } = tallyOf([
      ...times(1024, charge(300, 0.05, 0.06)),
      charge(1_000_000, 0.05, 0.06),
    ]).bounds();
    // (1024 * 300 + 10^6)^2 / (10^12 + 1024 * 300^2)
    near(effectiveCount, 1.7086, 1e-4);
    near(unverified.upper, 0.11 + (2.33 * Math.sqrt(0.05 * 0.95)) / Math.sqrt(1.7086), 1e-4);
  });

  test('anchor text adds nothing, declared text its whole length, neither any sd', () => {
    const { total, effectiveCount } = tallyOf([...times(3, charge(100, 0)), charge(100, 1)]).bounds();
    assert.deepEqual(total, { share: 0.25, eps: 0, sd: 0, upper: 0.25 });
    assert.equal(effectiveCount, Number.POSITIVE_INFINITY);
  });

  test('eps is taken over all tokens, so units that hold make every union hold; over judged tokens it would not (P17)', () => {
    // F .14 + .06 and F .20 + 0 both hold at .20; as means over judged tokens their union would be .23.
    const one = [...times(500, charge(100, 0.28, 0.12)), ...times(500, charge(100, 0))];
    const other = [...times(20_000, charge(100, 1)), ...times(80_000, charge(100, 0))];
    const union = tallyOf([...one, ...other]).bounds().unverified;
    const worst = Math.max(tallyOf(one).bounds().unverified.upper, tallyOf(other).bounds().unverified.upper);
    assert.ok(union.upper <= worst + 1e-12, `${union.upper} is above ${worst}`);
    near(tallyOf(one).bounds().unverified.eps, 0.06, 1e-12);
  });

  test('whatever holds in two units holds in their union, in both tiers', () => {
    fc.assert(
      fc.property(charges, charges, (one, other) => {
        const [a, b] = [tallyOf(one).bounds(), tallyOf(other).bounds()];
        const union = tallyOf([...one, ...other]).bounds();
        for (const tier of ['unverified', 'total'] as const) {
          assert.ok(union[tier].upper <= Math.max(a[tier].upper, b[tier].upper) * (1 + 1e-12));
        }
      }),
    );
  });

  test('checked text counts for the total only, and as tokens for both', () => {
    const { unverified, total } = tallyOf([
      ...times(80, charge(100, 0)),
      ...times(20, charge(100, 1, 0, true)),
    ]).bounds();
    assert.deepEqual([unverified.upper, total.upper], [0, 0.2]);
  });

  test('a bound exactly at its cap is not above it, a bound of any token more is', () => {
    assert.equal(
      isWithin(tallyOf([...times(9, charge(100, 0)), charge(99, 1)]).bounds(), {
        unverified: 0.1,
        total: 0.1,
      }),
      true,
    );
    assert.equal(
      isWithin(tallyOf([...times(9, charge(100, 0)), charge(101, 1)]).bounds(), {
        unverified: 0.1,
        total: 0.1,
      }),
      false,
    );
    assert.equal(isWithin(tallyOf([charge(100, 0)]).bounds(), { unverified: 0, total: 0 }), true);
  });
});

describe('copies (P16)', () => {
  test('four copies count as one document of four times the length: sd grows by 9.5 % where single ones would not show it', () => {
    const others = times(1000, charge(100, 0.1));
    const tally = tallyOf(others);
    const before = tally.bounds().total.sd;
    for (let copy = 0; copy < 13; copy += 1) tally.add(charge(100, 0.1), 1, 3);
    const asFour = (tally.bounds().total.sd * (1013 * 100)) / (before * 1000 * 100);
    near(asFour, Math.sqrt((1000 + 13 * 16) / 1000), 1e-9);
  });

  test('copies raise the share and never enlarge what it is measured against', () => {
    const tally = tallyOf([...times(800, charge(100, 0)), ...times(200, charge(100, 1))]);
    assert.equal(tally.bounds().total.upper, 0.2);
    tally.add(charge(100, 0), 0, 500);
    assert.equal(tally.bounds().total.upper, 0.2, 'five hundred anchor copies buy no allowance');
    tally.add(charge(100, 0.5), 0, 1);
    assert.ok(tally.bounds().total.upper > 0.2);
  });

  test('a bound that holds with copies holds for the rows with repeat_index 0 and for all rows', () => {
    fc.assert(
      fc.property(charges, fc.array(fc.nat(3), { minLength: 200, maxLength: 200 }), (documents, copies) => {
        const [counted, first, all] = [new Tally(), new Tally(), new Tally()];
        for (const [index, one] of documents.entries()) {
          const more = copies[index] ?? 0;
          counted.add(one, 1, more);
          first.add(one);
          all.add({ ...one, tokens: one.tokens * (1 + more) });
        }
        assert.ok(first.bounds().total.upper <= counted.bounds().total.upper * (1 + 1e-12));
        assert.ok(all.bounds().total.upper <= counted.bounds().total.upper * (1 + 1e-12));
      }),
    );
  });
});

describe('running sums', () => {
  test('adding and taking out again leaves what was there, over any lengths', () => {
    fc.assert(
      fc.property(charges, charges, (kept, removed) => {
        const tally = tallyOf(kept);
        for (const one of removed) tally.add(one);
        for (const one of removed.toReversed()) tally.add(one, -1);
        const [again, fresh] = [tally.bounds(), tallyOf(kept).bounds()];
        near(again.total.upper, fresh.total.upper, 1e-12);
        near(again.unverified.upper, fresh.unverified.upper, 1e-12);
      }),
    );
  });

  test('a plain sum loses what a compensated one keeps', () => {
    const terms = [1e16, 1, -1e16];
    const compensated = new CompensatedSum();
    for (const term of terms) compensated.add(term);
    assert.equal(compensated.value, 1);
    assert.equal(
      terms.reduce((sum, term) => sum + term, 0),
      0,
    );
  });

  test('text without tokens is no division by zero', () => {
    assert.equal(tallyOf([charge(0, 0.5, 0.1)]).bounds().total.upper, 0);
    const copyOnly = new Tally();
    copyOnly.add(charge(10, 0.5), 0, 1);
    assert.equal(copyOnly.bounds().total.upper, Number.POSITIVE_INFINITY);
  });
});
