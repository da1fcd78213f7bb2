/** The kinds of entries of a first-seen index, each with keys of its own. */
export const spaces = ['outcome', 'claim', 'band', 'cluster', 'mark', 'meta'] as const;

/** A kind of entry: outcomes by position, claims by exact signature, claims by band, clusters, acked marks, the index's own. */
export type Space = (typeof spaces)[number];

/** What a transaction may read. */
export interface IndexView {
  /** The entry as committed, or as this transaction wrote it. */
  get(space: Space, key: string): string | undefined;
}

/** What a transaction may read and write. */
export interface IndexTransaction extends IndexView {
  put(space: Space, key: string, value: string): void;
  /** Removes every outcome with `from <= key <= to` in byte order. */
  removeOutcomes(from: string, to: string): void;
}

/** What is left of an index entry when it is looked over; undefined removes it. */
export type Revise = (value: string, key: string) => string | undefined;

/**
 * Where a first-seen index keeps its entries: a store with transactions that are serialised against all
 * others, those of other processes included.
 */
export interface IndexStorage {
  /**
   * A consistent look at what is committed. `work` must be pure: a storage that is not at hand runs it
   * again once it has fetched what it asked for.
   */
  read<T>(work: (view: IndexView) => T): Promise<T>;
  /**
   * Runs `work`, pure as above, as if alone, and resolves with its result when committed; when it throws,
   * nothing is written.
   */
  transact<T>(work: (transaction: IndexTransaction) => T): Promise<T>;
  /** Resolves when everything this storage committed before the call survives a power cut. */
  flush(): Promise<void>;
  /**
   * Stores what `revise` leaves of some bands, going on where the last call ended: enough of them for
   * `documents` further documents, that the index stays bounded.
   */
  sweep(revise: Revise, documents: number): Promise<void>;
  /**
   * Number of transactions that the stored index keeps through a power cut, as far as this storage knows;
   * it only ever grows. Undefined: the index ends with the process anyway.
   */
  revision(): number | undefined;
  close(): Promise<void>;
}
