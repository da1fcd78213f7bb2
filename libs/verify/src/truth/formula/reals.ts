/**
 * Arithmetic on real numbers as whole multiples of 2^-bits. Every function gives `undefined` outside its
 * domain and where a result is beyond 2^(bits/4), or so small that few of its bits are left: the last
 * quarter of the bits is all that is ever lost.
 * Series and reductions: Brent and Zimmermann, Modern Computer Arithmetic, chapter 4.
 */
export class Reals {
  readonly bits: bigint;
  readonly one: bigint;
  readonly pi: bigint;
  readonly #ln2: bigint;
  readonly #limit: bigint;

  constructor(bits: number) {
    this.bits = BigInt(bits);
    this.one = 1n << this.bits;
    this.#limit = 1n << (this.bits + this.bits / 4n);
    // Machin: pi = 16 atan(1/5) - 4 atan(1/239); ln 2 = 2 atanh(1/3).
    this.pi = 16n * this.#inverseSeries(5n, -1n) - 4n * this.#inverseSeries(239n, -1n);
    this.#ln2 = 2n * this.#inverseSeries(3n, 1n);
  }

  bounded(a: bigint): bigint | undefined {
    return a > this.#limit || a < -this.#limit ? undefined : a;
  }

  /** Undefined, too, for what is not zero but so small that little of it is left. */
  #scaled(a: bigint, isZero: boolean): bigint | undefined {
    return !isZero && magnitude(a) < this.one >> (this.bits / 2n) ? undefined : this.bounded(a);
  }

  fraction(numerator: bigint, denominator: bigint): bigint | undefined {
    return this.#scaled((numerator << this.bits) / denominator, numerator === 0n);
  }

  multiply(a: bigint, b: bigint): bigint | undefined {
    return this.#scaled((a * b) >> this.bits, a === 0n || b === 0n);
  }

  /** Undefined for a divisor that may be zero but for rounding. */
  divide(a: bigint, b: bigint): bigint | undefined {
    if (magnitude(b) < this.one >> (this.bits / 4n)) return undefined;
    return this.#scaled((a << this.bits) / b, a === 0n);
  }

  sqrt(a: bigint): bigint | undefined {
    return a < 0n ? undefined : wholeSqrt(a << this.bits);
  }

  exp(a: bigint): bigint | undefined {
    const twos = a / this.#ln2;
    if (twos > this.bits / 4n) return undefined;
    if (twos < -(this.bits / 4n)) return undefined;
    const halvings = 8n;
    const small = (a - twos * this.#ln2) >> halvings;
    let sum = this.one;
    let term = this.one;
    for (let k = 1n; term !== 0n && term !== -1n; k += 1n) {
      term = ((term * small) >> this.bits) / k;
      sum += term;
    }
    for (let k = 0n; k < halvings; k += 1n) sum = (sum * sum) >> this.bits;
    return twos < 0n ? sum >> -twos : this.bounded(sum << twos);
  }

  /** By Newton's method on exp, from a start of about 50 bits. */
  ln(a: bigint): bigint | undefined {
    if (a <= 0n) return undefined;
    const twos = BigInt(a.toString(2).length) - 1n - this.bits;
    const mantissa = twos < 0n ? a << -twos : a >> twos;
    const start = Math.log(Number((mantissa << 60n) >> this.bits) / 2 ** 60);
    let value = (BigInt(Math.round(start * 2 ** 50)) << this.bits) >> 50n;
    for (let digits = 45n; digits < this.bits; digits *= 3n) {
      const power = this.exp(value);
      if (power === undefined) return undefined;
      value += 2n * (((mantissa - power) << this.bits) / (mantissa + power));
    }
    return value + twos * this.#ln2;
  }

  sin(a: bigint): bigint {
    const turns = a % (2n * this.pi);
    let term = turns;
    let sum = turns;
    const square = (turns * turns) >> this.bits;
    for (let k = 2n; term !== 0n && term !== -1n; k += 2n) {
      term = -((term * square) >> this.bits) / (k * (k + 1n));
      sum += term;
    }
    return sum;
  }

  cos(a: bigint): bigint {
    return this.sin(a + this.pi / 2n);
  }

  atan(a: bigint): bigint | undefined {
    let value: bigint | undefined = a;
    const halvings = 4n;
    for (let k = 0n; k < halvings && value !== undefined; k += 1n) {
      const hypotenuse: bigint = wholeSqrt((this.one << this.bits) + value * value);
      value = (value << this.bits) / (this.one + hypotenuse);
    }
    if (value === undefined) return undefined;
    const square = (value * value) >> this.bits;
    let power = value;
    let sum = value;
    for (let k = 3n; power !== 0n && power !== -1n; k += 2n) {
      power = -((power * square) >> this.bits);
      sum += power / k;
    }
    return sum << halvings;
  }

  asin(a: bigint): bigint | undefined {
    if (magnitude(a) > this.one) return undefined;
    const other = wholeSqrt((this.one << this.bits) - a * a);
    if (other === 0n) return a < 0n ? -(this.pi / 2n) : this.pi / 2n;
    return this.atan((a << this.bits) / other);
  }

  /** Sum of ±(1/n)^k / k over odd k. */
  #inverseSeries(n: bigint, sign: bigint): bigint {
    let power = this.one / n;
    let sum = power;
    for (let k = 3n; power !== 0n; k += 2n) {
      power = (sign * power) / (n * n);
      sum += power / k;
    }
    return sum;
  }
}

/** `|a|`. */
export function magnitude(a: bigint): bigint {
  return a < 0n ? -a : a;
}

/** The whole part of a square root, by Newton's method from above. */
function wholeSqrt(a: bigint): bigint {
  if (a < 2n) return a;
  let value = 1n << BigInt((a.toString(2).length + 1) >> 1);
  for (;;) {
    const next = (value + a / value) >> 1n;
    if (next >= value) return value;
    value = next;
  }
}
