import { exactValue, series } from './exact.ts';
import type { Values } from './exact.ts';
import type { Expression } from './expression.ts';
import type { Reals } from './reals.ts';

/** The value of a formula in multiples of 2^-bits; `undefined` where it has no real value, or none this can find. */
export function realValue(expression: Expression, values: Values, reals: Reals): bigint | undefined {
  const exact = exactValue(expression, values);
  if (exact !== undefined) return reals.fraction(exact.numerator, exact.denominator);
  if (expression.kind === 'number') return undefined;
  if (expression.kind === 'name') return constant(expression.name, reals);
  const { name, of } = expression;
  const value = (part: Expression | undefined): bigint | undefined =>
    part === undefined ? undefined : realValue(part, values, reals);
  if (name === 'Sum' || name === 'Product') {
    const add = (a: bigint, b: bigint): bigint | undefined => reals.bounded(a + b);
    const fold = name === 'Sum' ? add : (a: bigint, b: bigint): bigint | undefined => reals.multiply(a, b);
    return series(
      expression,
      values,
      (term, inner) => realValue(term, inner, reals),
      fold,
      name === 'Sum' ? 0n : reals.one,
    );
  }
  if (name === 'Power' || name === 'Root') return powerValue(name, of, values, reals);
  const parts = of.map(value);
  if (!parts.every((part) => part !== undefined)) return undefined;
  return operate(name, parts, reals);
}

function constant(name: string, reals: Reals): bigint | undefined {
  if (name === 'Pi') return reals.pi;
  return name === 'e' || name === 'ExponentialE' ? reals.exp(reals.one) : undefined;
}

function powerValue(
  name: string,
  of: readonly Expression[],
  values: Values,
  reals: Reals,
): bigint | undefined {
  const [base, exponent, ...more] = of;
  if (base === undefined || exponent === undefined || more.length > 0) return undefined;
  const low = realValue(base, values, reals);
  if (low === undefined) return undefined;
  const exact = exactValue(exponent, values);
  if (name === 'Root') {
    if (exact?.denominator !== 1n || exact.numerator < 2n) return undefined;
    if (low < 0n && exact.numerator % 2n === 0n) return undefined;
    const size = raised(low < 0n ? -low : low, reals.fraction(1n, exact.numerator), reals);
    return low < 0n && size !== undefined ? -size : size;
  }
  if (exact?.denominator === 1n && exact.numerator >= -256n && exact.numerator <= 256n) {
    return wholePower(low, exact.numerator, reals);
  }
  return raised(low, realValue(exponent, values, reals), reals);
}

/** `base^exponent` of a positive base. */
function raised(base: bigint, exponent: bigint | undefined, reals: Reals): bigint | undefined {
  if (base === 0n && exponent !== undefined && exponent > 0n) return 0n;
  const logarithm = reals.ln(base);
  const product =
    logarithm === undefined || exponent === undefined ? undefined : reals.multiply(logarithm, exponent);
  return product === undefined ? undefined : reals.exp(product);
}

function wholePower(base: bigint, exponent: bigint, reals: Reals): bigint | undefined {
  let power: bigint | undefined = reals.one;
  const size = exponent < 0n ? -exponent : exponent;
  for (let k = 0n; k < size && power !== undefined; k += 1n) power = reals.multiply(power, base);
  if (exponent >= 0n) return exponent === 0n && base === 0n ? undefined : power;
  return power === undefined ? undefined : reals.divide(reals.one, power);
}

function operate(name: string, parts: readonly bigint[], reals: Reals): bigint | undefined {
  const [a, b, ...more] = parts;
  if (a === undefined) return undefined;
  if (name === 'Add') return reals.bounded(parts.reduce((sum, part) => sum + part));
  if (name === 'Multiply') {
    return parts
      .slice(1)
      .reduce<bigint | undefined>(
        (product, part) => (product === undefined ? undefined : reals.multiply(product, part)),
        a,
      );
  }
  if (name === 'Max') return parts.reduce((x, y) => (x > y ? x : y));
  if (name === 'Min') return parts.reduce((x, y) => (x < y ? x : y));
  if (more.length > 0) return undefined;
  if (b === undefined) return unary(name, a, reals);
  if (name === 'Subtract') return reals.bounded(a - b);
  if (name === 'Divide') return reals.divide(a, b);
  if (name === 'Log') return quotient(reals.ln(a), reals.ln(b), reals);
  return undefined;
}

function unary(name: string, a: bigint, reals: Reals): bigint | undefined {
  const { one } = reals;
  if (name === 'Negate') return -a;
  if (name === 'Abs') return a < 0n ? -a : a;
  if (name === 'Square') return reals.multiply(a, a);
  if (name === 'Sqrt') return reals.sqrt(a);
  if (name === 'Exp') return reals.exp(a);
  if (name === 'Ln') return reals.ln(a);
  if (name === 'Log') return quotient(reals.ln(a), reals.ln(10n * one), reals);
  if (name === 'Lb') return quotient(reals.ln(a), reals.ln(2n * one), reals);
  if (name === 'Sin') return reals.sin(a);
  if (name === 'Cos') return reals.cos(a);
  if (name === 'Tan') return reals.divide(reals.sin(a), reals.cos(a));
  if (name === 'Cot') return reals.divide(reals.cos(a), reals.sin(a));
  if (name === 'Sec') return reals.divide(one, reals.cos(a));
  if (name === 'Csc') return reals.divide(one, reals.sin(a));
  if (name === 'Arctan') return reals.atan(a);
  if (name === 'Arcsin') return reals.asin(a);
  if (name === 'Arccos') {
    const other = reals.asin(a);
    return other === undefined ? undefined : reals.pi / 2n - other;
  }
  if (name === 'Sinh' || name === 'Cosh' || name === 'Tanh') return hyperbolic(name, a, reals);
  return undefined;
}

function hyperbolic(name: 'Sinh' | 'Cosh' | 'Tanh', a: bigint, reals: Reals): bigint | undefined {
  const [up, down] = [reals.exp(a), reals.exp(-a)];
  if (up === undefined || down === undefined) return undefined;
  if (name === 'Tanh') return reals.divide(up - down, up + down);
  return (name === 'Sinh' ? up - down : up + down) / 2n;
}

function quotient(a: bigint | undefined, b: bigint | undefined, reals: Reals): bigint | undefined {
  return a === undefined || b === undefined ? undefined : reals.divide(a, b);
}
