import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import type { DataRow, RefusedRow, ShardWriters } from '@ballast/shard';

/** Rows by the name of their shard; what no commit names is an orphan. */
export type Shards = Map<string, readonly (DataRow | RefusedRow)[]>;

/** Writers that keep rows in memory instead of Parquet: the sinks above them are the product's. */
export function memoryWriters(shards: Shards): ShardWriters {
  let count = 0;
  return {
    async open({ directory }) {
      const rows: (DataRow | RefusedRow)[] = [];
      return {
        bytes: 0,
        writeGroup: async (group) => void rows.push(...group),
        async finish(ledger, nameOf) {
          count += 1;
          const sha256 = createHash('sha256').update(JSON.stringify(ledger)).digest('hex');
          const path = `${directory}/${nameOf(sha256)}`;
          shards.set(basename(path), rows);
          return { path, rows: rows.length, bytes: 1, sha256 };
        },
        abort: async () => undefined,
      };
    },
    [Symbol.asyncDispose]: async () => undefined,
  };
}
