import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { pipelineSchema } from '@ballast/document';
import type { Pool, VerifyVerdict } from '@ballast/document';
import type { Record, Stage } from '@ballast/stage';
import { z } from 'zod';
import { readBenchmarks } from './dedup/benchmarks.ts';
import type { Benchmarks } from './dedup/benchmarks.ts';
import { memoryIndex } from './dedup/first-seen.ts';
import type { FirstSeenIndex } from './dedup/first-seen.ts';
import { openLmdbIndex } from './dedup/lmdb.ts';
import { record as recordOf } from './record.fixture.ts';
import { verify } from './verify.ts';

const folder = await mkdtemp(join(tmpdir(), 'ballast-verify-dedup-'));
after(() => rm(folder, { recursive: true, force: true }));
const live = new AbortController().signal;
const input = { topic: 'documents.detected', partition: 0 };

const record = (offset: number, text: string, pool: Pool = 'uncertain'): Record =>
  recordOf(offset, { text, pool, band: pool === 'uncertain' ? 'p50' : 'p10' });

interface Settings {
  readonly near?: 'off' | 'record' | 'reject';
  readonly exact?: 'reject' | 'off';
  readonly index?: FirstSeenIndex;
  readonly benchmarks?: Benchmarks;
}

async function stage({
  near = 'off',
  exact = 'reject',
  index,
  benchmarks,
}: Settings): Promise<Stage<VerifyVerdict>> {
  return verify({
    pipeline: pipelineSchema.parse({
      verify: { action: 'annotate', code: 'off', dedup: { exact, near: { action: near } } },
    }).verify,
    trustOf: () => new Set(),
    index: index ?? (await memoryIndex({ table: 't' })),
    sandbox: undefined,
    benchmarks,
  });
}

async function judged(settings: Settings, ...records: readonly Record[]): Promise<readonly unknown[]> {
  const verdicts = await (await stage(settings)).process(records, live);
  return verdicts.map((verdict) =>
    'preset' in verdict
      ? [verdict.reason, verdict.duplicateOf ?? verdict.nearDuplicateOf ?? verdict.contaminatedBy ?? '']
      : [verdict.reason],
  );
}

const report =
  'The committee met on Tuesday to go over the plans for the new bridge across the river at Harlow. ' +
  'Engineers from both towns spoke for an hour about the width of the lanes and the height of the rails, ' +
  'and most of the people in the hall agreed that the old crossing could not be mended once more.';
const edited = report.replace('The committee', 'A committee').replace('once more', 'again');

describe('near-duplicates', () => {
  test('are none of the verifier’s business by default', async () => {
    assert.deepEqual(await judged({}, record(0, report), record(1, edited)), [
      ['ok', ''],
      ['ok', ''],
    ]);
  });

  test('are refused, or kept and named, as the settings say', async () => {
    const both = [record(0, report), record(1, edited)];
    assert.deepEqual(await judged({ near: 'reject' }, ...both), [
      ['ok', ''],
      ['near_duplicate', 'documents.raw/0/0'],
    ]);
    assert.deepEqual(await judged({ near: 'record' }, ...both), [
      ['ok', ''],
      ['ok', 'documents.raw/0/0'],
    ]);
  });

  test('an attested human text stays, the machine’s paraphrase that came first notwithstanding', async () => {
    const records = [
      record(0, edited),
      record(1, report, 'anchor'),
      record(2, `${report} It rained.`, 'anchor'),
    ];
    assert.deepEqual(await judged({ near: 'reject' }, ...records), [
      ['ok', ''],
      ['ok', ''],
      ['ok', 'documents.raw/0/1'],
    ]);
  });

  test('texts that differ in numbers alone are near-duplicates: why this is off by default', async () => {
    const row = (value: number): string =>
      `The meter in the cellar of the north house read ${value} at noon today.`;
    assert.deepEqual(await judged({ near: 'reject' }, record(0, row(31)), record(1, row(4_711))), [
      ['ok', ''],
      ['near_duplicate', 'documents.raw/0/0'],
    ]);
  });

  test('exact duplicates may be left in', async () => {
    assert.deepEqual(await judged({ exact: 'off' }, record(0, report), record(1, report)), [
      ['ok', ''],
      ['ok', ''],
    ]);
  });
});

test('a document that quotes a benchmark is refused by its name; an attested human one is kept and says so', async () => {
  const file = join(folder, 'quiz.txt');
  await writeFile(file, report);
  const benchmarks = await readBenchmarks([file]);
  const quoting = `As the paper put it: ${report.slice(0, 120)}, and so on.`;
  assert.deepEqual(
    await judged(
      { benchmarks },
      record(0, quoting),
      record(1, `${quoting} Yes.`, 'anchor'),
      record(2, 'The hall was full.'),
    ),
    [
      ['contaminated', 'quiz'],
      ['ok', 'quiz'],
      ['ok', ''],
    ],
  );
});

const snapshotSchema = z.object({ index: z.string(), judged: z.record(z.string(), z.string()) });

describe('the index behind a checkpoint', () => {
  test('is named in it, and going on with another one is refused before anything is judged', async () => {
    const first = await openLmdbIndex(join(folder, 'first'), { table: 't' });
    const before = await stage({ index: first });
    await before.process([record(0, report)], live);
    const snapshot = snapshotSchema.parse(before.state?.snapshot(input));
    await first.close();
    const second = await openLmdbIndex(join(folder, 'second'), { table: 't' });
    const lost = await stage({ index: second });
    lost.state?.restore(input, snapshot);
    await assert.rejects(lost.process([record(1, report)], live), { code: 'BALLAST_VERIFY_INDEX_LOST' });
    assert.deepEqual(await second.recall([record(1, report).position]), [undefined]);
    await second.close();
    const again = await openLmdbIndex(join(folder, 'first'), { table: 't' });
    const found = await stage({ index: again });
    found.state?.restore(input, snapshot);
    const [verdict] = await found.process([record(1, report)], live);
    assert.equal(verdict?.reason, 'exact_duplicate');
    await again.close();
  });
});
