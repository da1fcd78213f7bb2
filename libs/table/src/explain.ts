import { relative, resolve } from 'node:path';
import { verdictsSchema } from '@ballast/document';
import type { Verdicts } from '@ballast/document';
import type { ShardKind } from '@ballast/shard';
import { z } from 'zod';
import { Sql, literal } from './sql.ts';
import { assertTable, entriesOf } from './history.ts';
import { localStore } from './store.ts';

const foundSchema = z.object({
  file: z.string(),
  row: z.coerce.number(),
  id: z.string().nullable(),
  source: z.string().nullable(),
  origin: z.string().nullable(),
  pool: z.string().nullable(),
  lane: z.string().nullable(),
  stratum: z.string().nullable(),
  p_synthetic: z.number().nullable(),
  p_synthetic_upper: z.number().nullable(),
  verify: z.string().nullable(),
  token_count: z.number().nullable(),
  generation: z.number().nullable(),
  unit: z.number().nullable(),
  repeat_index: z.number().nullable(),
  repeats_granted: z.number().nullable(),
  text_edits: z.string().nullable(),
  position_topic: z.string(),
  position_partition: z.number(),
  position_offset: z.string(),
  verdicts: z.string().nullable(),
  action: z.string().nullable(),
  reason: z.string().nullable(),
});

/** One row of a document, in `data/` or `refused/`. */
export interface FoundRow extends Omit<z.infer<typeof foundSchema>, 'file' | 'verdicts'> {
  readonly kind: ShardKind;
  /** Path of the shard relative to the table's root. */
  readonly shard: string;
  readonly verdicts: Verdicts;
}

/**
 * Every row of the documents with this id: where they lie and what each stage said. Also takes a
 * position `topic/partition/offset`, for what has no id. Empty when the table does not hold it.
 */
export async function findDocument(root: string, id: string): Promise<readonly FoundRow[]> {
  const base = resolve(root);
  await assertTable(base);
  await using sql = await Sql.open();
  return [...(await search(sql, base, 'data', id)), ...(await search(sql, base, 'refused', id))];
}

async function search(sql: Sql, root: string, kind: ShardKind, id: string): Promise<readonly FoundRow[]> {
  const files: string[] = [];
  for await (const { commit } of entriesOf(localStore(root), kind)) {
    for (const { path } of commit?.shards ?? [])
      files.push(literal(`${root}/${kind}/${path}`.replaceAll(/[*?[]/g, '[$&]')));
  }
  if (files.length === 0) return [];
  const outcome = kind === 'data' ? `'keep' AS action, NULL AS reason` : 'action, reason';
  const rows = await sql.rows(`
    SELECT filename AS file, file_row_number AS row, id, source, origin, pool, lane, stratum, p_synthetic,
           p_synthetic_upper, verify, token_count, generation, unit, repeat_index, repeats_granted, text_edits,
           position_topic, position_partition, position_offset, verdicts, ${outcome}
    FROM read_parquet([${files.join(', ')}], filename = true, file_row_number = true, union_by_name = true)
    WHERE id = ${literal(id)}
       OR position_topic || '/' || position_partition || '/' || position_offset = ${literal(id)}
    ORDER BY file, row`);
  return rows.map((raw) => {
    const { file, verdicts, ...row } = foundSchema.parse(raw);
    return {
      ...row,
      kind,
      shard: relative(root, file),
      verdicts: verdictsSchema.parse(JSON.parse(verdicts ?? '{}')),
    };
  });
}
