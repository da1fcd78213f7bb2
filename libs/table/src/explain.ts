import { relative, resolve } from 'node:path';
import { verdictsSchema } from '@ballast/document';
import type { Verdicts } from '@ballast/document';
import type { ShardKind } from '@ballast/shard';
import { z } from 'zod';
import { Sql, literal } from './sql.ts';
import type { SqlRow } from './sql.ts';
import { assertTable } from './history.ts';
import { shardLiterals } from './shard-literals.ts';

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
  /** Position of the document this row is a replayed copy of. */
  replay_of: z.string().nullable(),
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
 * Every row of the documents with this id, and of all copies that were replayed of them: where they lie
 * and what each stage said, oldest copy first. Also takes a position `topic/partition/offset`, for what has
 * no id. Empty when the table does not hold it.
 */
export async function findDocument(root: string, id: string): Promise<readonly FoundRow[]> {
  const base = resolve(root);
  await assertTable(base);
  await using sql = await Sql.open();
  const files = { data: await shardLiterals(base, 'data'), refused: await shardLiterals(base, 'refused') };
  const roots = new Set<string>();
  for (const kind of kinds) {
    const rows = await select(sql, files[kind], `DISTINCT ${familySql} AS root`, matches(id));
    for (const { root: found } of rows) roots.add(String(found));
  }
  if (roots.size === 0) return [];
  const wanted = `${familySql} IN (${[...roots].map(literal).join(', ')})`;
  const found: FoundRow[] = [];
  for (const kind of kinds) {
    const outcome = kind === 'data' ? `'keep' AS action, NULL AS reason` : 'action, reason';
    const rows = await select(sql, files[kind], `${columns}, ${outcome}`, wanted);
    found.push(...rows.map((row) => foundRow(base, kind, row)));
  }
  return found.toSorted(inOrder);
}

const kinds = ['data', 'refused'] as const;

const positionSql = `position_topic || '/' || position_partition || '/' || position_offset`;
/** Position of the root of the row's family. */
const familySql = `coalesce(replay_of, ${positionSql})`;

const columns = `filename AS file, file_row_number AS row, id, source, origin, pool, lane, stratum, p_synthetic,
  p_synthetic_upper, verify, token_count, generation, unit, repeat_index, repeats_granted, text_edits,
  position_topic, position_partition, position_offset, replay_of, verdicts`;

function matches(id: string): string {
  return `id = ${literal(id)} OR ${positionSql} = ${literal(id)}`;
}

async function select(
  sql: Sql,
  files: readonly string[],
  what: string,
  where: string,
): Promise<readonly SqlRow[]> {
  if (files.length === 0) return [];
  return await sql.rows(`
    SELECT ${what}
    FROM read_parquet([${files.join(', ')}], filename = true, file_row_number = true, union_by_name = true)
    WHERE ${where}`);
}

function foundRow(root: string, kind: ShardKind, raw: SqlRow): FoundRow {
  const { file, verdicts, ...row } = foundSchema.parse(raw);
  return {
    ...row,
    kind,
    shard: relative(root, file),
    verdicts: verdictsSchema.parse(JSON.parse(verdicts ?? '{}')),
  };
}

/** By id, then copies in the order they were ingested, then the uses of one copy. */
function inOrder(one: FoundRow, other: FoundRow): number {
  const [left, right] = [one, other].map(({ id, position_topic, position_partition }) =>
    [id ?? '', position_topic, position_partition].join('\n'),
  );
  if (left !== right) return (left ?? '') < (right ?? '') ? -1 : 1;
  return (
    Number(BigInt(one.position_offset) - BigInt(other.position_offset)) ||
    (one.repeat_index ?? 0) - (other.repeat_index ?? 0)
  );
}
