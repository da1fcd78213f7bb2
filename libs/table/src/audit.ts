import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { readFooter } from '@ballast/shard';
import type { ShardKind } from '@ballast/shard';
import { z } from 'zod';
import type { ShardEntry } from './actions.ts';
import { countsSchema } from './counts.ts';
import { assertTable, entriesOf } from './history.ts';
import { sha256Of } from './log.ts';
import { Sql, runAuditSql } from './sql.ts';
import { localStore } from './store.ts';

const breachSchema = z.object({
  /** Which of the four promises of the design is broken. */
  promise: z.union([z.literal(1), z.literal(2), z.literal(3), z.literal(4)]),
  /** The rule, as a sentence that should be true. */
  rule: z.string(),
  /** Shard, unit, version or document. */
  place: z.string().nullable(),
  /** What was found instead. */
  found: z.string().nullable(),
});

/** One breach of a promise. */
export type Breach = z.infer<typeof breachSchema>;

const scopeSchema = z.object({
  scope: z.enum(['shard', 'generation', 'cumulative']),
  name: z.string(),
  documents: z.coerce.number(),
  tokens: z.number(),
  share: z.number().nullable(),
  upper: z.number(),
  share_unverified: z.number().nullable(),
  upper_unverified: z.number(),
});

/** Share and bound of one scope over its judged units, recounted from the rows. */
export type ScopeShare = z.infer<typeof scopeSchema>;

const stratumSchema = z.object({
  stratum: z.string(),
  /** Share of human tokens wanted and there, repeats included. */
  target: z.number(),
  share: z.number(),
  documents: z.number(),
  tokens: z.number(),
  /** True: too little text of this stratum arrived, or its repeats are used up. */
  limited: z.boolean(),
});

/** How a stratum of the reference stands. */
export type StratumShare = z.infer<typeof stratumSchema>;

/** What an audit found. */
export interface AuditReport {
  readonly root: string;
  /** True when there is no breach. */
  readonly holds: boolean;
  readonly breaches: readonly Breach[];
  /** What is no breach but worth knowing. */
  readonly notes: readonly string[];
  readonly scopes: readonly ScopeShare[];
  /** Strata of the reference, shortest of their target first; empty without a reference (promise 3). */
  readonly strata: readonly StratumShare[];
  readonly figures: {
    readonly keptDocuments: number;
    readonly keptRows: number;
    readonly refusedDocuments: number;
    readonly units: number;
    /** Documents in row groups too small to bound: human lane only. */
    readonly unjudgedDocuments: number;
    readonly shards: number;
    readonly commits: number;
  };
}

/**
 * Re-derives promises 1 to 4 from `data/` and `refused/` alone: hashes, hash chain and footers
 * here, everything else by the shipped SQL. Rejects with exit 66 when there is no table.
 */
export async function audit(root: string): Promise<AuditReport> {
  const base = resolve(root);
  await assertTable(base);
  const objects = new Objects(base);
  await objects.check('data');
  await objects.check('refused');
  await using sql = await Sql.open();
  const breaches = [...objects.breaches];
  try {
    const rows = await runAuditSql(sql, base, objects.damaged);
    breaches.push(...z.array(breachSchema).parse(rows));
  } catch (error) {
    const found = error instanceof Error ? error.message : String(error);
    breaches.push({ promise: 4, rule: 'the table can be read', place: base, found });
    return report(base, breaches, objects, [], {});
  }
  breaches.push(...(await compareFooters(sql, objects)));
  const scopes = z.array(scopeSchema).parse(await sql.rows('FROM scopes ORDER BY ALL'));
  const [figures = {}] = await sql.rows(figuresQuery);
  const strata = z.array(stratumSchema).parse(await sql.rows(strataQuery));
  return report(base, breaches, objects, scopes, figures, await flowNotes(sql), strata);
}

/** A stratum short of its target by more than a hundredth of it is limited by its data. */
const strataQuery = `SELECT stratum, target, share, documents::DOUBLE AS documents, tokens::DOUBLE AS tokens,
  share < 0.99 * target AS limited FROM strata ORDER BY share / target, stratum`;

const figuresQuery = `SELECT
  (SELECT count(*) FROM kept WHERE repeat_index = 0)::DOUBLE AS kept_documents,
  (SELECT count(*) FROM kept)::DOUBLE AS kept_rows,
  (SELECT count(*) FROM refused)::DOUBLE AS refused_documents,
  (SELECT count(*) FROM units)::DOUBLE AS units,
  (SELECT count(*) FROM kept WHERE unit IS NULL AND repeat_index = 0)::DOUBLE AS unjudged_documents,
  (SELECT count(DISTINCT file) FROM adds)::DOUBLE AS shards,
  (SELECT count(*) FROM commits WHERE version > 0)::DOUBLE AS commits`;

function report(
  root: string,
  breaches: readonly Breach[],
  objects: Objects,
  scopes: readonly ScopeShare[],
  figures: { readonly [name: string]: unknown },
  notes: readonly string[] = [],
  strata: readonly StratumShare[] = [],
): AuditReport {
  const figure = (name: string): number => Number(figures[name] ?? 0);
  return {
    root,
    holds: breaches.length === 0,
    breaches,
    notes: [...objects.notes, ...notes],
    scopes,
    strata,
    figures: {
      keptDocuments: figure('kept_documents'),
      keptRows: figure('kept_rows'),
      refusedDocuments: figure('refused_documents'),
      units: figure('units'),
      unjudgedDocuments: figure('unjudged_documents'),
      shards: figure('shards'),
      commits: figure('commits'),
    },
  };
}

/** Hashes of the log and of the shards (level L1). */
class Objects {
  readonly breaches: Breach[] = [];
  readonly notes: string[] = [];
  /** Absolute paths of shards that are missing or differ from what was committed. */
  readonly damaged: string[] = [];
  /** Absolute paths of shards that are what was committed. */
  readonly intact: string[] = [];
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  async check(kind: ShardKind): Promise<void> {
    const known = new Set<string>();
    let before: string | null = null;
    for await (const { version, bytes, commit, why } of entriesOf(localStore(this.#root), kind)) {
      const place = `${kind} version ${version}`;
      if (commit === undefined) this.#breach(4, 'every commit is Ballast’s own', place, why ?? 'unreadable');
      else if (commit.facts.prevCommitSha256 !== before) {
        this.#breach(4, 'commits follow each other', place, 'the hash of the commit before it differs');
      }
      before = sha256Of(bytes);
      for (const shard of commit?.shards ?? []) {
        known.add(shard.path);
        await this.#checkShard(kind, shard);
      }
    }
    await this.#noteOrphans(kind, known);
  }

  async #checkShard(kind: ShardKind, { path, bytes, sha256 }: ShardEntry): Promise<void> {
    const file = join(this.#root, kind, path);
    const found = await fingerprint(file);
    if (found?.sha256 === sha256 && found.bytes === bytes) {
      this.intact.push(file);
      return;
    }
    this.damaged.push(file);
    // A lost or changed shard takes documents with it, human ones first of all.
    const what = found === undefined ? 'the shard is missing' : 'the bytes are not those that were committed';
    this.#breach(1, 'every shard is unchanged', file, what);
  }

  async #noteOrphans(kind: ShardKind, known: ReadonlySet<string>): Promise<void> {
    const names = await readdir(join(this.#root, kind), { recursive: true }).catch(() => []);
    const orphans = names.filter(
      (name) => name.endsWith('.parquet') && !known.has(name) && !name.startsWith('_'),
    );
    if (orphans.length === 0) return;
    this.notes.push(
      `${orphans.length} shards in ${kind}/ belong to no commit (left by a crash, in no reader's view): ${orphans.slice(0, 3).join(', ')}`,
    );
  }

  #breach(promise: Breach['promise'], rule: string, place: string, found: string): void {
    this.breaches.push({ promise, rule, place, found });
  }
}

async function fingerprint(file: string): Promise<{ sha256: string; bytes: number } | undefined> {
  try {
    const { size } = await stat(file);
    const hash = createHash('sha256');
    for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) hash.update(chunk);
    return { sha256: hash.digest('hex'), bytes: size };
  } catch {
    return undefined;
  }
}

const ledgerSchema = z.object({ counts: countsSchema });
const recountSchema = z.object({ file: z.string(), rows: z.number(), human: z.number(), tokens: z.number() });

/** The ledger in each footer against the rows of its file. */
async function compareFooters(sql: Sql, { intact }: Objects): Promise<Breach[]> {
  const rows = await sql.rows(`
    SELECT file, count(*)::DOUBLE AS rows,
           count(*) FILTER (repeat_index = 0 AND origin = 'human')::DOUBLE AS human,
           coalesce(sum(t) FILTER (repeat_index = 0), 0)::DOUBLE AS tokens
    FROM (SELECT file, repeat_index, origin, t FROM kept UNION ALL SELECT file, repeat_index, origin, t FROM refused)
    GROUP BY file`);
  const counted = new Map(
    z
      .array(recountSchema)
      .parse(rows)
      .map((each) => [each.file, each]),
  );
  const breaches: Breach[] = [];
  for (const file of intact) {
    const { ledger } = await readFooter(file);
    const parsed = ledgerSchema.safeParse(JSON.parse(ledger ?? 'null'));
    const found = counted.get(file);
    const origins = parsed.data === undefined ? [] : Object.values(parsed.data.counts.origin);
    const tokens = origins.reduce((sum, tally) => sum + tally.tokens, 0);
    const agrees =
      parsed.success &&
      found !== undefined &&
      parsed.data.counts.rows === found.rows &&
      parsed.data.counts.origin.human.documents === found.human &&
      tokens === found.tokens;
    if (!agrees) {
      breaches.push({
        promise: 4,
        rule: 'a footer states what its shard holds',
        place: file,
        found: 'the ledger differs from the rows',
      });
    }
  }
  return breaches;
}

/** Without a statement of flow nothing can be said about documents between topic and table. */
async function flowNotes(sql: Sql): Promise<readonly string[]> {
  const [counts] = await sql.rows(
    `SELECT (SELECT coalesce(sum(documents), 0) FROM missing)::DOUBLE AS missing, (SELECT count(*) FROM flow)::DOUBLE AS stated`,
  );
  const missing = Number(counts?.['missing'] ?? 0);
  if (missing === 0 || Number(counts?.['stated'] ?? 0) > 0) return [];
  return [
    `${missing} documents below the greatest position are not in the table yet; no commit says how many wait`,
  ];
}
