import { add, divide, multiply, negate, power, rational } from './rational.ts';
import type { Rational } from './rational.ts';

/** Longer expressions are not read; characters. */
export const expressionLengthMax = 2_000;
const depthMax = 40;
const scientificExponentMax = 1_000;

/** The value of an expression. */
export interface Reading {
  readonly value: Rational;
  /** It ended in a per-cent sign; `value` is a hundredth of what stood before it. */
  readonly percent: boolean;
}

type Token =
  | { readonly kind: 'number'; readonly value: Rational; readonly digits: number }
  | { readonly kind: 'sign'; readonly sign: string };

/** LaTeX that only changes how a formula looks. */
const looks =
  /\\(?:left|right|displaystyle|textstyle|bigl?|bigr?|Bigl?|Bigr?|quad|qquad)(?![a-zA-Z])|\\[;:! ]|\\,(?!\d{3})|~|\u00a0/g;
const wrapper = /^\\(?:text|textbf|mathrm|mathbf|mathit|operatorname)\s*\{([^{}]*)\}$/;
const dollars = /^(\$\$?|\\\(|\\\[)([^]*?)(\$\$?|\\\)|\\\])$/;

/**
 * Reads an expression of plain numbers exactly, in LaTeX or plain text: integers, decimals, thousands
 * separators, fractions, scientific notation, + − · / and whole powers, parentheses, per cent.
 * `undefined` for anything else: letters, units, roots, sums, two numbers side by side, division by
 * zero, a comma that is no thousands separator. Time is linear in the length, which is capped.
 */
export function readNumber(text: string): Reading | undefined {
  if (text.length > expressionLengthMax) return undefined;
  const bare = unwrap(text);
  const percent = /\\?%$/.test(bare);
  const tokens = tokenise(percent ? bare.replace(/\s*\\?%$/, '') : bare);
  if (tokens === undefined) return undefined;
  const parser = new Parser(tokens, bare.includes('\\'));
  const value = parser.whole();
  if (value === undefined) return undefined;
  const scaled = percent ? divide(value, { numerator: 100n, denominator: 1n }) : value;
  return scaled === undefined ? undefined : { value: scaled, percent };
}

function unwrap(text: string): string {
  let bare = text.trim();
  for (let layer = 0; layer < 4; layer += 1) {
    const before = bare;
    const [, , inside] = dollars.exec(bare) ?? [];
    bare = (inside ?? bare).trim();
    bare = (wrapper.exec(bare)?.[1] ?? bare).trim();
    if (bare === before) break;
  }
  return bare.replaceAll(looks, ' ').trim();
}

const numberPattern =
  /(?:\d{1,3}(?:(?:,|\{,\}|\\,)\d{3})+(?!\d)|\d+)(?:\.\d+)?(?:[eE][+-]?\d{1,4}(?![\d.]))?|\.\d+(?:[eE][+-]?\d{1,4}(?![\d.]))?/y;
const signPattern =
  /\\(?:[dt]?frac|cdot|times|div)(?![a-zA-Z])|\*\*|[-+*/^(){}\u2212\u00d7\u00f7\u00b7\u22c5]/y;
const blank = /\s+/y;

const sameSign: { readonly [sign: string]: string } = {
  '\u2212': '-',
  '\u00d7': '*',
  '\u00b7': '*',
  '\u22c5': '*',
  '\\cdot': '*',
  '\\times': '*',
  '\u00f7': '/',
  '\\div': '/',
  '**': '^',
  '\\dfrac': '\\frac',
  '\\tfrac': '\\frac',
};

function tokenise(text: string): readonly Token[] | undefined {
  const tokens: Token[] = [];
  let at = 0;
  const match = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    at += found?.length ?? 0;
    return found;
  };
  while (at < text.length) {
    if (match(blank) !== undefined) continue;
    const digits = match(numberPattern);
    if (digits !== undefined) {
      const value = readDigits(digits);
      if (value === undefined) return undefined;
      tokens.push({ kind: 'number', value, digits: digits.length });
      continue;
    }
    const sign = match(signPattern);
    if (sign === undefined) return undefined;
    tokens.push({ kind: 'sign', sign: sameSign[sign] ?? sign });
  }
  return tokens;
}

function readDigits(text: string): Rational | undefined {
  const [mantissa = '', exponent = '0'] = text
    .replaceAll(/[,{}\\]/g, '')
    .toLowerCase()
    .split('e');
  const [whole = '', decimals = ''] = mantissa.split('.');
  const shift = Number(exponent) - decimals.length;
  if (Math.abs(Number(exponent)) > scientificExponentMax) return undefined;
  const value = BigInt(`${whole}${decimals}`);
  return shift >= 0 ? rational(value * 10n ** BigInt(shift)) : rational(value, 10n ** BigInt(-shift));
}

/** Recursive descent; every method gives `undefined` for what it does not understand. */
class Parser {
  #at = 0;
  #depth = 0;
  readonly #tokens: readonly Token[];
  readonly #latex: boolean;

  constructor(tokens: readonly Token[], latex: boolean) {
    this.#tokens = tokens;
    this.#latex = latex;
  }

  whole(): Rational | undefined {
    const value = this.#sum();
    return this.#at === this.#tokens.length ? value : undefined;
  }

  #sum(): Rational | undefined {
    let left = this.#product();
    for (
      let sign = this.#take('+', '-');
      left !== undefined && sign !== undefined;
      sign = this.#take('+', '-')
    ) {
      const right = this.#product();
      left = right === undefined ? undefined : add(left, sign === '+' ? right : negate(right));
    }
    return left;
  }

  #product(): Rational | undefined {
    let left = this.#signed();
    for (
      let sign = this.#take('*', '/');
      left !== undefined && sign !== undefined;
      sign = this.#take('*', '/')
    ) {
      const right = this.#signed();
      if (right === undefined) return undefined;
      left = sign === '*' ? multiply(left, right) : divide(left, right);
    }
    return left;
  }

  #signed(): Rational | undefined {
    return this.#deeper(() => {
      const sign = this.#take('+', '-');
      if (sign === undefined) return this.#raised();
      const value = this.#signed();
      return value === undefined || sign === '+' ? value : negate(value);
    });
  }

  #raised(): Rational | undefined {
    const base = this.#atom();
    if (base === undefined || this.#take('^') === undefined) return base;
    const next = this.#tokens[this.#at];
    // In LaTeX 10^10 is 10¹0: whoever wrote it may have meant either.
    if (this.#latex && next?.kind === 'number' && next.digits > 1) return undefined;
    const exponent = this.#signed();
    return exponent === undefined ? undefined : power(base, exponent);
  }

  #atom(): Rational | undefined {
    return this.#deeper(() => {
      const next = this.#tokens[this.#at];
      if (next?.kind === 'number') {
        this.#at += 1;
        return next.value;
      }
      const sign = this.#take('(', '{', '\\frac');
      if (sign === undefined) return undefined;
      if (sign === '\\frac') return this.#fraction();
      const value = this.#sum();
      return this.#take(sign === '(' ? ')' : '}') === undefined ? undefined : value;
    });
  }

  /** The two braced groups of \frac; a group without braces must be a single number, which LaTeX reads digit by digit. */
  #fraction(): Rational | undefined {
    const bare = this.#tokens[this.#at];
    if (bare?.kind === 'number' && bare.digits === 2 && bare.value.denominator === 1n) {
      this.#at += 1;
      return rational(bare.value.numerator / 10n, bare.value.numerator % 10n);
    }
    if (bare?.kind === 'number' && bare.digits > 2) return undefined;
    const numerator = this.#atom();
    const below = this.#tokens[this.#at];
    if (below?.kind === 'number' && below.digits > 1) return undefined;
    const denominator = numerator === undefined ? undefined : this.#atom();
    return numerator === undefined || denominator === undefined ? undefined : divide(numerator, denominator);
  }

  #deeper(work: () => Rational | undefined): Rational | undefined {
    if (this.#depth >= depthMax) return undefined;
    this.#depth += 1;
    const value = work();
    this.#depth -= 1;
    return value;
  }

  #take(...signs: readonly string[]): string | undefined {
    const next = this.#tokens[this.#at];
    if (next?.kind !== 'sign' || !signs.includes(next.sign)) return undefined;
    this.#at += 1;
    return next.sign;
  }
}
