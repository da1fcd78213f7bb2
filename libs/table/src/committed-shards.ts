import { join } from 'node:path';
import { localStore } from './store.ts';

/** A shard that a commit of `data/` names. */
export interface CommittedShard {
  /** Number of the shard in the order of commits, from 0; never changes, since nothing is ever removed. */
  readonly index: number;
  /** Version of the table that added it. */
  readonly version: number;
  /** Path below the table's root. */
  readonly path: string;
  readonly rows: number;
  /** Size of the file. */
  readonly bytes: number;
}

const log = 'data/_delta_log/';

/**
 * Every committed shard of kept documents, in the order of commits; empty where there is no table yet.
 * What lies in the folder without a commit is not listed. Rejects when the log names a path outside
 * the table or has a line that is no Delta action.
 */
export async function committedShards(root: string): Promise<readonly CommittedShard[]> {
  const store = localStore(root);
  const shards: CommittedShard[] = [];
  for (const name of await store.list(log)) {
    if (!/^\d{20}\.json$/.test(name)) continue;
    const version = Number(name.slice(0, 20));
    const bytes = (await store.get(`${log}${name}`)) ?? new Uint8Array();
    for (const add of addsOf(new TextDecoder('utf-8', { fatal: true }).decode(bytes))) {
      shards.push({ index: shards.length, version, ...add });
    }
  }
  return shards;
}

/** The `add` actions of one log entry (Delta protocol, "Add File"): one JSON object per line. */
function addsOf(entry: string): readonly Pick<CommittedShard, 'path' | 'rows' | 'bytes'>[] {
  return entry
    .split('\n')
    .filter((line) => line !== '')
    .map((line): unknown => field(JSON.parse(line), 'add'))
    .filter((add) => add !== undefined)
    .map((add) => {
      const path = field(add, 'path');
      const bytes = field(add, 'size');
      const stats = field(add, 'stats');
      const rows = typeof stats === 'string' ? field(JSON.parse(stats), 'numRecords') : undefined;
      if (typeof path !== 'string' || typeof bytes !== 'number' || typeof rows !== 'number') {
        throw new TypeError('committedShards: an add action lacks path, size or numRecords');
      }
      if (!/^[\w.-]+(?:\/[\w.-]+)*$/.test(path) || path.split('/').includes('..')) {
        throw new RangeError(
          `committedShards: the log names ${JSON.stringify(path)}, which may lie outside the table`,
        );
      }
      return { path: join('data', path), rows, bytes };
    });
}

function field(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return Object.entries(value).find(([key]) => key === name)?.[1];
}
