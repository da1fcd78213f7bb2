import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { checkTable } from '../faults/check-table.ts';
import { Workplace } from './cli.ts';
import type { Started } from './cli.ts';
import { assertAddsUp } from './holds.ts';
import { attested, declared, documents, inDisorder, jsonLines, writer } from './texts.ts';

const write = writer(81);
const rows = inDisorder(
  [...documents('human', 2_500, write, attested), ...documents('machine', 500, write, declared)],
  9,
);
const input = { lines: [], ids: rows.map(({ id }) => id), unreadable: 0 };
const content = jsonLines(rows);
const args = ['--input', 'in.jsonl', '--table', 'table', '--config', 'pipeline.yaml', '--workers', '2'];

function prepared(): Workplace {
  const place = new Workplace();
  place.write('in.jsonl', content);
  place.write(
    'pipeline.yaml',
    'sources: [{ match: library-*, trust: human }]\ningest: [{ file: in.jsonl, trusted: [source] }]\nverify: { action: annotate }\nmixer: { rowGroupDocuments: 64, shardBytes: 65536 }\n',
  );
  return place;
}

/** Waits until the file exists, or the process has ended. */
async function until(path: string, { child }: Started): Promise<void> {
  while (!existsSync(path) && child.exitCode === null && child.signalCode === null) await delay(5);
}

async function assertWhole(place: Workplace): Promise<void> {
  const report = await place.run(args);
  assertAddsUp(report);
  assert.equal(report.flow.in, rows.length);
  const { lost, duplicated, breaches } = await checkTable(place.path('table'), input);
  assert.deepEqual({ lost, duplicated, breaches }, { lost: [], duplicated: [], breaches: [] });
}

describe('a run that is told to stop', () => {
  test('at any moment ends with 130 and no error, whether the signal goes to it or to all its processes', async () => {
    const [opened, committed] = [
      'table/_state/topics/data.mdb',
      'table/data/_delta_log/00000000000000000001.json',
    ];
    // While the input is read, while the workers load, while they judge.
    for (const [file, ms, signal, all] of [
      [opened, 0, 'SIGTERM', false],
      [opened, 250, 'SIGINT', true],
      [opened, 450, 'SIGTERM', true],
      [committed, 0, 'SIGTERM', false],
    ] as const) {
      await using place = prepared();
      const running = place.start(['run', ...args, '--quiet', '--json']);
      await until(place.path(file), running);
      await delay(ms);
      const { pid = 0 } = running.child;
      process.kill(all ? -pid : pid, signal);
      const { status, stdout, stderr } = await running.ended;
      assert.equal(status, 130, stderr);
      assert.match(stderr, /^stopping: [^\n]+\n$/);
      assert.match(stdout, /"unaccounted":0,/, 'and says where everything is');
      if (!all) await assertWhole(place);
    }
  });

  test('one stage over a file, too, and it leaves no folder behind', async () => {
    await using place = prepared();
    const running = place.start(['run', 'verifier', '--input', 'in.jsonl', '--output', 'out.ndjson'], {
      env: { TMPDIR: place.folder },
    });
    await until(place.path('out.ndjson'), running);
    running.child.kill('SIGINT');
    assert.equal((await running.ended).status, 130);
    assert.deepEqual(readdirSync(place.folder).toSorted(), ['in.jsonl', 'out.ndjson', 'pipeline.yaml']);
  });
});

describe('a worker that dies', () => {
  test('ends the run with its name, and the same command goes on where it was', async () => {
    await using place = prepared();
    const running = place.start(['run', ...args, '--quiet']);
    await until(place.path('table/data/_delta_log/00000000000000000001.json'), running);
    const { pid = 0 } = running.child;
    const [worker = ''] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
    process.kill(Number(worker), 'SIGKILL');
    const { status, stderr } = await running.ended;
    assert.deepEqual(
      [status, stderr.split('\n')[0]],
      [70, `BALLAST_CLI_WORKER_ENDED: worker ${worker} ended with SIGKILL`],
    );
    await assertWhole(place);
  });
});

describe('two runs at once on one table', () => {
  test('disturb each other, say so, and lose nothing', async () => {
    await using place = prepared();
    const first = place.start(['run', ...args, '--quiet']);
    await until(place.path('table/data/_delta_log/00000000000000000001.json'), first);
    const second = place.start(['run', ...args, '--quiet']);
    for (const { status, stderr } of [await first.ended, await second.ended]) {
      assert.ok(status === 0 || status === 75, `${status}: ${stderr}`);
      if (status === 75) assert.match(stderr, /^BALLAST_(GROUP_FENCED|MIXER_OVERTAKEN|INGEST_CONFLICT): /m);
    }
    await assertWhole(place);
  });
});
