import type { DataRow } from '@ballast/shard';

/** Directory of a generation, relative to the table's root; not `key=value`, which readers turn into a column. */
export function generationDirectory(generation: number): string {
  return `g${String(generation).padStart(5, '0')}`;
}

/**
 * Name of a shard: partition and offset of its first row, zero padded so that names sort by them,
 * and a piece of its hash. The footer carries a fresh id, so no two shards share a hash.
 */
export function shardName(first: DataRow | undefined, sha256: string): string {
  const partition = String(first?.position_partition ?? 0).padStart(3, '0');
  const offset = String(first?.position_offset ?? 0n).padStart(12, '0');
  return `p${partition}-o${offset}-${sha256.slice(0, 12)}.parquet`;
}
