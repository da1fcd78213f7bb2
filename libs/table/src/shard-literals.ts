import type { ShardKind } from '@ballast/shard';
import { entriesOf } from './history.ts';
import { literal } from './sql.ts';
import { localStore } from './store.ts';

/** Paths of the committed shards, as SQL literals that are no patterns. */
export async function shardLiterals(root: string, kind: ShardKind): Promise<readonly string[]> {
  const files: string[] = [];
  for await (const { commit } of entriesOf(localStore(root), kind)) {
    for (const { path } of commit?.shards ?? [])
      files.push(literal(`${root}/${kind}/${path}`.replaceAll(/[*?[]/g, '[$&]')));
  }
  return files;
}
