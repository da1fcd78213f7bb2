import { spaces } from './storage.ts';
import type { IndexStorage, IndexTransaction, IndexView, Revise, Space } from './storage.ts';

/**
 * A storage in memory, for tests and for runs that keep no state. It remembers what was not flushed
 * yet, so that {@link MemoryStorage.crash} can lose exactly that, as a power cut would.
 */
export class MemoryStorage implements IndexStorage {
  readonly #entries: ReadonlyMap<Space, Map<string, string>> = new Map(
    spaces.map((space) => [space, new Map<string, string>()]),
  );
  readonly #undo: (() => void)[] = [];
  #swept = '';

  async read<T>(work: (view: IndexView) => T): Promise<T> {
    return work({ get: (space, key) => this.#space(space).get(key) });
  }

  async transact<T>(work: (transaction: IndexTransaction) => T): Promise<T> {
    const before = this.#undo.length;
    try {
      return work({
        get: (space, key) => this.#space(space).get(key),
        put: (space, key, value) => this.#set(space, key, value),
        removeOutcomes: (from, to) => {
          for (const key of this.#space('outcome').keys()) {
            if (key >= from && key <= to) this.#set('outcome', key, undefined);
          }
        },
      });
    } catch (error) {
      this.#rollBack(before);
      throw error;
    }
  }

  async flush(): Promise<void> {
    this.#undo.length = 0;
  }

  async sweep(revise: Revise, documents: number): Promise<void> {
    const keys = [...this.#space('band').keys()].filter((key) => key > this.#swept).toSorted();
    const some = keys.slice(0, 64 * documents);
    this.#swept = some.length < keys.length ? (some.at(-1) ?? '') : '';
    for (const key of some) {
      const value = this.#space('band').get(key) ?? '';
      const left = revise(value, key);
      if (left !== value) this.#set('band', key, left);
    }
  }

  revision(): undefined {
    return undefined;
  }

  async close(): Promise<void> {}

  /** Loses what was committed but not flushed. */
  crash(): void {
    this.#rollBack(0);
  }

  /** Number of entries of one kind. */
  count(space: Space): number {
    return this.#space(space).size;
  }

  #space(space: Space): Map<string, string> {
    const entries = this.#entries.get(space);
    if (entries === undefined) throw new RangeError(`MemoryStorage: no space ${space}`);
    return entries;
  }

  #set(space: Space, key: string, value: string | undefined): void {
    const entries = this.#space(space);
    const old = entries.get(key);
    this.#undo.push(() => (old === undefined ? entries.delete(key) : entries.set(key, old)));
    if (value === undefined) entries.delete(key);
    else entries.set(key, value);
  }

  #rollBack(length: number): void {
    for (const undo of this.#undo.splice(length).toReversed()) undo();
  }
}
