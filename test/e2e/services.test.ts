import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { ingestRows, openTopics } from '@ballast/stage/embedded';
import { openTable } from '@ballast/table';
import { checkTable } from '../faults/check-table.ts';
import { Workplace } from './cli.ts';
import type { Ended, Started } from './cli.ts';
import { assertAddsUp, assertAudited } from './holds.ts';
import { startService } from './service.ts';
import { attested, declared, documents, inDisorder, jsonLines, writer } from './texts.ts';

const write = writer(71);
const rows = inDisorder(
  [...documents('human', 500, write, attested), ...documents('machine', 200, write, declared)],
  8,
);
const input = { lines: [], ids: rows.map(({ id }) => id), unreadable: 1 };
const main = (service: string): string =>
  new URL(`../../services/${service}/src/main.ts`, import.meta.url).pathname;

/** Puts the rows into the topics of a new table, as an ingest would; nothing is judged. */
async function ingest(place: Workplace): Promise<void> {
  place.write('in.jsonl', `${jsonLines(rows)}{"text": nope}\n`);
  place.write(
    'pipeline.yaml',
    'sources: [{ match: library-*, trust: human }]\nverify: { action: annotate }\nmixer: { rowGroupDocuments: 64, shardBytes: 65536 }\n',
  );
  const { tableId } = await openTable(place.path('table'));
  await using topics = await openTopics(place.path('table/_state'), { tableId, partitions: 4 });
  async function* lines() {
    for (const line of [...rows.map((row) => JSON.stringify(row)), '{"text": nope}'])
      yield { bytes: Buffer.from(line), terminated: true };
  }
  await ingestRows(topics, { path: place.path('in.jsonl'), trusted: ['source'], rows: lines });
}

/** Asks each service to stop, all at once; gives how each ended and after how many milliseconds. */
async function drain(services: readonly Started[]): Promise<readonly (Ended & { readonly ms: number })[]> {
  const since = performance.now();
  return await Promise.all(
    services.map(async ({ child, ended }) => {
      child.kill('SIGTERM');
      return { ...(await ended), ms: performance.now() - since };
    }),
  );
}

/** Waits until the stage is open and the service says so. */
async function untilReady(url: string): Promise<void> {
  for (let waited = 0; waited < 30_000; waited += 50) {
    if ((await fetch(`${url}/health/ready`)).status === 200) return;
    await delay(50);
  }
  assert.fail('not ready within half a minute');
}

/** Waits until the mixer has committed to `data` (while more is on its way) or to `refused` (seconds after the last). */
async function untilCommitted(place: Workplace, kind: 'data' | 'refused'): Promise<void> {
  const entry = place.path(`table/${kind}/_delta_log/00000000000000000001.json`);
  for (let waited = 0; waited < 60_000; waited += 20) {
    if (existsSync(entry)) return;
    await delay(20);
  }
  assert.fail(`nothing was committed to ${kind}/ within a minute`);
}

describe('stages as services over the embedded topics', () => {
  for (const [name, kind, start] of [
    [
      'ballast run STAGE, stopped in mid-flow',
      'data',
      (place: Workplace) => [
        startService(place, [
          'run',
          'detector+verifier',
          '--state',
          'table/_state',
          '--config',
          'pipeline.yaml',
        ]),
        startService(place, ['run', 'oversampler', '--state', 'table/_state', '--config', 'pipeline.yaml']),
        startService(place, ['run', 'mixer', '--table', 'table', '--config', 'pipeline.yaml']),
      ],
    ],
    [
      "each service's own main.ts, stopped at rest",
      'refused',
      (place: Workplace) => [
        startService(place, ['--state', 'table/_state', '--config', 'pipeline.yaml'], main('detector')),
        startService(place, ['--state', 'table/_state', '--config', 'pipeline.yaml'], main('verifier')),
        startService(place, ['--state', 'table/_state', '--config', 'pipeline.yaml'], main('oversampler')),
        startService(place, ['--table', 'table', '--config', 'pipeline.yaml'], main('mixer')),
      ],
    ],
  ] as const) {
    test(`${name}: ready, drained within 10 s of SIGTERM with exit 0, nothing lost`, async () => {
      await using place = new Workplace();
      await ingest(place);
      const services = await Promise.all(start(place));
      for (const { url } of services) {
        assert.equal((await fetch(`${url}/health/live`)).status, 200);
        await untilReady(url);
      }
      await untilCommitted(place, kind);
      const metrics = await (await fetch(`${services[0]?.url}/metrics`)).text();
      assert.match(metrics, /^ballast_\w+\{.*stage="detect.*\} [1-9]/m);
      assert.match(metrics, /^ballast_families\{calibrated="false"\} \d/m);
      for (const { status, ms, stderr } of await drain(services)) {
        assert.equal(status, 0, stderr);
        assert.ok(ms < 10_000, `drained after ${Math.round(ms)} ms`);
      }
      const drained = await checkTable(place.path('table'), input);
      assert.deepEqual([drained.lost, drained.duplicated, drained.breaches], [[], [], []]);
      assert.ok(drained.kept > 0);
      await assertAudited(place);

      // What the services left, the one command goes on with.
      const report = await place.run([
        '--input',
        'in.jsonl',
        '--table',
        'table',
        '--config',
        'pipeline.yaml',
      ]);
      assertAddsUp(report);
      assert.deepEqual([report.inputs[0]?.added, report.flow.in], [0, rows.length + 1]);
      assert.ok(report.flow.kept >= 500, 'every human document is in');
      const { lost, duplicated, unreadableOff } = await checkTable(place.path('table'), input);
      assert.deepEqual([lost, duplicated, unreadableOff], [[], [], 0]);
    });
  }
});
