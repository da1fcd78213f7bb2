import { hash } from 'node:crypto';
import { distance, isAtMost, ofDouble } from '../rational.ts';
import type { Rational } from '../rational.ts';
import { unknown } from '../outcome.ts';
import type { Truth } from '../outcome.ts';
import { withoutDerivatives } from './derivative.ts';
import { exactValue } from './exact.ts';
import type { Values } from './exact.ts';
import { mentions, readExpression, variablesOf } from './expression.ts';
import type { Expression } from './expression.ts';
import { realValue } from './real-value.ts';
import { magnitude, Reals } from './reals.ts';

/** Two answers as text. */
export interface Comparison {
  readonly found: string;
  readonly expected: string;
  /** Absolute; for numbers only. */
  readonly tolerance: number;
}

/** Points at which two formulas must both have a value, and how many are tried for that. */
const pointsMin = 8;
const pointsTried = 48;
/** The two precisions, in bits; what agrees at the first must agree at the second. */
const precisions = [new Reals(512), new Reals(1024)] as const;

/**
 * Whether two formulas have the same value: exactly where they are rational, else to half the digits of
 * two precisions; with variables, at random points. `fail` needs one point where they differ.
 */
export function compare({ found, expected, tolerance }: Comparison): Truth {
  const left = read(found);
  if (left === undefined) return unknown('answer_not_understood');
  const right = read(expected);
  if (right === undefined) return unknown('expected_not_understood');
  const variables = [...new Set([...variablesOf(left), ...variablesOf(right)])].toSorted();
  const differ = variablesOf(left).size !== variables.length || variablesOf(right).size !== variables.length;
  const same =
    variables.length === 0 ? atPoint(left, right, new Map(), tolerance) : atPoints(left, right, variables);
  if (same === undefined) return unknown('out_of_range');
  if (same) return { outcome: 'pass', passed: 1, total: 1 };
  if (differ) return unknown('other_variables');
  if (isAmbiguous(left) || isAmbiguous(right)) return unknown('more_than_one_reading');
  return { outcome: 'fail', passed: 0, total: 1 };
}

function read(text: string): Expression | undefined {
  const expression = readExpression(text);
  return expression === undefined ? undefined : withoutDerivatives(expression);
}

/** A logarithm without a base is natural to some and decimal to others; i may be a number. */
function isAmbiguous(expression: Expression): boolean {
  return mentions(expression, 'Log') || mentions(expression, 'i') || mentions(expression, 'ImaginaryUnit');
}

function atPoint(
  left: Expression,
  right: Expression,
  values: Values,
  tolerance: number,
): boolean | undefined {
  const [a, b] = [exactValue(left, values), exactValue(right, values)];
  if (a !== undefined && b !== undefined) {
    const [apart, allowed] = [distance(a, b), ofDouble(tolerance)];
    return apart === undefined || allowed === undefined ? undefined : isAtMost(apart, allowed);
  }
  const [rough, fine] = precisions.map((reals) => agreeIn(reals, left, right, values, tolerance));
  return rough === fine ? rough : undefined;
}

function agreeIn(
  reals: Reals,
  left: Expression,
  right: Expression,
  values: Values,
  tolerance: number,
): boolean | undefined {
  const [a, b] = [realValue(left, values, reals), realValue(right, values, reals)];
  if (a === undefined || b === undefined) return undefined;
  const apart = magnitude(a - b);
  const allowed = ofDouble(tolerance);
  if (tolerance > 0 && allowed !== undefined)
    return apart <= (reals.fraction(allowed.numerator, allowed.denominator) ?? 0n);
  const size = magnitude(a) > magnitude(b) ? magnitude(a) : magnitude(b);
  const scale = size > reals.one ? size : reals.one;
  if (apart <= scale >> (reals.bits / 2n)) {
    // Two small numbers may agree only because both round to little; what is left of a zero is far smaller.
    return size > reals.one >> (reals.bits / 8n) || size <= reals.one >> (reals.bits / 2n) ? true : undefined;
  }
  return apart > (scale >> (reals.bits / 2n)) << (reals.bits / 8n) ? false : undefined;
}

function atPoints(left: Expression, right: Expression, variables: readonly string[]): boolean | undefined {
  let agreed = 0;
  let oneSided = 0;
  const seed = JSON.stringify([left, right]);
  const whole = countingOperations.some((name) => mentions(left, name) || mentions(right, name));
  for (let point = 0; point < pointsTried && agreed < pointsMin; point += 1) {
    const values = new Map(
      variables.map((name) => [name, coordinate(`${seed} ${name} ${point}`, whole || point % 4 === 0)]),
    );
    const same = atPoint(left, right, values, 0);
    if (same === false) return false;
    if (same === true) agreed += 1;
    else if (!whole && hasValue(left, values) !== hasValue(right, values)) oneSided += 1;
  }
  // Where one side has a value and the other none, the two may still be meant for the rest alone. Formulas
  // that count are meant for the whole numbers at which both do.
  return agreed >= pointsMin && oneSided === 0 ? true : undefined;
}

function hasValue(expression: Expression, values: Values): boolean {
  return realValue(expression, values, precisions[0]) !== undefined;
}

/** Operations that only make sense of whole numbers: formulas with one are compared at whole numbers alone. */
const countingOperations = ['Sum', 'Product', 'Factorial', 'Binomial', 'Choose', 'GCD', 'LCM'] as const;

/** A number that depends on nothing but the formulas. */
function coordinate(seed: string, whole: boolean): Rational {
  const bytes = hash('sha256', seed, 'buffer');
  const [high, low, sign] = [BigInt(bytes.readUInt16LE(0)), bytes.readUInt8(2), bytes.readUInt8(3)];
  if (whole) return { numerator: (high % 24n) + 1n, denominator: 1n };
  // An odd number over a prime or a power of two is no pole or zero of an ordinary formula.
  const numerator = (2n * (high % 3_000n) + 1n) * (sign % 2 === 0 ? 1n : -1n);
  return { numerator, denominator: low % 2 === 0 && numerator % 1_009n !== 0n ? 1_009n : 512n };
}
