import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { exactValue } from './exact.ts';
import { readExpression } from './expression.ts';
import { realValue } from './real-value.ts';
import { Reals } from './reals.ts';

const reals = new Reals(256);
const finer = new Reals(512);
/** A double of moderate size as a multiple of 2^-256; exact. */
const ofDouble = (value: number, { bits }: Reals): bigint => BigInt(value * 2 ** 60) << (bits - 60n);
const toDouble = (value: bigint): number => Number(value >> (reals.bits - 80n)) / 2 ** 80;
const moderate = fc.integer({ min: -20_000, max: 20_000 }).map((n) => n / 1024);

describe('real numbers of many digits', () => {
  const known: readonly (readonly [formula: string, digits: string])[] = [
    // OEIS A000796, A001113, A002193, A002162, A002392.
    ['\\pi', '3.14159265358979323846264338327950288419716939937510'],
    ['e', '2.71828182845904523536028747135266249775724709369995'],
    ['\\sqrt{2}', '1.41421356237309504880168872420969807856967187537694'],
    ['\\ln 2', '0.69314718055994530941723212145817656807550013436025'],
    ['\\ln 10', '2.30258509299404568401799145468436420760110148862877'],
  ];
  for (const [formula, digits] of known) {
    test(`${formula} is ${digits}`, () => {
      const expression = readExpression(formula);
      assert.ok(expression !== undefined);
      const value = realValue(expression, new Map(), reals);
      assert.ok(value !== undefined);
      const [whole = '', decimals = ''] = digits.split('.');
      assert.equal((value * 10n ** 50n) >> reals.bits, BigInt(whole + decimals));
    });
  }

  const functions = ['sin', 'cos', 'atan', 'exp'] as const;
  for (const name of functions) {
    test(`${name} agrees with the double and, to the last digits, with twice the precision`, () => {
      fc.assert(
        fc.property(moderate, (x) => {
          const [rough, fine] = [reals[name](ofDouble(x, reals)), finer[name](ofDouble(x, finer))];
          assert.ok(rough !== undefined && fine !== undefined);
          const wanted = Math[name](x);
          assert.ok(Math.abs(toDouble(rough) - wanted) <= 1e-12 * Math.max(1, Math.abs(wanted)));
          const size = BigInt(Math.ceil(Math.max(1, Math.abs(wanted))));
          const apart = rough - (fine >> 256n);
          assert.ok((apart < 0n ? -apart : apart) < size << 40n);
        }),
        { numRuns: 60 },
      );
    });
  }

  test('ln undoes exp, and sqrt a square', () => {
    fc.assert(
      fc.property(moderate, (x) => {
        const value = ofDouble(x, reals);
        const back = reals.ln(reals.exp(value) ?? 0n);
        assert.ok(back !== undefined);
        assert.ok(Math.abs(toDouble(back - value)) < 1e-24);
        assert.equal(reals.sqrt(reals.multiply(value, value) ?? -1n), value < 0n ? -value : value);
      }),
      { numRuns: 60 },
    );
  });

  test('outside its domain, and beyond its size, a function has no value', () => {
    const { one } = reals;
    assert.equal(reals.sqrt(-one), undefined);
    assert.equal(reals.ln(0n), undefined);
    assert.equal(reals.asin(2n * one), undefined);
    assert.equal(reals.divide(one, 0n), undefined);
    assert.equal(reals.exp(1_000n * one), undefined);
    assert.equal(reals.exp(-1_000n * one), undefined);
    assert.equal(reals.multiply(one >> 100n, one >> 100n), undefined);
  });
});

describe('exact values', () => {
  test('of random arithmetic are those of fractions of whole numbers', () => {
    const number = fc.integer({ min: 1, max: 60 });
    fc.assert(
      fc.property(number, number, number, number, (a, b, c, d) => {
        const expression = readExpression(`\\frac{${a}}{${b}} - ${c} \\cdot \\frac{1}{${d}}`);
        const value = expression === undefined ? undefined : exactValue(expression, new Map());
        assert.ok(value !== undefined);
        const [top, bottom] = [BigInt(a * d - c * b), BigInt(b * d)];
        assert.equal(value.numerator * bottom, top * value.denominator);
      }),
      { numRuns: 100 },
    );
  });
});
