import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { ownBroker } from '../broker/shared.ts';
import { Workplace } from './cli.ts';
import { pageOf } from './page-address.ts';
import { attested, declared, documents, jsonLines, writer } from './texts.ts';

const amount = z.object({ documents: z.number(), tokens: z.number().optional() });
const snapshotSchema = z.object({
  verdict: z.object({ state: z.string(), sentences: z.array(z.string()) }),
  notices: z.array(z.string()),
  flow: z.object({
    in: amount.optional(),
    kept: amount,
    rejected: amount,
    deferred: amount,
    dead: amount,
    waiting: amount.optional(),
    inFlight: amount.optional(),
  }),
  refusals: z.array(z.object({ action: z.string(), reason: z.string(), documents: z.number() })),
  commits: z.array(z.object({ version: z.number(), upper: z.number().optional() })),
  stages: z
    .array(
      z.object({
        stage: z.string(),
        reads: z.string(),
        documents: z.number(),
        seconds: z.number().optional(),
        note: z.string(),
      }),
    )
    .optional(),
  canaries: z.object({
    families: z.array(
      z.object({
        family: z.string(),
        human: z.number(),
        synthetic: z.number(),
        waiting: z.number(),
        steps: z.array(z.looseObject({ releases: z.number() })),
      }),
    ),
  }),
});
const statusSchema = z.object({
  families: z.array(
    z.object({
      family: z.string(),
      canaries: z.object({ human: z.number(), synthetic: z.number() }),
      outlook: z.object({ waiting: z.number(), steps: z.array(z.looseObject({ releases: z.number() })) }),
    }),
  ),
});

type Snapshot = z.infer<typeof snapshotSchema>;

const config = `
sources: [{ match: library-*, trust: human }]
ingest: [{ file: in.jsonl, trusted: [source] }]
verify: { action: annotate, code: 'off' }
mixer: { rowGroupDocuments: 64, shardBytes: 65536 }
`;

/** `ballast dashboard --json` with these flags. */
async function numbers(place: Workplace, ...flags: readonly string[]): Promise<Snapshot> {
  const { status, stdout, stderr } = await place.ballast(['dashboard', '--json', ...flags]);
  assert.equal(status, 0, stderr);
  return snapshotSchema.parse(JSON.parse(stdout));
}

async function until(
  what: string,
  take: () => Promise<Snapshot>,
  holds: (snapshot: Snapshot) => boolean,
): Promise<Snapshot> {
  const end = performance.now() + 60_000;
  for (;;) {
    const snapshot = await take();
    if (holds(snapshot)) return snapshot;
    assert.ok(performance.now() < end, `waited 60 s for ${what}: ${JSON.stringify(snapshot.notices)}`);
    await delay(250);
  }
}

describe('ballast dashboard over a table and its embedded topics', () => {
  test('its numbers are those of the run, its canaries those of canaries status', async () => {
    await using place = new Workplace();
    const write = writer(5);
    const rows = [
      ...documents('human', 400, write, attested),
      ...documents('machine', 40, write, declared),
      ...documents('open', 80, write, { source: 'forum' }),
    ];
    place.write('in.jsonl', `${jsonLines(rows)}{"text": nope}\n`);
    place.write('pipeline.yaml', config);
    const over = ['--table', 'table', '--config', 'pipeline.yaml'];
    const { flow, refusals } = await place.run(['--input', 'in.jsonl', ...over]);
    const [shown, status] = await Promise.all([
      numbers(place, ...over),
      place.ballast(['canaries', 'status', '--json', ...over]),
    ]);
    for (const way of ['in', 'kept', 'rejected', 'deferred', 'dead', 'waiting', 'inFlight'] as const)
      assert.equal(shown.flow[way]?.documents, flow[way], way);
    assert.deepEqual(
      Object.fromEntries(
        shown.refusals.map(({ action, reason, documents }) => [`${action}: ${reason}`, documents]),
      ),
      Object.fromEntries(Object.entries(refusals).map(([reason, sum]) => [reason, sum.documents])),
    );
    assert.deepEqual([shown.verdict.state, shown.notices], ['holds', []]);
    assert.ok(shown.commits.length > 0);
    const { families } = statusSchema.parse(JSON.parse(status.stdout));
    assert.deepEqual(
      shown.canaries.families,
      families
        .map(({ family, canaries, outlook }) => ({
          family,
          ...canaries,
          waiting: outlook.waiting,
          steps: outlook.steps.map(({ human, synthetic, releases }) => ({ human, synthetic, releases })),
        }))
        .toSorted((a, b) => b.waiting - a.waiting),
    );
    assert.ok(families.some(({ family, outlook }) => family === 'forum' && outlook.waiting > 0));
  });

  test('where there is nothing yet it says what to do, and makes nothing', async () => {
    await using place = new Workplace();
    const shown = await numbers(place, '--table', 'nowhere');
    assert.deepEqual(shown.verdict.sentences, ['There is no table here yet: start the mixer.']);
    assert.match(shown.notices.join(' '), /no topics to look at.*--brokers/);
    assert.equal(shown.flow.in, undefined);
    const { status, stderr } = await place.ballast(['audit', 'nowhere']);
    assert.equal(status, 66, stderr);
  });
});

describe('ballast dashboard over brokers', () => {
  test('shows what nobody has read, says when no broker answers, and goes on when one does', async () => {
    await using broker = await ownBroker();
    await using place = new Workplace();
    const over = ['--brokers', broker.bootstrap];
    const run = async (...args: readonly string[]): Promise<string> => {
      const { status, stdout, stderr } = await place.ballast([...args, ...over]);
      assert.equal(status, 0, stderr);
      return stdout;
    };
    await run('topics', 'create', '--partitions', '2');
    place.write('in.jsonl', jsonLines(documents('human', 40, writer(3), attested)));
    await run('produce', '--input', 'in.jsonl', '--state', 'produce');

    const started = place.start(['dashboard', '--table', 'table', ...over]);
    const url = await pageOf(started);
    const look = async (): Promise<Snapshot> =>
      snapshotSchema.parse(await (await fetch(`${url}api/snapshot`)).json());
    const before = await until('the brokers', look, ({ stages }) => stages !== undefined);
    const [detector] = before.stages ?? [];
    assert.deepEqual([detector?.stage, detector?.documents, detector?.note], ['detector', 40, 'never read']);
    assert.ok((detector?.seconds ?? 0) > 0);
    assert.deepEqual(
      [before.flow.in?.documents, before.flow.inFlight?.documents, before.flow.waiting?.documents],
      [40, 40, 0],
    );

    await broker.kill(0);
    const away = await until('the page to miss the broker', look, ({ notices }) => notices.length > 0);
    assert.match(away.notices.join(' '), /no broker answers at 127\.0\.0\.1:\d+.*goes on trying/);
    assert.equal(away.flow.in?.documents, 40, 'the last numbers stay');
    await broker.restart(0);
    await until('the page to find the broker again', look, ({ notices }) => notices.length === 0);

    started.child.kill('SIGTERM');
    const { status, stderr } = await started.ended;
    assert.equal(status, 0, stderr);
  });
});
