import { readShard } from '@ballast/shard';
import { globSync } from 'node:fs';
import { join } from 'node:path';

/** True synthetic share of the kept tokens, 0 to 1, from the ids that the demo knows to be synthetic; repeats count. */
export async function trueShare(root: string, synthetic: ReadonlySet<string>): Promise<number> {
  let [tokens, machine] = [0, 0];
  for (const file of globSync('data/g*/*.parquet', { cwd: root })) {
    for await (const { id, token_count } of readShard(join(root, file), 'data')) {
      tokens += token_count ?? 0;
      if (id !== null && synthetic.has(id)) machine += token_count ?? 0;
    }
  }
  return tokens === 0 ? 0 : machine / tokens;
}
