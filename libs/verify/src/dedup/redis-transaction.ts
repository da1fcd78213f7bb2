import { placeOf } from './redis-layout.ts';
import type { Commit, Operation } from './redis-layout.ts';
import type { IndexTransaction, Space } from './storage.ts';

/** Entries fetched for one transaction; an absent entry is known to be absent. */
export class Known {
  readonly #values = new Map<
    string,
    { readonly space: Space; readonly key: string; readonly value: string | undefined }
  >();
  #missing = new Map<string, readonly [Space, string]>();

  /** Runs `work`; `missing` names what it asked for and was not fetched: then its result means nothing. */
  run<T>(work: () => T): {
    readonly result: () => T;
    readonly missing: readonly (readonly [Space, string])[];
  } {
    this.#missing = new Map();
    let result: () => T;
    try {
      const value = work();
      result = () => value;
    } catch (error) {
      result = () => {
        throw error;
      };
    }
    return { result, missing: [...this.#missing.values()] };
  }

  get(space: Space, key: string): string | undefined {
    const id = `${space} ${key}`;
    const known = this.#values.get(id);
    if (known === undefined) this.#missing.set(id, [space, key]);
    return known?.value;
  }

  set(space: Space, key: string, value: string | undefined): void {
    this.#values.set(`${space} ${key}`, { space, key, value });
  }

  /** What was read, as the script compares it. */
  entries(): Commit['reads'] {
    return [...this.#values.values()].map(({ space, key, value }) => {
      const { hash, field } = placeOf(space, key);
      return [hash, field, value ?? null];
    });
  }
}

/** What one run of a transaction writes, over what is known. */
export class Written implements IndexTransaction {
  readonly operations: Operation[] = [];
  readonly #known: Known;
  readonly #values = new Map<string, string>();
  readonly #removed: (readonly [from: string, to: string])[] = [];

  constructor(known: Known) {
    this.#known = known;
  }

  get(space: Space, key: string): string | undefined {
    const own = this.#values.get(`${space} ${key}`);
    if (own !== undefined) return own === '' ? undefined : own;
    if (space === 'outcome' && this.#removed.some(([from, to]) => key >= from && key <= to)) return undefined;
    return this.#known.get(space, key);
  }

  /** An empty value removes the entry. */
  put(space: Space, key: string, value: string): void {
    this.#values.set(`${space} ${key}`, value);
    const { hash, field } = placeOf(space, key);
    this.operations.push(['put', hash, field, value]);
  }

  removeOutcomes(from: string, to: string): void {
    this.#removed.push([from, to]);
    for (const id of this.#values.keys()) {
      const key = id.slice('outcome '.length);
      if (id.startsWith('outcome ') && key >= from && key <= to) this.#values.delete(id);
    }
    this.operations.push(['remove', from, to]);
  }
}
