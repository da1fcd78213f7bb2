import { resolve } from 'node:path';
import { z } from 'zod';
import { assertTable } from './history.ts';
import { shardLiterals } from './shard-literals.ts';
import { Sql } from './sql.ts';

const countSchema = z.object({
  /** Reason or rule of the verifier. */
  rule: z.string(),
  dimension: z.enum(['all', 'source', 'language', 'stratum']),
  /** Value of the dimension; null for `all`. */
  value: z.string().nullable(),
  /** Documents of this class that the verifier judged. */
  judged: z.number(),
  /** Of these, documents that fail the rule. */
  failed: z.number(),
  /** Of these, documents refused for it: it was the reason. */
  refused: z.number(),
  /** Of the failing ones, attested human text: kept, the failure is only recorded. */
  attested: z.number(),
  /** Tokens of the refused ones. */
  refusedTokens: z.number(),
});

/** What one rule did to one class of documents. */
export type RuleCount = z.infer<typeof countSchema>;

/**
 * What each rule of the verifier failed and refused, over the whole table and per source, language and
 * stratum, re-counted from the rows of `data/` and `refused/`. A document counts once, whatever its
 * copies; one that another copy superseded does not. The language is the document's own tag, else
 * the verifier's label; the stratum of what never reached the oversampler is its label, else its
 * source. Rejects with exit 66 when there is no table.
 */
export async function ruleReport(root: string): Promise<readonly RuleCount[]> {
  const base = resolve(root);
  await assertTable(base);
  const [data, refused] = [await shardLiterals(base, 'data'), await shardLiterals(base, 'refused')];
  if (data.length + refused.length === 0) return [];
  await using sql = await Sql.open();
  const parts = [
    ...select(data, 'NULL::VARCHAR AS reason', 'repeat_index = 0'),
    ...select(
      refused,
      `CASE WHEN stage = 'verify' AND action = 'reject' THEN reason END AS reason`,
      `reason IS DISTINCT FROM 'superseded'`,
    ),
  ];
  const rows = await sql.rows(`${documentsSql(parts.join(' UNION ALL '))} ${countsSql}`);
  return z.array(countSchema).parse(rows);
}

function select(files: readonly string[], reason: string, where: string): readonly string[] {
  if (files.length === 0) return [];
  return [
    `SELECT source, lang, stratum, pool, token_count, metadata, verdicts, ${reason}
     FROM read_parquet([${files.join(', ')}], union_by_name = true) WHERE ${where}`,
  ];
}

/** One row per judged document with the list of rules it fails; the reason is one of them. */
function documentsSql(rows: string): string {
  return `WITH documents AS (
    SELECT coalesce(source, 'unknown') AS source,
           coalesce(lang, verdicts->>'$.verify.language', 'unknown') AS language,
           coalesce(stratum, metadata->>'$.labels.stratum', source, 'unknown') AS stratum,
           coalesce(pool = 'anchor', false) AS is_attested,
           coalesce(token_count, 0)::DOUBLE AS tokens, reason,
           list_distinct(list_append(coalesce((verdicts->'$.verify.failed')::VARCHAR[], []), reason)) AS rules
    FROM (${rows}) WHERE (verdicts->'$.verify.failed') IS NOT NULL),
  classes AS (
    SELECT d.dimension, d.value, documents.*
    FROM documents, LATERAL (VALUES ('all', NULL), ('source', source), ('language', language), ('stratum', stratum))
      AS d(dimension, value)),
  judged AS (SELECT dimension, value, count(*) AS judged FROM classes GROUP BY ALL),
  failing AS (SELECT unnest(rules) AS rule, * EXCLUDE (rules) FROM classes)`;
}

const countsSql = `
  SELECT rule, failing.dimension, failing.value, any_value(judged)::DOUBLE AS judged, count(*)::DOUBLE AS failed,
         count(*) FILTER (reason = rule)::DOUBLE AS refused, count(*) FILTER (is_attested)::DOUBLE AS attested,
         coalesce(sum(tokens) FILTER (reason = rule), 0)::DOUBLE AS "refusedTokens"
  FROM failing JOIN judged ON failing.dimension = judged.dimension AND failing.value IS NOT DISTINCT FROM judged.value
  WHERE rule IS NOT NULL
  GROUP BY ALL
  ORDER BY failing.dimension, refused DESC, failed DESC, rule, failing.value`;
