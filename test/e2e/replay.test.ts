import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { z } from 'zod';
import { Workplace } from './cli.ts';
import { assertAddsUp, assertAudited } from './holds.ts';
import { readStored } from './stored.ts';
import { attested, declared, documents, jsonLines, writer } from './texts.ts';

/** What the library publishes is attested; what is stray is, where `trusted` says so. */
const configOf = (action: 'enforce' | 'annotate', trusted = false): string => `
mixer: { rowGroupDocuments: 64, shardBytes: 65536 }
verify: { action: ${action} }
sources: [{ match: library-*, trust: human }${trusted ? ', { match: stray, trust: human }' : ''}]
ingest: [{ file: in.jsonl, trusted: [source] }]
`;
const enforce = configOf('enforce');
const input = ['--workers', '1', '--input', 'in.jsonl', '--table', 'table', '--config'] as const;

const reportSchema = z.object({
  replay: z.string().nullable(),
  documents: z.number(),
  tokens: z.number(),
  reasons: z.record(z.string(), z.number()),
  excluded: z.object({ kept: z.number(), later: z.number(), repeated: z.number(), unreadable: z.number() }),
  sent: z.number(),
  sentBefore: z.number(),
  missing: z.number(),
  finished: z.boolean(),
});

/** `ballast replay … --json`, after asserting that it ended well. */
async function replay(place: Workplace, ...args: readonly string[]): Promise<z.infer<typeof reportSchema>> {
  const { status, stdout, stderr } = await place.ballast([
    'replay',
    '--table',
    'table',
    '--json',
    '--quiet',
    ...args,
  ]);
  assert.equal(status, 0, stderr);
  return reportSchema.parse(JSON.parse(stdout));
}

/** Rows of the document with this id: where each copy went. */
async function copiesOf(place: Workplace, id: string): Promise<readonly string[]> {
  const rows = await readStored(place.path('table'));
  return rows
    .filter((row) => row.id === id)
    .toSorted((a, b) => a.offset - b.offset)
    .map(({ action, reason }) => (action === 'keep' ? 'keep' : `${action}: ${reason}`));
}

/** Ten attested documents, and ten of an unknown source that the quality rules refuse: too few words. */
function poor(): ReturnType<typeof documents> {
  const write = writer(21);
  return [
    ...documents('good', 10, write, attested),
    ...documents('poor', 10, () => `${write().split(' ').slice(0, 12).join(' ')}.`, { source: 'stray' }),
  ];
}

describe('a document refused by quality, after the rules were changed', () => {
  test('is replayed into data/ once, and the audit holds', async () => {
    await using place = new Workplace();
    place.write('enforce.yaml', enforce);
    place.write('annotate.yaml', configOf('annotate', true));
    place.write('in.jsonl', jsonLines(poor()));
    const first = await place.run([...input, 'enforce.yaml']);
    assert.equal(first.flow.rejected, 10, JSON.stringify(first.refusals));

    const dry = await replay(place, '--action', 'reject');
    assert.deepEqual([dry.replay, dry.documents, dry.sent], [null, 10, 0]);
    assert.ok(dry.tokens > 100);
    assert.deepEqual(
      globSync('*', { cwd: place.path('table/ballast/replays') }),
      [],
      'counting records nothing',
    );

    const done = await replay(place, '--action', 'reject', '--yes', '--why', 'rules changed');
    assert.deepEqual([done.documents, done.sent, done.finished], [10, 10, true]);
    const again = await replay(place, '--action', 'reject', '--yes');
    assert.deepEqual(
      [again.replay, again.sent, again.excluded.later],
      [null, 0, 10],
      'they are on their way',
    );

    const second = await place.run([...input, 'annotate.yaml']);
    assertAddsUp(second);
    assert.equal(second.flow.in, 30);
    assert.deepEqual(second.inputs[0]?.added, 0);
    assert.equal(second.flow.kept, 20);
    for (let index = 0; index < 10; index += 1) {
      const [root, copy, ...more] = await copiesOf(place, `poor-${index}`);
      assert.match(root ?? '', /^reject: /);
      assert.deepEqual([copy, more], ['keep', []]);
    }
    await assertAudited(place);
    const third = await replay(place, '--action', 'reject');
    assert.deepEqual([third.documents, third.excluded.kept], [0, 10]);

    const [plan, end] = globSync('*.json', { cwd: place.path('table/ballast/replays') })
      .toSorted((a, b) => b.length - a.length)
      .map((name): unknown => JSON.parse(readFileSync(place.path(`table/ballast/replays/${name}`), 'utf8')))
      .toReversed();
    const record = z.looseObject({ id: z.string(), why: z.string(), by: z.string() }).parse(plan);
    assert.equal(record.why, 'rules changed');
    assert.equal(z.looseObject({ documents: z.number() }).parse(end).documents, 10);

    const { stdout } = await place.ballast(['explain', 'table', 'poor-0']);
    assert.match(stdout, /reject: [\s\S]*replayed[\s\S]*kept in/);
  });

  test('grown input and replays share a topic: new rows are read once, and nothing twice', async () => {
    await using place = new Workplace();
    place.write('enforce.yaml', enforce);
    place.write('in.jsonl', jsonLines(poor()));
    await place.run([...input, 'enforce.yaml']);
    assert.equal((await replay(place, '--id', 'poor-3', '--yes')).sent, 1);
    place.write('in.jsonl', jsonLines([...poor(), ...documents('late', 9, writer(22), attested)]));
    const report = await place.run([...input, 'enforce.yaml']);
    assertAddsUp(report);
    assert.deepEqual([report.inputs[0]?.added, report.flow.in], [9, 20 + 1 + 9]);
    assert.equal((await copiesOf(place, 'poor-3')).length, 2);
    await assertAudited(place);
  });

  test('comes back for the same reason: after three times it is left where it is, unless forced', async () => {
    await using place = new Workplace();
    place.write('enforce.yaml', enforce);
    place.write('in.jsonl', jsonLines(poor()));
    await place.run([...input, 'enforce.yaml']);
    for (const expected of [1, 1, 0]) {
      const { sent, excluded } = await replay(place, '--id', 'poor-0', '--yes');
      assert.deepEqual([sent, excluded.repeated], [expected, 1 - expected]);
      if (sent > 0) await place.run([...input, 'enforce.yaml']);
    }
    assert.equal((await replay(place, '--id', 'poor-0', '--force')).documents, 1);
    assert.equal((await replay(place, '--id', 'poor-0', '--times', '4')).documents, 1);
  });

  test('a replay that was killed goes on, and sends nothing twice', async () => {
    await using place = new Workplace();
    place.write('enforce.yaml', enforce);
    place.write('in.jsonl', jsonLines(poor()));
    await place.run([...input, 'enforce.yaml']);
    // One document at a time; the process dies right after the fourth.
    const killed = await place.ballast(
      ['replay', '--table', 'table', '--yes', '--quiet', '--rate', '4', '--action', 'reject'],
      { env: { BALLAST_FAIL_AT: 'replay:sent@4' } },
    );
    assert.equal(killed.signal, 'SIGKILL');
    const [plan = ''] = globSync('*.json', { cwd: place.path('table/ballast/replays') });
    const id = plan.replace('.json', '');
    const rest = await replay(place, '--resume', id, '--yes');
    assert.deepEqual([rest.sentBefore, rest.sent], [4, 6]);
    const over = await place.ballast(['replay', '--table', 'table', '--resume', id, '--yes']);
    assert.equal(over.status, 66, 'it has ended');
    const report = await place.run([...input, 'enforce.yaml']);
    assert.equal(report.flow.in, 30);
    assertAddsUp(report);
    await assertAudited(place);
  });
});

describe('documents that wait', () => {
  test('replayed after their source became trusted: in data/ once, the other copy superseded', async () => {
    await using place = new Workplace();
    const write = writer(23);
    place.write('before.yaml', configOf('annotate'));
    place.write('after.yaml', configOf('annotate', true));
    const rows = documents('stray', 40, write, { source: 'stray' });
    place.write('in.jsonl', jsonLines(rows));
    const first = await place.run([...input, 'before.yaml']);
    const waiting = first.flow.waiting;
    assert.ok(waiting > 0, 'without canaries an unknown source waits');
    const done = await replay(place, '--action', 'wait', '--source', 'stray', '--yes');
    assert.equal(done.sent, waiting);
    const second = await place.run([...input, 'after.yaml']);
    assertAddsUp(second);
    assert.deepEqual(
      [second.flow.kept, second.flow.waiting, second.refusals['reject: superseded']?.documents],
      [40, 0, waiting],
    );
    for (const { id } of rows.slice(0, 5)) {
      const copies = await copiesOf(place, id);
      assert.deepEqual(copies.toSorted(), copies.length === 2 ? ['keep', 'reject: superseded'] : ['keep']);
    }
    await assertAudited(place);
  });
});

describe('what cannot be replayed is said', () => {
  test('no table, no state, unknown replay, bad filter', async () => {
    await using place = new Workplace();
    place.write('enforce.yaml', enforce);
    place.write('in.jsonl', jsonLines([...poor(), '', '{"text":']));
    await place.run([...input, 'enforce.yaml']);
    const [noTable, noState, noReplay, badAction, badTime, both] = await place.each([
      ['replay', '--table', 'nowhere'],
      ['replay', '--table', 'table', '--state', 'nowhere'],
      ['replay', '--table', 'table', '--resume', 'x', '--yes'],
      ['replay', '--table', 'table', '--action', 'drop'],
      ['replay', '--table', 'table', '--from', 'yesterday'],
      ['replay', '--table', 'table', '--yes', '--dry-run'],
    ]);
    assert.deepEqual(
      [noTable, noState, noReplay, badAction, badTime, both].map((ended) => ended?.status),
      [66, 66, 66, 2, 2, 2],
    );
    const dead = await replay(place, '--action', 'dead');
    assert.deepEqual([dead.reasons, dead.excluded.unreadable], [{ 'dead: not_json': 1 }, 1]);
    const declaredOnly = await replay(place, '--source', declared.source);
    assert.equal(declaredOnly.documents, 0);
  });
});
