/** An exact fraction in lowest terms; the denominator is positive. */
export interface Rational {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

/** Numerators and denominators beyond this many bits are given up: no answer of a person is that long. */
export const bitsMax = 16_384;

/** `numerator / denominator` in lowest terms; `undefined` for a zero denominator or beyond {@link bitsMax}. */
export function rational(numerator: bigint, denominator = 1n): Rational | undefined {
  if (denominator === 0n) return undefined;
  const divisor = greatestCommonDivisor(numerator, denominator) * (denominator < 0n ? -1n : 1n);
  const reduced = { numerator: numerator / divisor, denominator: denominator / divisor };
  return bits(reduced) > bitsMax ? undefined : reduced;
}

/** `a + b`. */
export function add(a: Rational, b: Rational): Rational | undefined {
  return rational(a.numerator * b.denominator + b.numerator * a.denominator, a.denominator * b.denominator);
}

/** `-a`. */
export function negate({ numerator, denominator }: Rational): Rational {
  return { numerator: -numerator, denominator };
}

/** `a · b`. */
export function multiply(a: Rational, b: Rational): Rational | undefined {
  return rational(a.numerator * b.numerator, a.denominator * b.denominator);
}

/** `a / b`; `undefined` when b is zero. */
export function divide(a: Rational, b: Rational): Rational | undefined {
  return rational(a.numerator * b.denominator, a.denominator * b.numerator);
}

/** `base ^ exponent` for whole exponents; `undefined` for others, for 0^0 and 0^-n, and where the result would be too long. */
export function power(base: Rational, exponent: Rational): Rational | undefined {
  if (exponent.denominator !== 1n) return undefined;
  const whole = exponent.numerator;
  if (base.numerator === 0n) return whole > 0n ? base : undefined;
  const size = whole < 0n ? -whole : whole;
  // Bounded before it is computed: 10^10^10 must cost nothing.
  if (size > BigInt(bitsMax) || BigInt(bits(base)) * size > 2n * BigInt(bitsMax)) return undefined;
  const [numerator, denominator] = [base.numerator ** size, base.denominator ** size];
  return whole < 0n ? rational(denominator, numerator) : rational(numerator, denominator);
}

/** `|a − b|`. */
export function distance(a: Rational, b: Rational): Rational | undefined {
  const difference = add(a, negate(b));
  return difference !== undefined && difference.numerator < 0n ? negate(difference) : difference;
}

/** `a <= b`. */
export function isAtMost(a: Rational, b: Rational): boolean {
  return a.numerator * b.denominator <= b.numerator * a.denominator;
}

/** The exact value of a finite double (IEEE 754), such as a tolerance. */
export function ofDouble(value: number): Rational | undefined {
  if (!Number.isFinite(value)) return undefined;
  let denominator = 1n;
  let scaled = value;
  // Doubling is exact; a subnormal needs at most 1074 doublings to become whole.
  while (!Number.isInteger(scaled)) {
    scaled *= 2;
    denominator *= 2n;
  }
  return rational(BigInt(scaled), denominator);
}

function bits({ numerator, denominator }: Rational): number {
  // Hexadecimal digits of a BigInt are linear to print; four bits each.
  return 4 * Math.max(numerator.toString(16).length, denominator.toString(16).length);
}

function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  let [x, y] = [a < 0n ? -a : a, b < 0n ? -b : b];
  while (y !== 0n) [x, y] = [y, x % y];
  return x === 0n ? 1n : x;
}
