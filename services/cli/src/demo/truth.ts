import { join } from 'node:path';
import { readShard } from '@ballast/shard';
import { committedShards } from '@ballast/table';

/** True synthetic share of the kept tokens, 0 to 1, from the ids that the demo knows to be synthetic; repeats count. */
export async function trueShare(root: string, synthetic: ReadonlySet<string>): Promise<number> {
  let [tokens, machine] = [0, 0];
  for (const { path } of await committedShards(root)) {
    for await (const { id, token_count } of readShard(join(root, path), 'data')) {
      tokens += token_count ?? 0;
      if (id !== null && synthetic.has(id)) machine += token_count ?? 0;
    }
  }
  return tokens === 0 ? 0 : machine / tokens;
}
