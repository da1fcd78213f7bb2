/** Failures in a row after which the second stage is given up for a while. */
export const failuresMax = 5;

/** How long it is then left alone, milliseconds. */
const restMs = 30_000;

/**
 * Keeps a model that fails again and again from holding up the lane: after {@link failuresMax} failures
 * with no answer between them it is open for 30 s, then one more failure opens it again.
 */
export class Breaker {
  readonly #now: () => number;
  #failures = 0;
  #openUntil = -Infinity;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  get isOpen(): boolean {
    return this.#now() < this.#openUntil;
  }

  /** True when this failure opens it. */
  failed(): boolean {
    this.#failures += 1;
    if (this.#failures < failuresMax || this.isOpen) return false;
    this.#openUntil = this.#now() + restMs;
    return true;
  }

  /** True when this answer ends a time of failures that had opened it. */
  answered(): boolean {
    const wasOpen = this.#failures >= failuresMax;
    this.#failures = 0;
    this.#openUntil = -Infinity;
    return wasOpen;
  }
}
