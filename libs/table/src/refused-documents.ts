import { resolve } from 'node:path';
import { parsePosition } from '@ballast/document';
import type { Position } from '@ballast/document';
import { z } from 'zod';
import { assertTable, entriesOf } from './history.ts';
import { Sql, literal } from './sql.ts';
import { localStore } from './store.ts';

/** Which refused documents are asked for; lists of alternatives, empty or absent for all. */
export interface RefusedFilter {
  readonly actions?: readonly string[];
  readonly reasons?: readonly string[];
  readonly sources?: readonly string[];
  readonly strata?: readonly string[];
  readonly ids?: readonly string[];
  /** Positions of one topic and partition, both ends inclusive. */
  readonly from?: Position | undefined;
  readonly to?: Position | undefined;
  /** When they were refused, milliseconds since the epoch, both ends inclusive. */
  readonly since?: number | undefined;
  readonly until?: number | undefined;
  /** Newest version of the log that counts; default all. */
  readonly version?: number | undefined;
}

const rowSchema = z.object({
  position: z.string(),
  root: z.string(),
  id: z.string().nullable(),
  source: z.string().nullable(),
  stratum: z.string().nullable(),
  stage: z.string().nullable(),
  action: z.string(),
  reason: z.string().nullable(),
  tokens: z.number(),
  refused_at: z.number(),
  times: z.number(),
  config: z.string(),
});

/** A document in `refused/`: the record of a dead letter, its bytes apart. */
export interface RefusedDocument {
  readonly position: Position;
  /** Position of the document it is a replayed copy of; its own when it is none. */
  readonly root: Position;
  readonly id: string | null;
  readonly source: string | null;
  readonly stratum: string | null;
  readonly stage: string | null;
  readonly action: string;
  readonly reason: string | null;
  readonly tokens: number;
  /** When it was committed to `refused/`, milliseconds since the epoch. */
  readonly refusedAt: number;
  /** How often documents of the same root were refused for this reason so far, this one included. */
  readonly times: number;
  /** SHA-256 of the configuration under which it was written. */
  readonly configSha256: string;
}

/** Rows handed out at once. */
const pageRows = 5_000;

/**
 * The refused documents of a table that match, in pages, by ingest position. Copies that were superseded
 * are left out: another copy of them is kept. Rejects with exit 66 when there is no table.
 */
export async function* refusedDocuments(
  root: string,
  filter: RefusedFilter = {},
): AsyncGenerator<readonly RefusedDocument[]> {
  const base = resolve(root);
  await assertTable(base);
  const shards = await refusedShards(base);
  if (shards.length === 0) return;
  await using sql = await Sql.open();
  const list = (values: readonly string[]): string => values.join(', ');
  await sql.rows(
    `CREATE TEMP TABLE shards AS FROM (VALUES ${list(
      shards.map(
        ({ file, version, at, config }) => `(${literal(file)}, ${version}, ${at}, ${literal(config)})`,
      ),
    )}) AS t(file, version, refused_at, config)`,
  );
  const files = list(shards.map(({ file }) => literal(file.replaceAll(/[*?[]/g, '[$&]'))));
  await sql.rows(`
    CREATE TEMP TABLE wanted AS
    WITH documents AS (
      SELECT position_topic || '/' || position_partition || '/' || position_offset AS position,
             coalesce(replay_of, position) AS root, id, source, stratum, stage, action, reason,
             coalesce(token_count, 0)::DOUBLE AS tokens, version, refused_at::DOUBLE AS refused_at, config,
             position_topic, position_partition, position_offset,
             count(*) OVER (PARTITION BY coalesce(replay_of, position), action, reason)::DOUBLE AS times
      FROM read_parquet([${files}], filename = true, union_by_name = true) JOIN shards ON filename = file)
    SELECT position, root, id, source, stratum, stage, action, reason, tokens, refused_at, times, config
    FROM documents WHERE ${conditions(filter).join(' AND ')}
    ORDER BY position_topic, position_partition, position_offset`);
  for (let start = 0; ; start += pageRows) {
    const page = await sql.rows(`FROM wanted WHERE rowid >= ${start} AND rowid < ${start + pageRows}`);
    if (page.length === 0) return;
    yield page.map(documentOf);
  }
}

/** Conditions of a filter, at least one. */
function conditions(filter: RefusedFilter): readonly string[] {
  const { actions, reasons, sources, strata, ids, from, to, since, until, version } = filter;
  const among = (column: string, values: readonly string[] = []): readonly string[] =>
    values.length === 0 ? [] : [`${column} IN (${values.map(literal).join(', ')})`];
  const bound = (place: Position | undefined, sign: '>=' | '<='): readonly string[] =>
    place === undefined
      ? []
      : [
          `position_topic = ${literal(place.topic)} AND position_partition = ${place.partition} AND position_offset ${sign} ${place.offset}`,
        ];
  const limit = (column: string, sign: '>=' | '<=', value: number | undefined): readonly string[] =>
    value === undefined ? [] : [`${column} ${sign} ${value}`];
  return [
    `reason IS DISTINCT FROM 'superseded'`,
    ...among('action', actions),
    ...among('reason', reasons),
    ...among('source', sources),
    ...among('stratum', strata),
    ...among('id', ids),
    ...bound(from, '>='),
    ...bound(to, '<='),
    ...limit('refused_at', '>=', since),
    ...limit('refused_at', '<=', until),
    ...limit('version', '<=', version),
  ];
}

interface RefusedShard {
  readonly file: string;
  readonly version: number;
  /** Time of the commit, milliseconds since the epoch. */
  readonly at: number;
  readonly config: string;
}

async function refusedShards(root: string): Promise<readonly RefusedShard[]> {
  const shards: RefusedShard[] = [];
  for await (const { version, commit } of entriesOf(localStore(root), 'refused')) {
    for (const { path } of commit?.shards ?? [])
      shards.push({
        file: `${root}/refused/${path}`,
        version,
        at: commit?.timestamp ?? 0,
        config: commit?.facts.configSha256 ?? '',
      });
  }
  return shards;
}

function documentOf(raw: unknown): RefusedDocument {
  const { position, root, refused_at, config, ...row } = rowSchema.parse(raw);
  return {
    ...row,
    position: parsePosition(position),
    root: parsePosition(root),
    refusedAt: refused_at,
    configSha256: config,
  };
}
