import { add, divide, isAtMost, multiply, negate, power, rational } from '../rational.ts';
import type { Rational } from '../rational.ts';
import { indexOf } from './expression.ts';
import type { Expression } from './expression.ts';

/** Values of the names in a formula. */
export type Values = ReadonlyMap<string, Rational>;

/** Sums and products of more terms are given up, never cut short. */
const termsMax = 10_000;
const factorialMax = 1_000n;

/** The exact value of a formula of rational operations; `undefined` for anything else, or too large. */
export function exactValue(expression: Expression, values: Values): Rational | undefined {
  if (expression.kind === 'number') return readDigits(expression.digits);
  if (expression.kind === 'name') return values.get(expression.name);
  const { name, of } = expression;
  if (name === 'Sum' || name === 'Product') {
    return series(
      expression,
      values,
      (term, inner) => exactValue(term, inner),
      name === 'Sum' ? add : multiply,
      name === 'Sum' ? zero : one,
    );
  }
  const parts = of.map((part) => exactValue(part, values));
  if (!parts.every((part) => part !== undefined)) return undefined;
  return operate(name, parts);
}

/** The terms of a sum or product over whole numbers, folded; shared by the exact and the real evaluation. */
export function series<T>(
  expression: Expression,
  values: Values,
  evaluate: (term: Expression, values: Values) => T | undefined,
  fold: (sum: T, term: T) => T | undefined,
  start: T,
): T | undefined {
  const index = indexOf(expression);
  if (expression.kind !== 'operation' || index === undefined) return undefined;
  const [term, range] = expression.of;
  if (term === undefined || range?.kind !== 'operation' || range.of.length !== 3) return undefined;
  const [, low, high] = range.of;
  const from = low === undefined ? undefined : exactValue(low, values);
  const to = high === undefined ? undefined : exactValue(high, values);
  if (from?.denominator !== 1n || to?.denominator !== 1n || to.numerator - from.numerator >= termsMax)
    return undefined;
  let folded: T | undefined = start;
  for (let k = from.numerator; k <= to.numerator && folded !== undefined; k += 1n) {
    const value = evaluate(term, new Map([...values, [index, { numerator: k, denominator: 1n }]]));
    folded = value === undefined ? undefined : fold(folded, value);
  }
  return folded;
}

const zero: Rational = { numerator: 0n, denominator: 1n };
const one: Rational = { numerator: 1n, denominator: 1n };

type Folding = (a: Rational, b: Rational) => Rational | undefined;

function operate(name: string, parts: readonly Rational[]): Rational | undefined {
  const [a, b, ...more] = parts;
  const fold = (folding: Folding): Rational | undefined => {
    let folded = a;
    for (const part of parts.slice(1)) folded = folded === undefined ? undefined : folding(folded, part);
    return folded;
  };
  if (name === 'Add') return fold(add);
  if (name === 'Multiply') return fold(multiply);
  if (name === 'Max') return fold((x, y) => (isAtMost(x, y) ? y : x));
  if (name === 'Min') return fold((x, y) => (isAtMost(x, y) ? x : y));
  if (name === 'GCD') return fold(wholes(gcd));
  if (name === 'LCM') return fold(wholes((x, y) => (x === 0n || y === 0n ? 0n : abs((x / gcd(x, y)) * y))));
  if (a === undefined || more.length > 0) return undefined;
  if (b === undefined) return unary(name, a);
  if (name === 'Subtract') return add(a, negate(b));
  if (name === 'Divide' || name === 'Rational') return divide(a, b);
  if (name === 'Power') return b.denominator === 1n ? power(a, b) : rooted(a, b);
  if (name === 'Root') return b.denominator === 1n ? root(a, b.numerator) : undefined;
  if (name === 'Binomial' || name === 'Choose') return wholes(binomial)(a, b);
  return undefined;
}

function unary(name: string, a: Rational): Rational | undefined {
  if (name === 'Negate') return negate(a);
  if (name === 'Abs') return a.numerator < 0n ? negate(a) : a;
  if (name === 'Sqrt') return root(a, 2n);
  if (name === 'Square') return multiply(a, a);
  if (name === 'Floor') return rational(floor(a));
  if (name === 'Ceil') return rational(-floor(negate(a)));
  if (name === 'Factorial') return a.denominator === 1n ? factorial(a.numerator) : undefined;
  return undefined;
}

function wholes(work: (a: bigint, b: bigint) => bigint | undefined): Folding {
  return (a, b) => {
    const value = a.denominator === 1n && b.denominator === 1n ? work(a.numerator, b.numerator) : undefined;
    return value === undefined ? undefined : rational(value);
  };
}

function factorial(n: bigint): Rational | undefined {
  if (n < 0n || n > factorialMax) return undefined;
  let product = 1n;
  for (let k = 2n; k <= n; k += 1n) product *= k;
  return rational(product);
}

function binomial(n: bigint, k: bigint): bigint | undefined {
  if (n < 0n || n > factorialMax) return undefined;
  if (k < 0n || k > n) return 0n;
  let value = 1n;
  for (let step = 1n; step <= k; step += 1n) value = (value * (n - k + step)) / step;
  return value;
}

/** `a^(p/q)` where it is rational and a is positive. */
function rooted(a: Rational, exponent: Rational): Rational | undefined {
  if (a.numerator <= 0n) return undefined;
  const base = root(a, exponent.denominator);
  return base === undefined ? undefined : power(base, { numerator: exponent.numerator, denominator: 1n });
}

/** The real n-th root where it is rational. */
function root(a: Rational, n: bigint): Rational | undefined {
  if (n < 2n || n > 64n || (a.numerator < 0n && n % 2n === 0n)) return undefined;
  const size = a.numerator < 0n ? -a.numerator : a.numerator;
  const [numerator, denominator] = [wholeRoot(size, n), wholeRoot(a.denominator, n)];
  if (numerator === undefined || denominator === undefined) return undefined;
  return rational(a.numerator < 0n ? -numerator : numerator, denominator);
}

/** The n-th root of a whole number by bisection, when it is whole. */
function wholeRoot(a: bigint, n: bigint): bigint | undefined {
  let low = 0n;
  let high = 1n << (BigInt(a.toString(2).length) / n + 1n);
  while (low < high) {
    const middle = (low + high + 1n) / 2n;
    if (middle ** n <= a) low = middle;
    else high = middle - 1n;
  }
  return low ** n === a ? low : undefined;
}

function floor({ numerator, denominator }: Rational): bigint {
  const whole = numerator / denominator;
  return numerator < 0n && whole * denominator !== numerator ? whole - 1n : whole;
}

function gcd(a: bigint, b: bigint): bigint {
  let [x, y] = [abs(a), abs(b)];
  while (y !== 0n) [x, y] = [y, x % y];
  return x;
}

function abs(a: bigint): bigint {
  return a < 0n ? -a : a;
}

const exponentMax = 1_000;

/** `-1.25e3`, and `0.1(6)` for a repeating decimal. */
function readDigits(text: string): Rational | undefined {
  const [mantissa = '', exponent = '0'] = text.toLowerCase().split('e');
  const [, sign = '', whole = '0', plain = '', repeating = ''] =
    /^(-?)(\d+)(?:\.(\d*)(?:\((\d+)\))?)?$/.exec(mantissa) ?? [];
  if (Math.abs(Number(exponent)) > exponentMax || text.length > 1_000) return undefined;
  const scale = 10n ** BigInt(plain.length);
  const fixed = rational(BigInt(`${sign}${whole}${plain}`), scale);
  const nines = 10n ** BigInt(repeating.length) - 1n;
  const tail = repeating === '' ? zero : rational(BigInt(`${sign}${repeating}`), nines * scale);
  const value = fixed === undefined || tail === undefined ? undefined : add(fixed, tail);
  const shift = BigInt(exponent);
  const tens = shift < 0n ? rational(1n, 10n ** -shift) : rational(10n ** shift);
  return value === undefined || tens === undefined ? undefined : multiply(value, tens);
}
