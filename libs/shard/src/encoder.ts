/** One open shard inside the writing thread, over one Parquet library. Not for concurrent calls. */
export interface ShardEncoder {
  /** Encodes `rows` rows as one row group; values by column in the order of `columnsOf`. */
  writeGroup(rows: number, columns: readonly unknown[][]): Promise<void>;
  /** Writes the footer with the ledger's JSON text. The file is complete then, not yet durable. */
  finish(ledger: string): Promise<void>;
}

/**
 * Columns for which a library may write minimum and maximum: numbers are enough to prune by, and string
 * bounds of other writers have lost rows for readers.
 */
export function hasStatistics(type: string): boolean {
  return type !== 'string' && type !== 'binary';
}
