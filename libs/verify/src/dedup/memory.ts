import type { IndexStorage, IndexTransaction, IndexView, Space } from './storage.ts';

/**
 * A storage in memory, for tests and for runs that keep no state. It remembers what was not flushed
 * yet, so that {@link MemoryStorage.crash} can lose exactly that, as a power cut would.
 */
export class MemoryStorage implements IndexStorage {
  readonly #entries: { readonly [S in Space]: Map<string, string> } = {
    outcome: new Map(),
    claim: new Map(),
    mark: new Map(),
    meta: new Map(),
  };
  readonly #undo: (() => void)[] = [];

  read<T>(work: (view: IndexView) => T): T {
    return work({ get: (space, key) => this.#entries[space].get(key) });
  }

  async transact<T>(work: (transaction: IndexTransaction) => T): Promise<T> {
    const before = this.#undo.length;
    try {
      return work({
        get: (space, key) => this.#entries[space].get(key),
        put: (space, key, value) => this.#set(space, key, value),
        removeBetween: (space, from, to) => {
          for (const key of this.#entries[space].keys()) {
            if (key >= from && key <= to) this.#set(space, key, undefined);
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

  async close(): Promise<void> {}

  /** Loses what was committed but not flushed. */
  crash(): void {
    this.#rollBack(0);
  }

  /** Number of entries of one kind. */
  count(space: Space): number {
    return this.#entries[space].size;
  }

  #set(space: Space, key: string, value: string | undefined): void {
    const entries = this.#entries[space];
    const old = entries.get(key);
    this.#undo.push(() => (old === undefined ? entries.delete(key) : entries.set(key, old)));
    if (value === undefined) entries.delete(key);
    else entries.set(key, value);
  }

  #rollBack(length: number): void {
    for (const undo of this.#undo.splice(length).toReversed()) undo();
  }
}
