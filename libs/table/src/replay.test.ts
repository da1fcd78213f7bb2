import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { formatPosition } from '@ballast/document';
import { shardWriters } from '@ballast/shard';
import type { Routed } from '@ballast/stage';
import { audit } from './audit.ts';
import type { Consumed } from './consumed.ts';
import { findDocument } from './explain.ts';
import { refusedDocuments } from './refused-documents.ts';
import type { RefusedDocument } from './refused-documents.ts';
import { refusedSink } from './refused-sink.ts';
import { tableSink } from './sink.ts';
import { localStore } from './store.ts';
import type { Store } from './store.ts';
import { consumed, kept, rejected, superseded } from './table.fixture.ts';
import type { Sample } from './table.fixture.ts';

const directory = await mkdtemp(join(tmpdir(), 'ballast-replay-'));
const writers = shardWriters();
after(async () => {
  await writers[Symbol.asyncDispose]();
  await rm(directory, { recursive: true });
});

const newRoot = (): Promise<string> => mkdtemp(join(directory, 'root-'));
const here = [{ unit: 0, group: 0, row: 0 }];
/** The document r waits in p50, its copy r' is in the human lane. */
const text = 'A text that came twice.';
const inP50 = { topic: 'documents.p50', partition: 0, offset: 0n };
const root0: Sample = { offset: 0, text, id: 'r', pool: 'uncertain', p: 0.4 };
const copy: Sample = { offset: 1, read: 0, text, id: 'r', replayOf: { offset: 0, lane: inP50 } };
const alone = (sample: Sample): Routed => kept({ ...sample, lane: 'human' }, here, false);

async function commitAll(root: string, rows: readonly Routed[], range: Consumed): Promise<void> {
  const sink = await tableSink({ root, writers });
  await sink.write(rows);
  assert.equal((await sink.commit(range)).outcome, 'committed');
}

const rules = async (root: string): Promise<readonly string[]> =>
  (await audit(root)).breaches.map(({ promise, rule }) => `${promise} ${rule}`);

describe('copies in the table', () => {
  test('the log says which copies were kept, to this owner and to the next (P15)', async () => {
    const root = await newRoot();
    const sink = await tableSink({ root, writers });
    await sink.write([alone(copy)]);
    assert.deepEqual(sink.keptCopies(position(0n)), [], 'not before the commit');
    await sink.commit(consumed('documents.human/0', 0, 0));
    const kept = sink.keptCopies(position(0n));
    assert.match(kept[0] ?? '', /^[0-9a-f]{64}$/);
    const next = await tableSink({ root, writers });
    await next.resume();
    assert.deepEqual(next.keptCopies(position(0n)), kept);
    assert.deepEqual(next.keptCopies(position(1n)), []);
  });

  test('a copy given up with its shard was not kept', async () => {
    const root = await newRoot();
    const sink = await tableSink({ root, writers });
    await sink.write([alone(copy)]);
    await sink.resume();
    await sink.write([alone({ offset: 5, read: 0 })]);
    await sink.commit(consumed('documents.human/0', 0, 0));
    assert.deepEqual(sink.keptCopies(position(0n)), []);
  });

  test('a zombie that holds r from p50 cannot commit it after r′ went in from human (P14)', async () => {
    const root = await newRoot();
    const [zombie, successor] = [await tableSink({ root, writers }), await tableSink({ root, writers })];
    await zombie.write([alone(root0)]);
    await successor.write([alone(copy)]);
    assert.equal((await successor.commit(consumed('documents.human/0', 0, 0))).outcome, 'committed');
    assert.equal((await zombie.commit(consumed('documents.p50/0', 0, 0))).outcome, 'conflict');
    assert.deepEqual(await rules(root), []);
  });

  test('nor when r′ went in right behind its own last commit, before it looked at the log again (P14)', async () => {
    const root = await newRoot();
    const successor = await tableSink({ root, writers });
    let overtaken = false;
    const store = whenCreated(localStore(root), 'data/_delta_log/', async () => {
      if (overtaken) return;
      overtaken = true;
      await successor.resume();
      await successor.write([alone(copy)]);
      assert.equal((await successor.commit(consumed('documents.human/0', 0, 0))).outcome, 'committed');
    });
    await tableSink({ root, writers });
    const zombie = await tableSink({ root, writers, store });
    await zombie.write([alone({ offset: 7, read: 0, pool: 'uncertain', p: 0.25 })]);
    assert.equal((await zombie.commit(consumed('documents.p30/0', 0, 0))).outcome, 'committed');
    assert.ok(overtaken);
    await zombie.write([alone(root0)]);
    assert.equal((await zombie.commit(consumed('documents.p50/0', 0, 0))).outcome, 'conflict');
    assert.deepEqual(await rules(root), []);
  });
});

describe('the audit of copies', () => {
  test('holds when one copy is kept and the others are superseded, in either order (P15)', async () => {
    const copyKept = await newRoot();
    await commitAll(copyKept, [alone(copy)], consumed('documents.human/0', 0, 0));
    await commitAll(copyKept, [superseded(root0)], consumed('documents.p50/0', 0, 0));
    assert.deepEqual(await rules(copyKept), []);
    const rootKept = await newRoot();
    await commitAll(rootKept, [alone({ ...root0, read: 0 })], consumed('documents.human/0', 0, 0));
    await commitAll(rootKept, [superseded({ ...copy, read: 1 })], consumed('documents.human/0', 1, 1));
    assert.deepEqual(await rules(rootKept), []);
  });

  test('finds a copy superseded by nothing that is kept', async () => {
    for (const lonely of [root0, copy]) {
      const root = await newRoot();
      await commitAll(root, [superseded({ ...lonely, read: 0 })], consumed('documents.p50/0', 0, 0));
      assert.deepEqual(await rules(root), ['1 a copy is superseded only by one that is kept']);
    }
  });

  test('finds two copies that are both kept', async () => {
    const root = await newRoot();
    await commitAll(root, [alone(copy)], consumed('documents.human/0', 0, 0));
    await commitAll(root, [alone(root0)], consumed('documents.p50/0', 0, 0));
    assert.deepEqual(await rules(root), ['4 of several copies of a document one is kept']);
  });

  test('a header that names a root with another text makes no copy of it', async () => {
    const root = await newRoot();
    await commitAll(root, [alone({ ...copy, text: 'Buy now.' })], consumed('documents.human/0', 0, 0));
    await commitAll(root, [alone(root0)], consumed('documents.p50/0', 0, 0));
    assert.deepEqual(await rules(root), []);
  });
});

describe('reading refused documents', () => {
  const samples: readonly Sample[] = [0, 1, 2, 3].map((offset) => ({
    offset,
    read: offset,
    id: `d${offset}`,
  }));
  const build = async (): Promise<string> => {
    const root = await newRoot();
    const sink = await refusedSink({ root, writers, configSha256: 'c0' });
    await sink.write(samples.map(rejected));
    await sink.write([
      rejected({ offset: 4, read: 4, id: 'd1', replayOf: { offset: 1 } }),
      rejected({ offset: 5, read: 5, id: 'd1', replayOf: { offset: 1 } }),
    ]);
    return root;
  };
  const read = async (...args: Parameters<typeof refusedDocuments>) => {
    const documents: RefusedDocument[] = [];
    for await (const page of refusedDocuments(...args)) documents.push(...page);
    return documents;
  };

  test('gives the record of each, and counts how often its root came back for the same reason', async () => {
    const all = await read(await build());
    assert.deepEqual(
      all.map(({ position: { offset }, times }) => [offset, times]),
      [
        [0n, 1],
        [1n, 3],
        [2n, 1],
        [3n, 1],
        [4n, 3],
        [5n, 3],
      ],
    );
    const last = all.at(-1);
    assert.equal(last && formatPosition(last.root), 'documents.raw/0/1');
    assert.deepEqual(
      [last?.stage, last?.action, last?.reason, last?.id, last?.configSha256],
      ['verify', 'reject', 'too_few_words', 'd1', 'c0'],
    );
    assert.ok(Math.abs((last?.refusedAt ?? 0) - Date.now()) < 60_000);
  });

  test('each filter narrows, and they narrow together', async () => {
    const root = await build();
    const offsets = async (filter: Parameters<typeof refusedDocuments>[1]): Promise<readonly bigint[]> =>
      (await read(root, filter)).map(({ position: { offset } }) => offset);
    assert.deepEqual(await offsets({ ids: ['d0', 'd3'] }), [0n, 3n]);
    assert.deepEqual(await offsets({ from: position(2n), to: position(3n) }), [2n, 3n]);
    assert.deepEqual(await offsets({ from: { ...position(2n), partition: 1 } }), []);
    assert.deepEqual(await offsets({ reasons: ['other'] }), []);
    assert.deepEqual(await offsets({ actions: ['reject'], version: 1 }), [0n, 1n, 2n, 3n]);
    assert.deepEqual(await offsets({ until: Date.now() - 3_600_000 }), []);
    assert.equal((await offsets({ since: Date.now() - 3_600_000, sources: ['test'] })).length, 6);
    assert.deepEqual(await offsets({ strata: ["it's none"] }), []);
  });

  test('explain shows all copies of a document, whichever of them is asked for', async () => {
    const root = await build();
    await commitAll(
      root,
      [alone({ offset: 6, read: 0, id: 'd1', replayOf: { offset: 1 } })],
      consumed('documents.human/0', 0, 0),
    );
    for (const asked of ['d1', 'documents.raw/0/1', 'documents.raw/0/4', 'documents.raw/0/6']) {
      const rows = await findDocument(root, asked);
      assert.deepEqual(
        rows.map(({ position_offset, replay_of, action }) => [position_offset, replay_of, action]),
        [
          ['1', null, 'reject'],
          ['4', 'documents.raw/0/1', 'reject'],
          ['5', 'documents.raw/0/1', 'reject'],
          ['6', 'documents.raw/0/1', 'keep'],
        ],
      );
    }
  });
});

function position(offset: bigint) {
  return { topic: 'documents.raw', partition: 0, offset };
}

/** A store that lets something happen right after it created an object below a prefix. */
function whenCreated(store: Store, prefix: string, action: () => Promise<void>): Store {
  return {
    ...store,
    async putIfAbsent(key, bytes) {
      const outcome = await store.putIfAbsent(key, bytes);
      if (key.startsWith(prefix)) await action();
      return outcome;
    },
  };
}
