import { setTimeout as delay } from 'node:timers/promises';

/** What a {@link Refresher} knows. */
export interface Latest<T> {
  /** Undefined before the first taking came to an end. */
  readonly value: T | undefined;
  /** Why the last taking failed; undefined when it did not. */
  readonly problem: unknown;
  /** When the first failure since the last success was noticed; undefined without one. */
  readonly failingSince: Date | undefined;
}

/** What a failure says of itself. */
export function messageOf(problem: unknown): string {
  return problem instanceof Error ? problem.message : String(problem);
}

/**
 * Takes a value again when somebody asks and the last one is old, one taking at a time. Who asks gets the
 * last value at once and waits only for the very first: a slow or dead source never holds up the others.
 */
export class Refresher<T> {
  readonly #take: () => Promise<T>;
  readonly #everyMs: number;
  #latest: Latest<T> = { value: undefined, problem: undefined, failingSince: undefined };
  #taking: Promise<void> | undefined;
  #takenMs = Number.NEGATIVE_INFINITY;

  constructor(take: () => Promise<T>, everyMs: number) {
    this.#take = take;
    this.#everyMs = everyMs;
  }

  /** The latest; waits up to `waitMs` while there is neither a value nor a failure yet. */
  async latest(waitMs: number): Promise<Latest<T>> {
    if (this.#taking === undefined && performance.now() - this.#takenMs >= this.#everyMs) {
      this.#taking = this.#refresh();
    }
    const { value, problem } = this.#latest;
    if (this.#taking !== undefined && value === undefined && problem === undefined)
      await Promise.race([this.#taking, delay(waitMs, undefined, { ref: false })]);
    return this.#latest;
  }

  /** Resolves when no taking is under way. */
  async settled(): Promise<void> {
    await this.#taking;
  }

  async #refresh(): Promise<void> {
    try {
      this.#latest = { value: await this.#take(), problem: undefined, failingSince: undefined };
    } catch (problem) {
      const { value, failingSince = new Date() } = this.#latest;
      this.#latest = { value, problem, failingSince };
    } finally {
      this.#takenMs = performance.now();
      this.#taking = undefined;
    }
  }
}
