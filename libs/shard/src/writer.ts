import type { Json } from '@ballast/stage';
import type { RowKinds, ShardKind } from './columns.ts';

/** Key of the ratio ledger in a shard's footer. */
export const ledgerKey = 'ballast.ledger';

/** Where a shard will lie. */
export interface ShardPlan<K extends ShardKind> {
  readonly kind: K;
  /** Directory that will hold the shard; made when absent. Temporary files lie in it too. */
  readonly directory: string;
}

/** A shard that is durable under its final name. */
export interface Shard {
  readonly path: string;
  readonly rows: number;
  /** Size of the file. */
  readonly bytes: number;
  /** Of the whole file, hexadecimal. */
  readonly sha256: string;
}

/** Writes one shard, row group by row group. Not for concurrent calls. */
export interface ShardWriter<K extends ShardKind> {
  /**
   * Writes the rows as one row group, in order. Resolves when the writer can take another group,
   * so at most two groups are in memory. Rejects with a BallastError (exit 74) when the device is
   * full or the directory not writable, also for the group before.
   */
  writeGroup(rows: readonly RowKinds[K][]): Promise<void>;
  /** Compressed bytes of the row groups that are finished. */
  readonly bytes: number;
  /**
   * Puts the ledger into the footer, makes the file durable, reads its footer back and compares,
   * then links it under the name that `nameOf` derives from its SHA-256. Never overwrites.
   */
  finish(ledger: Json, nameOf: (sha256: string) => string): Promise<Shard>;
  /** Gives the shard up and removes what was written. Safe to call more than once, and after a failure. */
  abort(): Promise<void>;
}

/** Opens shard writers. The port that a Parquet adapter fulfils. */
export interface ShardWriters extends AsyncDisposable {
  open<K extends ShardKind>(plan: ShardPlan<K>): Promise<ShardWriter<K>>;
}
