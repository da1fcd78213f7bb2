import { BallastError } from '@ballast/stage';
import type { Json } from '@ballast/stage';
import { z } from 'zod';
import { countsSchema } from './counts.ts';
import { tableErrors } from './errors.ts';

const decimal = z.string().regex(/^-?\d{1,19}$/);
const marksSchema = z.record(z.string(), decimal);

/** Limits that were in force when rows were admitted; the audit holds the rows against them. */
export const limitsSchema = z.object({
  unverified: z.number(),
  total: z.number(),
  /** Largest share of repeated tokens in a shard. */
  repeatedTokens: z.number(),
});

/** Limits that were in force when rows were admitted. */
export type Limits = z.infer<typeof limitsSchema>;

/** Ballast's own object in `commitInfo`: what no Delta field has room for. */
export const commitFactsSchema = z.object({
  format: z.literal(1),
  kind: z.enum(['data', 'refused']),
  tableId: z.string(),
  generation: z.number(),
  limits: limitsSchema,
  configSha256: z.string(),
  /** SHA-256 of the bytes of the commit before, hexadecimal; null in version 0. */
  prevCommitSha256: z.string().nullable(),
  /** Consumed ranges, both ends inclusive, and the high-water marks after them. */
  offsets: z.record(z.string(), z.object({ from: decimal, to: decimal, marks: marksSchema })),
  counts: countsSchema,
  /** Counts of all commits up to and with this one. */
  totals: countsSchema,
  /** In `refused/`: lane `topic/partition/offset` of documents the mixer refused: deferred or superseded. */
  deferredFromLanes: z.array(z.string()),
  /** In `data/`: `ROOT SHA256` of every replayed copy placed here; its other copies end superseded (protocol P15). */
  keptCopies: z.array(z.string().regex(/^\S+ [0-9a-f]{64}$/)),
  ledger: z.json(),
});

/** Ballast's own object in `commitInfo`. */
export type CommitFacts = z.infer<typeof commitFactsSchema>;

const addSchema = z.object({
  path: z.string(),
  size: z.number(),
  stats: z.string(),
  tags: z.record(z.string(), z.string()),
});

/** A shard as a commit names it. */
export interface ShardEntry {
  /** Relative to the table's root, only `[A-Za-z0-9._/-]`. */
  readonly path: string;
  readonly bytes: number;
  readonly rows: number;
  readonly sha256: string;
}

/** Tag of an `add` that holds the shard's hash. */
const sha256Tag = 'ballast.sha256';

/** One commit as read from the log. */
export interface Commit {
  readonly txnId: string;
  /** Milliseconds since the epoch, the writer's clock. */
  readonly timestamp: number;
  readonly facts: CommitFacts;
  readonly shards: readonly ShardEntry[];
}

/** What a commit is written from. */
export interface CommitPlan {
  readonly txnId: string;
  readonly timestamp: number;
  readonly version: number;
  readonly facts: CommitFacts;
  readonly shards: readonly ShardEntry[];
  /** Cluster that the offsets belong to; default the table's own id. */
  readonly clusterId?: string | undefined;
}

const engineInfo = 'Ballast/0.1.0';

/** Bytes of a commit after version 0: commitInfo, one `txn` per consumed partition, one `add` per shard. */
export function encodeCommit(plan: CommitPlan): Uint8Array {
  const { facts, timestamp, clusterId = facts.tableId } = plan;
  const info = commitInfo(plan, 'WRITE', { mode: 'Append', partitionBy: '[]' });
  const txns = Object.entries(facts.offsets)
    .filter(([, { from, to }]) => BigInt(to) >= BigInt(from))
    .map(([partition, { to }]) => ({
      txn: { appId: `ballast/${clusterId}/${partition}`, version: exact(to), lastUpdated: timestamp },
    }));
  const adds = plan.shards.map((shard) => ({
    add: {
      path: shard.path,
      partitionValues: {},
      size: shard.bytes,
      modificationTime: timestamp,
      dataChange: true,
      // No bounds: stats on some columns make one reader lose rows on all the others.
      stats: JSON.stringify({ numRecords: shard.rows }),
      tags: { [sha256Tag]: shard.sha256, ...tagsOf(facts) },
    },
  }));
  return lines([info, ...txns, ...adds]);
}

/** Bytes of version 0: commitInfo, protocol 1/2, and the metadata of an append-only table. */
export function encodeCreation(plan: CommitPlan, schemaString: string): Uint8Array {
  const { facts, timestamp } = plan;
  return lines([
    commitInfo(plan, 'CREATE TABLE', {}),
    { protocol: { minReaderVersion: 1, minWriterVersion: 2 } },
    {
      metaData: {
        id: facts.tableId,
        name: `ballast ${facts.kind}`,
        format: { provider: 'parquet', options: {} },
        schemaString,
        partitionColumns: [],
        configuration: {
          'delta.appendOnly': 'true',
          'delta.logRetentionDuration': 'interval 36500 days',
          'delta.enableExpiredLogCleanup': 'false',
          'delta.parquet.compression.codec': 'zstd',
        },
        createdTime: timestamp,
      },
    },
  ]);
}

function commitInfo(
  { txnId, timestamp, version, facts }: CommitPlan,
  operation: string,
  parameters: Json,
): Json {
  return {
    commitInfo: {
      timestamp,
      operation,
      operationParameters: parameters,
      isBlindAppend: true,
      ...(version === 0 ? {} : { readVersion: version - 1 }),
      engineInfo,
      txnId,
      ballast: facts,
    },
  };
}

function tagsOf({ counts, generation }: CommitFacts): { readonly [tag: string]: string } {
  const tags: { [tag: string]: string } = { 'ballast.generation': String(generation) };
  for (const [origin, tally] of Object.entries(counts.origin)) {
    tags[`ballast.${origin}.docs`] = String(tally.documents);
    tags[`ballast.${origin}.tokens`] = String(tally.tokens);
  }
  return tags;
}

/** Delta's txn version is a JSON number. */
function exact(offset: string): number {
  const version = Number(offset);
  if (!Number.isSafeInteger(version)) {
    throw new RangeError(`encodeCommit: offset ${offset} is beyond 2^53, which JSON numbers cannot hold`);
  }
  return version;
}

function lines(actions: readonly Json[]): Uint8Array {
  return new TextEncoder().encode(`${actions.map((action) => JSON.stringify(action)).join('\n')}\n`);
}

const lineSchema = z.looseObject({
  commitInfo: z
    .looseObject({
      txnId: z.string().optional(),
      timestamp: z.number().optional(),
      ballast: z.unknown().optional(),
    })
    .optional(),
  add: z.unknown().optional(),
  remove: z.unknown().optional(),
});

/**
 * Reads a commit of Ballast's own. Throws a BallastError (exit 65) for a commit without our object,
 * one that removes data, or one that cannot be read.
 */
export function decodeCommit(bytes: Uint8Array, name: string): Commit {
  const actions = parseLines(bytes, name);
  const info = actions.find(({ commitInfo }) => commitInfo !== undefined)?.commitInfo;
  if (info?.ballast === undefined || info.txnId === undefined) {
    throw new BallastError(
      tableErrors.foreign,
      `${name} was not written by Ballast: it has no ballast object`,
    );
  }
  if (actions.some(({ remove }) => remove !== undefined)) {
    throw new BallastError(tableErrors.foreign, `${name} removes a shard from an append-only table`);
  }
  const facts = commitFactsSchema.safeParse(info.ballast);
  if (!facts.success) {
    throw new BallastError(tableErrors.damaged, `${name}: ${z.prettifyError(facts.error)}`);
  }
  const shards = actions.flatMap(({ add }) => (add === undefined ? [] : [shardOf(add, name)]));
  return { txnId: info.txnId, timestamp: info.timestamp ?? 0, facts: facts.data, shards };
}

function parseLines(bytes: Uint8Array, name: string): z.infer<typeof lineSchema>[] {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return text
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map((line) => lineSchema.parse(JSON.parse(line)));
  } catch (error) {
    throw new BallastError(tableErrors.damaged, `${name} is no Delta commit`, { cause: error });
  }
}

function shardOf(add: unknown, name: string): ShardEntry {
  const parsed = addSchema.safeParse(add);
  const sha256 = parsed.data?.tags[sha256Tag];
  if (parsed.data === undefined || sha256 === undefined) {
    throw new BallastError(tableErrors.foreign, `${name} adds a shard that Ballast did not write`);
  }
  const { path, size, stats } = parsed.data;
  const { numRecords } = z.object({ numRecords: z.number() }).parse(JSON.parse(stats));
  return { path, bytes: size, rows: numRecords, sha256 };
}
