import assert from 'node:assert/strict';
import { cp, mkdtemp, open, readFile, rename, rm, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { readShard, shardWriters } from '@ballast/shard';

import type { DataRow, ShardWriters } from '@ballast/shard';
import type { Routed } from '@ballast/stage';
import { audit } from './audit.ts';
import type { AuditReport } from './audit.ts';
import { decodeCommit } from './actions.ts';
import type { Consumed } from './consumed.ts';
import { findDocument } from './explain.ts';
import { sha256Of, versionKey } from './log.ts';
import { refusedSink } from './refused-sink.ts';
import { tableSink } from './sink.ts';
import { tableSummary } from './summary.ts';
import { consumed, group, kept, rejected, tooLong } from './table.fixture.ts';
import type { Sample } from './table.fixture.ts';

const directory = await mkdtemp(join(tmpdir(), 'ballast-audit-'));
const writers = shardWriters();
after(async () => {
  await writers[Symbol.asyncDispose]();
  await rm(directory, { recursive: true });
});

const rejectedSample: Sample = { offset: 412, read: 0, pool: 'presumed', p: 0.02 };

/** Two commits of kept documents, one deferred and one rejected document: everything holds. */
async function build(root: string, writers: ShardWriters): Promise<void> {
  const sink = await tableSink({ root, writers });
  const unit = group(0, 400, { pool: 'presumed', p: 0.05, eps: 0.01 });
  const second = group(400, 402, {}, { unit: 0, group: 1 });
  const repeated = kept({ offset: 402 }, [
    { unit: 0, group: 1, row: 2 },
    { unit: 0, group: 2, row: 0 },
  ]);
  await sink.write([...unit, ...second, repeated]);
  await sink.commit(consumed('documents.human/0', 0, 402));
  const tail = Array.from({ length: 8 }, (_, row) =>
    kept({ offset: 403 + row }, [{ unit: 0, group: 0, row }], false),
  );
  await sink.write([...tail, tooLong({ offset: 411, read: 0, pool: 'uncertain', p: 0.4 })]);
  const human = consumed('documents.human/0', 403, 410);
  const waiting = consumed('documents.p50/0', 0, 0);
  await sink.commit({
    offsets: { ...human.offsets, ...waiting.offsets },
    marks: { ...human.marks, ...waiting.marks },
    ledger: { flow: { waiting: 1, inFlight: 0 } },
  });
  await (await refusedSink({ root, writers })).write([rejected(rejectedSample)]);
}

const rules = (report: AuditReport) => report.breaches.map(({ promise, rule }) => `${promise} ${rule}`);
const shardOf = async (root: string, version: number): Promise<string> => {
  const commit = decodeCommit(await readFile(join(root, versionKey('data', version))), 'test');
  return join(root, 'data', commit.shards[0]?.path ?? '');
};

const flow = (waiting: number): Consumed => ({
  ...consumed('documents.human/0', 0, 9),
  ledger: { flow: { waiting: { documents: waiting, tokens: 0 } } },
});

describe('the audit', () => {
  let sound = '';
  before(async () => {
    sound = await mkdtemp(join(directory, 'sound-'));
    await build(sound, writers);
  });

  const copy = async (): Promise<string> => {
    const root = await mkdtemp(join(directory, 'copy-'));
    await cp(sound, root, { recursive: true });
    return root;
  };

  test('holds for a sound table, with figures that DuckDB counted', async () => {
    const report = await audit(sound);
    assert.deepEqual(report.breaches, []);
    assert.ok(report.holds);
    assert.deepEqual(report.figures, {
      keptDocuments: 411,
      keptRows: 412,
      refusedDocuments: 2,
      units: 1,
      unjudgedDocuments: 8,
      shards: 4,
      commits: 4,
    });
    const cumulative = report.scopes.find(({ scope }) => scope === 'cumulative');
    // 400 documents of 10 tokens at p .05 and eps .01 among 4,030 judged tokens.
    assert.ok(Math.abs((cumulative?.share ?? 0) - 200 / 4030) < 1e-12);
    assert.ok(
      Math.abs((cumulative?.upper ?? 0) - (200 + 40 + 2.33 * Math.sqrt(400 * 100 * 0.05 * 0.95)) / 4030) <
        1e-12,
    );
  });

  test('finds the same in a table that the other Parquet library wrote', async () => {
    const root = await mkdtemp(join(directory, 'other-'));
    await using others = shardWriters('parquetjs-lite');
    await build(root, others);
    const { holds, figures, scopes } = await audit(root);
    const expected = await audit(sound);
    assert.ok(holds);
    assert.deepEqual(figures, expected.figures);
    // A shard's name carries its hash, and the codecs differ.
    const unnamed = (all: typeof scopes) => all.map((scope) => ({ ...scope, name: '' }));
    assert.deepEqual(unnamed(scopes), unnamed(expected.scopes));
  });

  test('takes a directory by its name, pattern characters included', async () => {
    const root = join(await mkdtemp(join(directory, 'odd-')), "it's [a] *table?");
    await cp(sound, root, { recursive: true });
    assert.deepEqual((await audit(root)).breaches, []);
    assert.equal((await findDocument(root, 'doc-0-402')).length, 2);
  });

  test('holds for an empty table', async () => {
    const root = await mkdtemp(join(directory, 'empty-'));
    await tableSink({ root, writers });
    assert.deepEqual((await audit(root)).breaches, []);
  });

  test('cannot be run where there is no table', async () => {
    await assert.rejects(audit(directory), { code: 'BALLAST_TABLE_NOT_A_TABLE', exit: 66 });
  });

  test('finds a flipped byte', async () => {
    const root = await copy();
    const path = await shardOf(root, 1);
    const handle = await open(path, 'r+');
    const { buffer } = await handle.read(new Uint8Array(1), 0, 1, 100);
    await handle.write(new Uint8Array([buffer[0] === 0 ? 1 : 0]), 0, 1, 100);
    await handle.close();
    const report = await audit(root);
    assert.ok(rules(report).includes('1 every shard is unchanged'));
  });

  test('finds a deleted shard', async () => {
    const root = await copy();
    await unlink(await shardOf(root, 2));
    assert.ok(rules(await audit(root)).includes('1 every human document is still there'));
  });

  test('finds swapped commits', async () => {
    const root = await copy();
    const [one, two] = [join(root, versionKey('data', 1)), join(root, versionKey('data', 2))];
    await rename(one, `${one}.tmp`);
    await rename(two, one);
    await rename(`${one}.tmp`, two);
    const found = rules(await audit(root));
    assert.ok(found.includes('4 commits follow each other'));
    assert.ok(found.includes('4 offsets follow each other'));
  });

  test('finds a commit of another writer', async () => {
    const root = await copy();
    await writeFile(
      join(root, versionKey('data', 3)),
      '{"commitInfo":{"operation":"OPTIMIZE","txnId":"x"}}\n{"remove":{"path":"y"}}\n',
    );
    const found = rules(await audit(root));
    assert.ok(found.includes('4 every commit is Ballast’s own'));
    assert.ok(found.includes('1 nothing is removed'));
  });

  // A forger who also mends hashes, sizes and the hash chain is still found by recounting.
  for (const [damage, change, expected] of [
    [
      'a forged p',
      (rows) => rows.with(0, { ...rows[0]!, p_synthetic: 0.4 }),
      '4 the rows are those that were committed',
    ],
    ['a duplicated row', (rows) => rows.with(1, rows[0]!), '4 no document is written twice'],
    ['a removed human document', (rows) => rows.slice(1), '1 every human document is still there'],
    [
      'a forged origin',
      (rows) => rows.with(0, { ...rows[0]!, origin: 'synthetic' }),
      '1 every human document is still there',
    ],
    [
      'text smuggled in without a unit',
      (rows) => rows.map((row) => ({ ...row, lane: 'p90', unit: null })),
      '2 what is too small to judge is human-lane text',
    ],
    [
      'copies in one row group',
      (rows) => rows.map((row) => ({ ...row, position_offset: 0n, repeat_index: 0 })),
      '3 copies lie in distinct row groups',
    ],
    [
      'an unrecorded fifth copy',
      (rows) => rows.with(0, { ...rows[0]!, repeat_index: 4 }),
      '3 a document has at most four copies',
    ],
  ] as readonly [string, (rows: readonly DataRow[]) => readonly DataRow[], string][]) {
    test(`finds ${damage}, hashes mended`, async () => {
      const root = await copy();
      await forge(root, change);
      const report = await audit(root);
      assert.ok(!rules(report).includes('1 every shard is unchanged'), 'the forger mended the hashes');
      assert.ok(rules(report).includes(expected), rules(report).join('\n'));
    });
  }

  /** What a faulty mixer would commit: consistent in itself, so only the recount of the bound sees it. */
  for (const [fault, rows, expected] of [
    [
      'a unit above the unverified cap',
      group(0, 400, { pool: 'uncertain', p: 0.4 }),
      '2 every judged unit is within the cap',
    ],
    [
      'verified text above the total cap',
      group(0, 400, { pool: 'uncertain', p: 0.4, verified: true }),
      '2 every judged unit is within the cap',
    ],
    [
      'a unit too small to claim a bound',
      group(0, 100, { pool: 'presumed', p: 0.01 }),
      '2 every judged unit is large enough for the bound',
    ],
    [
      'a calibration error that breaks the cap',
      group(0, 400, { pool: 'presumed', p: 0.05, eps: 0.2 }),
      '2 every judged unit is within the cap',
    ],
    [
      'a unit that is no run of row groups',
      [
        ...group(0, 400, { pool: 'presumed', p: 0.01 }, { unit: 0, group: 0 }),
        ...group(400, 800, { pool: 'presumed', p: 0.01 }, { unit: 1, group: 1 }),
        ...group(800, 1200, { pool: 'presumed', p: 0.01 }, { unit: 0, group: 2 }),
      ],
      '2 a unit is a run of consecutive row groups',
    ],
    [
      'too many repeated tokens',
      [
        ...group(0, 10),
        kept(
          { offset: 10, tokens: 100 },
          [0, 1].map((each) => ({ unit: 0, group: each, row: each === 0 ? 10 : 0 })),
        ),
      ],
      '3 repeated tokens of a shard are bounded',
    ],
  ] as readonly [string, readonly Routed[], string][]) {
    test(`finds ${fault}`, async () => {
      const root = await mkdtemp(join(directory, 'fault-'));
      await commitAll(root, rows, consumed('documents.human/0', 0, rows.length - 1));
      assert.ok(rules(await audit(root)).includes(expected), JSON.stringify((await audit(root)).breaches));
    });
  }

  test('verified text may go up to the total cap', async () => {
    const root = await mkdtemp(join(directory, 'verified-'));
    const rows = group(0, 400, { pool: 'uncertain', p: 0.25, verified: true });
    await commitAll(root, rows, consumed('documents.checked/0', 0, 399));
    // F .25 + 2.33·√(.25·.75/400) = .3004: above .30 by the bound, below it by the point estimate.
    assert.ok(rules(await audit(root)).includes('2 every judged unit is within the cap'));
    const lower = await mkdtemp(join(directory, 'verified-'));
    await commitAll(
      lower,
      group(0, 400, { pool: 'uncertain', p: 0.24, verified: true }),
      consumed('documents.checked/0', 0, 399),
    );
    assert.deepEqual(rules(await audit(lower)), []);
  });

  test('finds documents that are neither in the table nor said to wait', async () => {
    const root = await mkdtemp(join(directory, 'lost-'));
    const rows = [...group(0, 5), kept({ offset: 9 }, [{ unit: 0, group: 0, row: 5 }])];
    await commitAll(root, rows, flow(3));
    assert.deepEqual(rules(await audit(root)), ['4 no document is lost']);
    const tail = await mkdtemp(join(directory, 'lost-'));
    await commitAll(tail, rows, { ...flow(4), ledger: { flow: { in: 12, waiting: 4, inFlight: 1 } } });
    assert.deepEqual(rules(await audit(tail)), ['4 what was ingested adds up']);
    const explained = await mkdtemp(join(directory, 'waits-'));
    await commitAll(explained, rows, flow(4));
    assert.deepEqual(rules(await audit(explained)), []);
  });

  test('finds an attested document that was rejected', async () => {
    const root = await mkdtemp(join(directory, 'anchor-'));
    await tableSink({ root, writers });
    await (await refusedSink({ root, writers })).write([rejected({ offset: 0 })]);
    assert.deepEqual(rules(await audit(root)), ['1 an attested document is never rejected']);
  });

  test('explain finds every row of a document, kept or refused, by id or position', async () => {
    const copies = await findDocument(sound, 'doc-0-402');
    assert.deepEqual(
      copies.map(({ kind, repeat_index }) => [kind, repeat_index]),
      [
        ['data', 0],
        ['data', 1],
      ],
    );
    assert.match(copies[0]?.shard ?? '', /^data\/g00000\/p000-o0{12}-[0-9a-f]{12}\.parquet$/);
    assert.equal(copies[0]?.verdicts.detect?.action, 'keep');
    const [refused] = await findDocument(sound, 'documents.raw/0/412');
    assert.deepEqual(
      [refused?.kind, refused?.action, refused?.reason],
      ['refused', 'reject', 'too_few_words'],
    );
    assert.deepEqual(await findDocument(sound, "nobody's"), []);
  });

  test('the summary equals what the audit recounts', async () => {
    const summary = await tableSummary(sound);
    assert.equal(summary.kept.origin.human.documents, 411);
    assert.equal(summary.kept.lane['human']?.copies, 1);
    assert.equal(summary.refused.refused['defer: too_long_for_bound']?.documents, 1);
    const cumulative = (await audit(sound)).scopes.find(({ scope }) => scope === 'cumulative');
    assert.ok(Math.abs(summary.shares.cumulative.total.upper - (cumulative?.upper ?? 0)) < 1e-9);
    assert.deepEqual(summary.lastCommit.ledger, { flow: { waiting: 1, inFlight: 0 } });
  });
});

async function commitAll(root: string, rows: readonly Routed[], range: Consumed): Promise<void> {
  const sink = await tableSink({ root, writers });
  await sink.write(rows);
  assert.equal((await sink.commit(range)).outcome, 'committed');
}

/** Rewrites the second commit's shard with other rows, then size, rows, hash, and the chain. */
async function forge(root: string, change: (rows: readonly DataRow[]) => readonly DataRow[]): Promise<void> {
  const path = await shardOf(root, 2);
  const rows: DataRow[] = [];
  for await (const row of readShard(path, 'data')) rows.push(row);
  await unlink(path);
  const writer = await writers.open({ kind: 'data', directory: dirname(path) });
  await writer.writeGroup(change(rows));
  const shard = await writer.finish({ counts: null }, () => basename(path));
  const log = join(root, versionKey('data', 2));
  const text = await readFile(log, 'utf8');
  const [old] = decodeCommit(Buffer.from(text), 'test').shards;
  assert.ok(old !== undefined);
  await unlink(log);
  await writeFile(
    log,
    text
      .replace(old.sha256, shard.sha256)
      .replace(`"size":${old.bytes}`, `"size":${shard.bytes}`)
      .replace(`\\"numRecords\\":${old.rows}`, `\\"numRecords\\":${shard.rows}`),
  );
  assert.notEqual(sha256Of(await readFile(log)), sha256Of(Buffer.from(text)));
}
