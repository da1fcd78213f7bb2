import assert from 'node:assert/strict';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { shardWriters, readShard } from '@ballast/shard';
import type { DataRow } from '@ballast/shard';
import { BallastError } from '@ballast/stage';
import { versionKey } from './log.ts';
import { refusedSink } from './refused-sink.ts';
import { tableSink } from './sink.ts';
import { localStore } from './store.ts';
import { consumed, group, kept, rejected, tooLong } from './table.fixture.ts';
import { openTable } from './table.ts';

const directory = await mkdtemp(join(tmpdir(), 'ballast-table-'));
const writers = shardWriters();
after(async () => {
  await writers[Symbol.asyncDispose]();
  await rm(directory, { recursive: true });
});

const newRoot = (): Promise<string> => mkdtemp(join(directory, 'root-'));

async function rowsOf(root: string): Promise<DataRow[]> {
  const rows: DataRow[] = [];
  const directory = join(root, 'data', 'g00000');
  for (const name of (await readdir(directory)).toSorted()) {
    for await (const row of readShard(join(directory, name), 'data')) rows.push(row);
  }
  return rows;
}

describe('the sink of the mixer', () => {
  test('commits shard and offsets in one entry, and goes on after them', async () => {
    const root = await newRoot();
    const sink = await tableSink({ root, writers });
    await sink.write(group(0, 5));
    assert.deepEqual(await sink.commit(consumed('documents.human/0', 0, 4)), {
      outcome: 'committed',
      version: 1,
    });
    await sink.write(group(5, 7));
    assert.deepEqual(await sink.commit(consumed('documents.human/0', 5, 6)), {
      outcome: 'committed',
      version: 2,
    });
    const again = await tableSink({ root, writers });
    const state = await again.resume();
    assert.deepEqual(state.get('documents.human/0'), { next: 7n, marks: { 'documents.raw/0': '6' } });
    assert.deepEqual(
      (await rowsOf(root)).map((row) => row.position_offset),
      [0n, 1n, 2n, 3n, 4n, 5n, 6n],
    );
  });

  test('puts rows in the order of their places, copies into the groups they were granted', async () => {
    const root = await newRoot();
    const sink = await tableSink({ root, writers });
    await sink.write([
      kept({ offset: 0 }, [
        { unit: 0, group: 0, row: 1 },
        { unit: 1, group: 1, row: 0 },
        { unit: 1, group: 2, row: 1 },
      ]),
      kept({ offset: 1 }, [{ unit: 0, group: 0, row: 0 }]),
    ]);
    await sink.write([
      kept({ offset: 2 }, [{ unit: 1, group: 1, row: 1 }]),
      kept({ offset: 3 }, [{ unit: 1, group: 2, row: 0 }]),
    ]);
    await sink.commit(consumed('documents.human/0', 0, 3));
    const rows = await rowsOf(root);
    assert.deepEqual(
      rows.map((row) => [row.position_offset, row.repeat_index, row.repeats_granted, row.unit]),
      [
        [1n, 0, 1, 0],
        [0n, 0, 3, 0],
        [0n, 1, 3, 1],
        [2n, 0, 1, 1],
        [3n, 0, 1, 1],
        [0n, 2, 3, 1],
      ],
    );
  });

  test('marks the whole group when it is too small to bound, copies included', async () => {
    const root = await newRoot();
    const sink = await tableSink({ root, writers });
    await sink.write([
      kept({ offset: 0 }, [
        { unit: 0, group: 0, row: 0 },
        { unit: 1, group: 1, row: 1 },
      ]),
      kept({ offset: 1 }, [{ unit: 1, group: 1, row: 0 }], false),
    ]);
    await sink.commit(consumed('documents.human/0', 0, 1));
    assert.deepEqual(
      (await rowsOf(root)).map((row) => row.unit),
      [0, null, null],
    );
  });

  test('refuses rows that leave a hole in a group', async () => {
    const sink = await tableSink({ root: await newRoot(), writers });
    await sink.write([kept({ offset: 0 }, [{ unit: 0, group: 0, row: 1 }])]);
    await assert.rejects(sink.commit(consumed('documents.human/0', 0, 0)), {
      code: 'BALLAST_TABLE_MISPLACED',
    });
    await sink.discard();
  });

  test('a second commit of the same range is `already`, and leaves no shard behind', async () => {
    const root = await newRoot();
    const [one, other] = [await tableSink({ root, writers }), await tableSink({ root, writers })];
    for (const sink of [one, other]) await sink.write(group(0, 3));
    const range = consumed('documents.human/0', 0, 2);
    assert.equal((await one.commit(range)).outcome, 'committed');
    assert.equal((await other.commit(range)).outcome, 'already');
    assert.equal((await rowsOf(root)).length, 3);
  });

  test('a range that overlaps or leaves a gap is a conflict that says where to go on', async () => {
    const root = await newRoot();
    const sink = await tableSink({ root, writers });
    await sink.write(group(0, 3));
    await sink.commit(consumed('documents.human/0', 0, 2));
    for (const [from, to] of [
      [1, 5],
      [4, 5],
    ] as const) {
      await sink.write(group(from, to + 1));
      const result = await sink.commit(consumed('documents.human/0', from, to));
      assert.equal(result.outcome, 'conflict');
      assert.equal(result.outcome === 'conflict' && result.next.get('documents.human/0'), 3n);
      await sink.resume();
    }
    assert.equal((await rowsOf(root)).length, 3);
  });

  test('an owner whose other lanes of the partition moved on cannot commit (P14)', async () => {
    const root = await newRoot();
    const zombie = await tableSink({ root, writers });
    const successor = await tableSink({ root, writers });
    await zombie.write([
      kept({ offset: 0, pool: 'uncertain', p: 0.4, read: 0 }, [{ unit: 0, group: 0, row: 0 }]),
    ]);
    await successor.write(group(0, 1));
    assert.equal((await successor.commit(consumed('documents.human/0', 0, 0))).outcome, 'committed');
    const result = await zombie.commit(consumed('documents.p50/0', 0, 0));
    assert.equal(result.outcome, 'conflict');
    // Another partition is another owner's business.
    await zombie.resume();
    await successor.write([kept({ offset: 0, partition: 1 }, [{ unit: 0, group: 0, row: 0 }])]);
    await successor.commit(consumed('documents.human/1', 0, 0));
    await zombie.write([
      kept({ offset: 0, pool: 'uncertain', p: 0.4, read: 0 }, [{ unit: 0, group: 0, row: 0 }]),
    ]);
    assert.equal((await zombie.commit(consumed('documents.p50/0', 0, 0))).outcome, 'committed');
  });

  test('what is too long goes to refused/ once, also when the crash comes before the data commit', async () => {
    const root = await newRoot();
    const crashing = await tableSink({
      root,
      writers,
      store: failing(root, 'data/_delta_log/00000000000000000001'),
    });
    await crashing.write([tooLong({ offset: 0, pool: 'uncertain', p: 0.4 })]);
    await assert.rejects(crashing.commit(consumed('documents.p50/0', 0, 0)), /injected/);
    const sink = await tableSink({ root, writers });
    await sink.resume();
    assert.ok(sink.isDeferred({ topic: 'documents.p50', partition: 0, offset: 0n }));
    await sink.write([tooLong({ offset: 0, pool: 'uncertain', p: 0.4 })]);
    assert.equal((await sink.commit(consumed('documents.p50/0', 0, 0))).outcome, 'committed');
    const { refusedState, dataState } = await openTable(root);
    assert.equal(refusedState.version, 1);
    assert.equal(refusedState.totals.refused['defer: too_long_for_bound']?.documents, 1);
    assert.equal(dataState.offsets.get('documents.p50/0')?.next, 1n);
    await assert.rejects(
      sink.write([kept({ offset: 0, pool: 'uncertain', p: 0.4 }, [{ unit: 0, group: 0, row: 0 }])]),
      /must not be placed/,
    );
  });

  test('a put that succeeded but reported failure counts as committed', async () => {
    const root = await newRoot();
    const store = localStore(root);
    const ambiguous = {
      ...store,
      async putIfAbsent(key: string, bytes: Uint8Array) {
        const outcome = await store.putIfAbsent(key, bytes);
        if (key.endsWith('1.json')) throw new Error('connection reset');
        return outcome;
      },
    };
    const sink = await tableSink({ root, writers, store: ambiguous });
    await sink.write(group(0, 2));
    assert.deepEqual(await sink.commit(consumed('documents.human/0', 0, 1)), {
      outcome: 'committed',
      version: 1,
    });
  });

  test('a directory that cannot hold the table ends with exit status 74', async () => {
    const root = join(await newRoot(), 'plain');
    await writeFile(root, '');
    for (const hopeless of [root, '/proc/nowhere']) {
      await assert.rejects(
        tableSink({ root: hopeless, writers }),
        (error) => error instanceof BallastError && error.exit === 74,
      );
    }
  });

  test('a commit of another writer, and a broken chain, stop the sink', async () => {
    const root = await newRoot();
    const sink = await tableSink({ root, writers });
    await sink.write(group(0, 1));
    await sink.commit(consumed('documents.human/0', 0, 0));
    await writeFile(join(root, versionKey('data', 2)), '{"commitInfo":{"operation":"OPTIMIZE"}}\n');
    await assert.rejects(tableSink({ root, writers }), { code: 'BALLAST_TABLE_FOREIGN_COMMIT' });
    const first = await readFile(join(root, versionKey('data', 1)));
    await writeFile(join(root, versionKey('data', 2)), first);
    await assert.rejects(tableSink({ root, writers }), { code: 'BALLAST_TABLE_LOG_DAMAGED' });
    await rm(join(root, versionKey('data', 1)));
    await assert.rejects(tableSink({ root, writers }), { code: 'BALLAST_TABLE_LOG_DAMAGED' });
  });
});

describe('the sink of refused documents', () => {
  test('adds nothing twice under redelivery in any cut', async () => {
    const root = await newRoot();
    const sink = await refusedSink({ root, writers });
    const all = Array.from({ length: 10 }, (_, offset) => rejected({ offset }));
    await sink.write(all.slice(0, 4));
    await sink.write(all.slice(0, 4));
    await sink.write(all.slice(2, 8));
    const successor = await refusedSink({ root, writers });
    await Promise.all([successor.write(all), sink.write(all)]);
    const { refusedState } = await openTable(root);
    assert.equal(refusedState.totals.rows, 10);
    assert.equal(refusedState.totals.refused['reject: too_few_words']?.documents, 10);
    assert.deepEqual(refusedState.offsets.get('documents.rejected/0'), {
      next: 10n,
      marks: { 'documents.raw/0': '9' },
    });
  });

  test('leaves out a copy that its writer wrote twice', async () => {
    const root = await newRoot();
    const sink = await refusedSink({ root, writers });
    await sink.write([rejected({ offset: 0, read: 0 }), rejected({ offset: 1, read: 1 })]);
    await sink.write([1, 2, 2].map((offset, index) => rejected({ offset, read: 2 + index })));
    const { refusedState } = await openTable(root);
    assert.equal(refusedState.totals.rows, 3);
    assert.equal(refusedState.offsets.get('documents.rejected/0')?.next, 4n);
  });
});

/** A store whose puts to one key fail. */
function failing(root: string, prefix: string) {
  const store = localStore(root);
  return {
    ...store,
    putIfAbsent: (key: string, bytes: Uint8Array) =>
      key.startsWith(prefix) ? Promise.reject(new Error('injected')) : store.putIfAbsent(key, bytes),
  };
}
