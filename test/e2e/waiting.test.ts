import assert from 'node:assert/strict';
import { existsSync, globSync, rmSync } from 'node:fs';
import { describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { checkTable } from '../faults/check-table.ts';
import { Workplace } from './cli.ts';
import type { Started } from './cli.ts';
import { assertAddsUp, assertAudited, assertBounded } from './holds.ts';
import { readKeptIds } from './stored.ts';
import { attested, declared, documents, inDisorder, jsonLines, writer } from './texts.ts';

const config = `sources: [{ match: library-*, trust: human }]
ingest:
  - { file: first.jsonl, trusted: [source] }
  - { file: second.jsonl, trusted: [source] }
verify: { action: annotate }
mixer: { rowGroupDocuments: 64, shardBytes: 65536 }
`;
const base = ['--table', 'table', '--config', 'pipeline.yaml'];

function idsOf(rows: readonly { readonly id: string }[]): ReadonlySet<string> {
  return new Set(rows.map(({ id }) => id));
}

describe('documents that wait at the cap', () => {
  test('enter on a later run that brings attested human text, when the file they came in is gone', async () => {
    await using place = new Workplace();
    place.write('pipeline.yaml', config);
    const write = writer(11);
    const [few, machine] = [
      documents('human', 150, write, attested),
      documents('machine', 200, write, declared),
    ];
    place.write('first.jsonl', jsonLines(inDisorder([...few, ...machine], 4)));
    const first = await place.run(['--input', 'first.jsonl', ...base]);
    assertAddsUp(first);
    assertBounded(first);
    assert.ok(first.flow.waiting >= 150, 'a fifth of the tokens of 150 humans is not much');
    assert.deepEqual(Object.keys(first.waiting.lanes), ['synthetic']);

    rmSync(place.path('first.jsonl'));
    const many = documents('more', 1_200, write, attested);
    place.write('second.jsonl', jsonLines(many));
    const second = await place.run(['--input', 'second.jsonl', ...base]);
    assertAddsUp(second);
    assertBounded(second);
    assert.equal(second.flow.in, 350 + 1_200);
    assert.equal(second.flow.waiting, 0);
    const kept = await readKeptIds(place.path('table'));
    assert.deepEqual(idsOf([...few, ...machine, ...many]).difference(kept), new Set());
    await assertAudited(place);
  });

  test('survive SIGKILL of every process in mid-run, twice, and the missing file is named', async () => {
    await using place = new Workplace();
    place.write('pipeline.yaml', config);
    const write = writer(12);
    const rows = inDisorder(
      [...documents('human', 1_200, write, attested), ...documents('machine', 800, write, declared)],
      5,
    );
    place.write('first.jsonl', jsonLines(rows));
    const args = ['run', '--input', 'first.jsonl', ...base, '--quiet'];
    for (const moment of [1, 3]) {
      const running = place.start(args);
      await untilCommits(place, moment, running);
      running.killGroup();
      assert.equal((await running.ended).signal, 'SIGKILL', 'it was still running');
    }
    rmSync(place.path('first.jsonl'));
    place.write('second.jsonl', jsonLines(documents('more', 2_500, write, attested)));
    const report = await place.run(['--input', 'first.jsonl', 'second.jsonl', ...base], { status: 66 });
    assertAddsUp(report);
    assert.equal(report.inputs[0]?.error?.code, 'BALLAST_INPUT_MISSING');
    assert.deepEqual(report.inputs[1]?.error, undefined);
    assert.equal(report.flow.waiting, 0);
    const ids = [...idsOf(rows)];
    const { lost, duplicated, breaches } = await checkTable(place.path('table'), {
      lines: [],
      ids,
      unreadable: 0,
    });
    // The kill came after a commit, when the whole file was in the topics or only part of it.
    const read = report.flow.in - 2_500;
    assert.equal(lost.length, rows.length - read, 'whatever was read is there');
    assert.deepEqual({ duplicated, breaches }, { duplicated: [], breaches: [] });
  });
});

/** Waits until the table has so many commits with data. */
async function untilCommits(place: Workplace, commits: number, { child }: Started): Promise<void> {
  const log = place.path('table/data/_delta_log');
  while (child.exitCode === null && (!existsSync(log) || globSync('*.json', { cwd: log }).length <= commits))
    await delay(5);
}
