import assert from 'node:assert/strict';
import { appendFileSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { after, describe, test } from 'node:test';
import { z } from 'zod';
import { checkTable } from '../faults/check-table.ts';
import { Workplace } from './cli.ts';
import { assertAddsUp, assertAudited, assertBounded } from './holds.ts';
import { readKeptIds, readStored } from './stored.ts';
import type { StoredRow } from './stored.ts';
import { attested, checkedDocuments, declared, documents, inDisorder, jsonLines, writer } from './texts.ts';

const write = writer(1);
const humans = documents('human', 700, write, attested);
// Each copy is the text of one human document under another id.
const copies = humans.slice(0, 20).map((original, index) => ({ ...original, id: `copy-${index}` }));
const machine = documents('machine', 400, write, declared);
const undeclared = documents('open', 60, write, { source: 'forum' });
const checks = checkedDocuments(16);
const broken = ['{"text": nope}', '', '{"id":"no-text"}'];
const readable = [...humans, ...copies, ...machine, ...undeclared, ...checks.map(({ line }) => line)];
const content = jsonLines(inDisorder([...readable, ...broken], 2));
const input = { lines: [], ids: readable.map(({ id }) => id), unreadable: broken.length };

const place = new Workplace();
after(() => place[Symbol.asyncDispose]());
place.write('mixed.jsonl', content);
place.write(
  'pipeline.yaml',
  `sources:
  - { match: library-*, trust: human, licence: CC0-1.0 }
ingest:
  - { file: mixed.jsonl, trusted: [source, check] }
verify: { action: annotate }
mixer: { rowGroupDocuments: 64, shardBytes: 65536 }
`,
);
const args = ['--input', 'mixed.jsonl', '--table', 'table', '--config', 'pipeline.yaml'];

/** What stands of a document in the table. */
function byId(rows: readonly StoredRow[]): ReadonlyMap<string, StoredRow> {
  return new Map(rows.map((row) => [row.id, row]));
}

describe('a run over a mixed file', () => {
  test('accounts for every row, within both caps, and the audit agrees', async () => {
    const report = await place.run(args);
    assertAddsUp(report);
    assertBounded(report);
    assert.equal(report.flow.in, readable.length + broken.length);
    assert.equal(report.inputs[0]?.added, readable.length + broken.length);
    assert.equal(report.judged, readable.length + broken.length);
    assert.deepEqual(
      Object.fromEntries(Object.entries(report.refusals).map(([reason, { documents: n }]) => [reason, n])),
      {
        'dead: empty_value': 1,
        'dead: missing_text': 1,
        'dead: not_json': 1,
        'reject: check_failed': 8,
        'reject: exact_duplicate': 20,
      },
    );
    assert.ok(report.flow.waiting > 0, 'more machine text arrives than the caps admit');
    assert.deepEqual(Object.keys(report.waiting.strata).toSorted(), ['assistant', 'forum']);

    const audited = z
      .object({
        schemaVersion: z.literal(1),
        holds: z.literal(true),
        figures: z.record(z.string(), z.number()),
      })
      .parse(JSON.parse(await assertAudited(place)));
    assert.equal(audited.figures['keptDocuments'], report.flow.kept, 'DuckDB counts the same rows');
    assert.equal(audited.figures['refusedDocuments'], report.flow.rejected + report.flow.dead);
    assert.ok((audited.figures['units'] ?? 0) > 0);
  });

  test('keeps every attested text, folds its copies, and lets right checks pass and wrong ones not', async () => {
    const rows = await readStored(place.path('table'));
    const stored = byId(rows);
    const keptTexts = rows.filter(({ action }) => action === 'keep').map(({ text }) => text);
    assert.equal(new Set(keptTexts).size, keptTexts.length, 'no text is in the table twice');
    const missing = new Set(humans.map(({ text }) => text)).difference(new Set(keptTexts));
    assert.deepEqual([...missing], []);
    for (const { id } of humans.slice(20)) assert.equal(stored.get(id)?.pool, 'anchor');
    for (const {
      line: { id },
      right,
    } of checks) {
      const row = stored.get(id);
      if (!right) assert.equal(row?.reason, 'check_failed', id);
      else if (row !== undefined) assert.equal(row.verify, id.startsWith('sum') ? 'math' : 'code_tests', id);
    }
    assert.ok(checks.some(({ line, right }) => right && stored.get(line.id)?.lane === 'checked'));
  });

  test('explain tells the path of a kept, a refused and a waiting document, and knows no other', async () => {
    const kept = await place.ballast(['explain', 'table', 'human-30']);
    assert.match(kept.stdout, /^human-30: kept in data\/\S+\.parquet, row \d+.*lane human/);
    assert.match(kept.stdout, /attested|source_list/);
    const refused = await place.ballast(['explain', 'table', 'sum-1']);
    assert.match(refused.stdout, /^sum-1: reject: check_failed, in refused\//);
    assert.match(refused.stdout, /math check: fail/);

    const held = await readKeptIds(place.path('table'));
    const waiting = machine.find(({ id }) => !held.has(id))?.id ?? '';
    const waits = await place.ballast(['explain', 'table', waiting]);
    assert.match(waits.stdout, new RegExp(`^${waiting}: not in the table yet, in documents\\.synthetic`));
    assert.deepEqual([kept.status, refused.status, waits.status], [0, 0, 0]);

    const unknown = await place.ballast(['explain', 'table', 'no-such-id']);
    assert.deepEqual([unknown.status, unknown.stdout], [66, '']);
    assert.match(unknown.stderr, /BALLAST_CLI_UNKNOWN_DOCUMENT/);
  });

  test('explain --json gives rows with all verdicts, and errors as JSON on standard error', async () => {
    const schema = z.strictObject({
      schemaVersion: z.literal(1),
      id: z.string(),
      rows: z.array(
        z.object({
          kind: z.enum(['data', 'refused']),
          shard: z.string(),
          row: z.number(),
          verdicts: z.object({ detect: z.object({ p: z.number() }) }),
        }),
      ),
      waiting: z.array(
        z.object({
          topic: z.string(),
          position: z.string(),
          verdicts: z.object({ detect: z.object({ pool: z.string() }) }),
        }),
      ),
    });
    const { stdout } = await place.ballast(['explain', 'table', 'human-30', '--json']);
    const { rows, waiting } = schema.parse(JSON.parse(stdout));
    assert.deepEqual([rows.length, waiting.length], [1, 0]);
    const failed = await place.ballast(['explain', 'table', 'no-such-id', '--json']);
    const { error } = z
      .object({ error: z.object({ code: z.string(), exit: z.number(), fix: z.string() }) })
      .parse(JSON.parse(failed.stderr));
    assert.deepEqual([error.code, error.exit, failed.status], ['BALLAST_CLI_UNKNOWN_DOCUMENT', 66, 66]);
  });

  test('nothing of it is lost or there twice', async () => {
    const { lost, duplicated, unreadableOff, breaches } = await checkTable(place.path('table'), input);
    assert.deepEqual(
      { lost, duplicated, unreadableOff, breaches },
      { lost: [], duplicated: [], unreadableOff: 0, breaches: [] },
    );
  });
});

describe('the same table again', () => {
  test('with the same file: nothing new, nothing lost', async () => {
    const before = await readKeptIds(place.path('table'));
    const report = await place.run(args);
    assertAddsUp(report);
    assert.deepEqual(
      [report.inputs[0]?.added, report.judged, report.flow.in],
      [0, 0, readable.length + broken.length],
    );
    assert.deepEqual(before.difference(await readKeptIds(place.path('table'))), new Set());
  });

  test('with rows appended: only those are read', async () => {
    appendFileSync(place.path('mixed.jsonl'), jsonLines(documents('appended', 8, write, attested)));
    const report = await place.run(args);
    assertAddsUp(report);
    assert.deepEqual([report.inputs[0]?.added, report.judged], [8, 8]);
    const kept = await readKeptIds(place.path('table'));
    assert.ok(Array.from({ length: 8 }, (_, index) => `appended-${index}`).every((id) => kept.has(id)));
  });

  test('with the file renamed: it is read again, and every text it brings is folded', async () => {
    const before = await readKeptIds(place.path('table'));
    renameSync(place.path('mixed.jsonl'), place.path('renamed.jsonl'));
    const report = await place.run([
      '--input',
      'renamed.jsonl',
      '--table',
      'table',
      '--config',
      'pipeline.yaml',
    ]);
    assertAddsUp(report);
    assert.equal(report.inputs[0]?.added, readable.length + broken.length + 8);
    assert.equal(report.flow.dead, 2 * broken.length);
    const rows = await readStored(place.path('table'));
    // An undeclared text may be judged human enough for a stronger lane by now, and then enters beside itself (P11).
    const settled = rows.filter(({ action, source }) => action === 'keep' && source !== 'forum');
    assert.equal(
      new Set(settled.map(({ text }) => text)).size,
      settled.length,
      'no text is in the table twice',
    );
    assert.deepEqual(before.difference(new Set(rows.map(({ id }) => id))), new Set());
  });

  test('with a row inserted on top: a new epoch is read whole, and only the new text enters', async () => {
    const path = place.path('renamed.jsonl');
    const before = await readKeptIds(place.path('table'));
    const inserted = documents('inserted', 1, write, attested);
    writeFileSync(path, `${jsonLines(inserted)}${readFileSync(path, 'utf8')}`);
    place.write('again.yaml', readFileSync(place.path('pipeline.yaml'), 'utf8').replace('mixed', 'renamed'));
    // Another core count than at the first run: the partitions stay.
    const report = await place.run([
      '--input',
      './renamed.jsonl',
      '--table',
      'table',
      '--config',
      'again.yaml',
      '--workers',
      '1',
    ]);
    assertAddsUp(report);
    assert.equal(report.inputs[0]?.added, readable.length + broken.length + 9);
    assert.equal(report.flow.dead, 3 * broken.length);
    const kept = await readKeptIds(place.path('table'));
    assert.ok(kept.has('inserted-0'), 'a trusted file is trusted under every spelling of its path');
    assert.deepEqual(before.difference(kept), new Set());
    await assertAudited(place);
  });
});

describe('another number of workers', () => {
  test('on a table of its own: the same documents are kept, refused and waiting', async () => {
    await using other = new Workplace();
    const [few, many] = [
      documents('human', 300, writer(5), attested),
      documents('machine', 40, writer(6), declared),
    ];
    other.write('in.jsonl', jsonLines(inDisorder([...few, ...few.slice(0, 10), ...many], 3)));
    other.write(
      'pipeline.yaml',
      'sources: [{ match: library-*, trust: human }]\ningest: [{ file: in.jsonl, trusted: [source] }]\nverify: { action: annotate }\nmixer: { rowGroupDocuments: 64 }\n',
    );
    const tables = ['1', '3'];
    for (const workers of tables)
      assertAddsUp(
        await other.run([
          '--input',
          'in.jsonl',
          '--table',
          workers,
          '--workers',
          workers,
          '--config',
          'pipeline.yaml',
        ]),
      );
    const contents = await Promise.all(
      tables.map(async (table) =>
        (await readStored(other.path(table)))
          .map(({ id, action, reason }) => `${id} ${action} ${reason}`)
          .toSorted(),
      ),
    );
    assert.equal(contents[0]?.length, 350);
    assert.deepEqual(contents[1], contents[0]);
  });
});
