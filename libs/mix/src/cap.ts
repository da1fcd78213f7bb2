import { CompensatedSum } from './compensated-sum.ts';

/** One-sided 99 % quantile of the normal distribution, as protocol section 5 states the bound. */
export const boundZ = 2.33;

/** Least effective number of uncertain documents a bound may be claimed for (protocol P18). */
export const effectiveCountMin = 306;

/** Admission keeps this relative distance, so that a sum taken in any other order holds too. */
const roundingMargin = 1e-9;

/** What one document brings to the bound. */
export interface Charge {
  /** Tokens of the text by Ballast's own counter. */
  readonly tokens: number;
  /** Calibrated probability of *synthetic*: anchor 0, declared 1. */
  readonly p: number;
  /** Calibration error of its family and band; 0 when attested or declared. */
  readonly eps: number;
  /** True in lane `checked`: the document counts for the total ceiling only. */
  readonly checked: boolean;
}

/** The two nested ceilings on the upper bound U, 0 to 1. */
export interface Caps {
  /** Everything that is not in lane `checked`. */
  readonly unverified: number;
  /** All text. */
  readonly total: number;
}

/** The bound of one tier: `upper = share + eps + 2.33 * sd`. */
export interface TierBound {
  /** F: expected synthetic tokens over all tokens. */
  readonly share: number;
  readonly eps: number;
  readonly sd: number;
  /** U: what is compared with the cap. */
  readonly upper: number;
}

/** Both tiers of a run of row groups, and whether it is large enough to claim them. */
export interface Bounds {
  readonly unverified: TierBound;
  readonly total: TierBound;
  /** (sum of t)^2 / (sum of t^2 over 0 < p < 1); infinite when nothing is uncertain. */
  readonly effectiveCount: number;
}

/** True when the run is large enough for the bound and both ceilings hold. */
export function isJudged(bounds: Bounds, caps: Caps): boolean {
  return isLargeEnough(bounds) && isWithin(bounds, caps);
}

/** True when the effective count reaches {@link effectiveCountMin}. */
export function isLargeEnough({ effectiveCount }: Bounds): boolean {
  return effectiveCount >= effectiveCountMin * (1 + roundingMargin);
}

/** True when both upper bounds are at or below their ceilings, unrounded. */
export function isWithin({ unverified, total }: Bounds, caps: Caps): boolean {
  const slack = 1 - roundingMargin;
  return unverified.upper <= caps.unverified * slack && total.upper <= caps.total * slack;
}

/**
 * Running sums of a run of row groups (protocol P16, P17): F, eps, sd and n_eff at any moment.
 *
 * Copies count in every numerator and never in the denominator, so repeats cannot buy allowance, and
 * the bound holds for the rows with `repeat_index = 0` as well as for all rows.
 */
export class Tally {
  #tokens = 0;
  readonly #squares = new CompensatedSum();
  readonly #unverified = new TierSums();
  readonly #total = new TierSums();

  /** Tokens of the documents themselves, without copies. */
  get tokens(): number {
    return this.#tokens;
  }

  /** Enters a document with `originals` (0 or 1) rows of its own and `copies` repeats; both may be negative to take it out. */
  add(charge: Charge, originals = 1, copies = 0): void {
    this.#tokens += originals * charge.tokens;
    const sign = Math.sign(originals + copies);
    const rows = (originals + copies) * charge.tokens;
    const square = sign * rows * rows;
    if (charge.p > 0 && charge.p < 1) this.#squares.add(square);
    this.#total.add(charge, rows, square);
    if (!charge.checked) this.#unverified.add(charge, rows, square);
  }

  /** {@link bounds} as they would be with this document added. */
  boundsWith(charge: Charge, rest?: Tally, factor = 1, originals = 1, copies = 0): Bounds {
    this.add(charge, originals, copies);
    const bounds = this.bounds(rest, factor);
    this.add(charge, -originals, -copies);
    return bounds;
  }

  /** Adds `factor` times another tally: a union (1), or the forecast of more text of that kind. */
  addScaled(other: Tally, factor: number): this {
    this.#tokens += other.#tokens * factor;
    this.#squares.add(other.#squares.value * factor);
    this.#unverified.addScaled(other.#unverified, factor);
    this.#total.addScaled(other.#total, factor);
    return this;
  }

  /**
   * The bounds of what was entered. With `rest`, the bounds at which the run will end if text with
   * `factor` times the length and spread of `rest` follows and the shares stay as they are: the sd
   * term shrinks as a run fills, so a half-full run is judged by its finished size.
   */
  bounds(rest?: Tally, factor = 1): Bounds {
    const other = rest ?? this;
    const times = rest === undefined ? 0 : factor;
    const tokens = this.#tokens + other.#tokens * times;
    const squares = this.#squares.value + other.#squares.value * times;
    const tier = (own: TierSums, following: TierSums): TierBound => {
      const share = this.#ratio(own.mass.value);
      const eps = this.#ratio(own.eps.value);
      const variance = own.variance.value + following.variance.value * times;
      // A rounding residue below zero after removals must not become NaN.
      const root = Math.sqrt(Math.max(0, variance));
      const sd = root === 0 ? 0 : root / tokens;
      return { share, eps, sd, upper: share + eps + boundZ * sd };
    };
    return {
      unverified: tier(this.#unverified, other.#unverified),
      total: tier(this.#total, other.#total),
      effectiveCount: squares <= 0 ? Number.POSITIVE_INFINITY : tokens ** 2 / squares,
    };
  }

  /** Numerators without any tokens below them are unbounded, never zero. */
  #ratio(numerator: number): number {
    return numerator <= 0 ? 0 : numerator / this.#tokens;
  }
}

/** Numerators of one tier. */
class TierSums {
  readonly mass = new CompensatedSum();
  readonly eps = new CompensatedSum();
  readonly variance = new CompensatedSum();

  add({ p, eps }: Charge, rows: number, square: number): void {
    this.mass.add(rows * p);
    this.eps.add(rows * eps);
    this.variance.add(square * p * (1 - p));
  }

  addScaled(other: TierSums, factor: number): void {
    this.mass.add(other.mass.value * factor);
    this.eps.add(other.eps.value * factor);
    this.variance.add(other.variance.value * factor);
  }
}
