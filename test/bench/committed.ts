import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const actionSchema = z.object({ add: z.object({ path: z.string() }).optional() });

/**
 * Files that a table's log has committed, read from the log's plain JSON without Ballast's own reader.
 * A process that was killed between shard and commit leaves files that no commit names.
 */
export function committedFiles(root: string, kind: 'data' | 'refused'): readonly string[] {
  return globSync(`${kind}/_delta_log/*.json`, { cwd: root })
    .toSorted()
    .flatMap((file) => readFileSync(join(root, file), 'utf8').split('\n'))
    .filter((line) => line !== '')
    .flatMap((line) => {
      const { add } = actionSchema.parse(JSON.parse(line));
      return add === undefined ? [] : [join(root, kind, decodeURIComponent(add.path))];
    });
}
