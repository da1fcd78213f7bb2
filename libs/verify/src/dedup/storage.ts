/** The four kinds of entries of a first-seen index, each with keys of its own. */
export type Space = 'outcome' | 'claim' | 'mark' | 'meta';

/** What a transaction may read. */
export interface IndexView {
  /** The entry as committed, or as this transaction wrote it. */
  get(space: Space, key: string): string | undefined;
}

/** What a transaction may read and write. */
export interface IndexTransaction extends IndexView {
  put(space: Space, key: string, value: string): void;
  /** Removes every entry with `from <= key <= to` in byte order. */
  removeBetween(space: Space, from: string, to: string): void;
}

/**
 * Where a first-seen index keeps its entries: an ordered store with transactions that are serialised
 * against all others, those of other processes included.
 */
export interface IndexStorage {
  /** A consistent look at what is committed. */
  read<T>(work: (view: IndexView) => T): T;
  /** Runs `work` alone and resolves with its result when committed; when it throws, nothing is written. */
  transact<T>(work: (transaction: IndexTransaction) => T): Promise<T>;
  /** Resolves when everything committed before the call survives a power cut. */
  flush(): Promise<void>;
  close(): Promise<void>;
}
