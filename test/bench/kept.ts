import { readShard } from '@ballast/shard';
import { committedFiles } from './committed.ts';

/** One row of data/: whose text, how many tokens; repeats are rows of their own. */
export interface KeptRow {
  readonly id: string;
  readonly tokens: number;
}

/** Reads every row of a table's data/. */
export async function readKept(root: string): Promise<readonly KeptRow[]> {
  const rows: KeptRow[] = [];
  for (const file of committedFiles(root, 'data')) {
    for await (const { id, token_count } of readShard(file, 'data'))
      rows.push({ id: id ?? '', tokens: token_count ?? 0 });
  }
  return rows;
}
