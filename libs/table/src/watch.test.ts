import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, beforeEach, describe, test } from 'node:test';
import { shardWriters } from '@ballast/shard';
import { consumed, group, rejected } from './table.fixture.ts';
import { refusedSink } from './refused-sink.ts';
import { tableSink } from './sink.ts';
import { watchTable } from './watch.ts';
import type { SeenCommit, TableWatch } from './watch.ts';

const folder = mkdtempSync(join(tmpdir(), 'ballast-watch-'));
const writers = shardWriters();
after(async () => {
  await writers[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

describe('watchTable', () => {
  let root = '';
  let seen: SeenCommit[] = [];
  let replaced = 0;
  let watch: TableWatch;

  beforeEach(() => {
    root = mkdtempSync(join(folder, 'table-'));
    [seen, replaced] = [[], 0];
    watch = watchTable(root, {
      onCommit: (commit) => seen.push(commit),
      onReplaced: () => {
        replaced += 1;
      },
    });
  });

  const commit = async (from: number, to: number): Promise<void> => {
    const sink = await tableSink({ root, writers });
    await sink.write(group(from, to));
    await sink.commit(consumed('documents.human/0', from, to - 1, { units: from }));
  };

  test('of a folder without a table there is nothing to see, and nothing is made there', async () => {
    assert.deepEqual(await watch.look(), { data: undefined, refused: undefined });
    assert.deepEqual(readdirSync(root), []);
  });

  test('tells every commit once, in order, and the heads as they are', async () => {
    await commit(0, 8);
    await watch.look();
    await commit(8, 24);
    const { data } = await watch.look();
    assert.deepEqual(
      seen.map(({ version, counts, ledger }) => [version, counts.rows, ledger]),
      [
        [0, 0, null],
        [1, 8, { units: 0 }],
        [2, 16, { units: 8 }],
      ],
    );
    assert.equal(data?.totals.origin.human.documents, 24);
    await watch.look();
    assert.equal(seen.length, 3);
  });

  test('two looks at once see each commit once', async () => {
    await commit(0, 8);
    await Promise.all([watch.look(), watch.look()]);
    assert.deepEqual(
      seen.map(({ version }) => version),
      [0, 1],
    );
  });

  test('refused documents are seen too', async () => {
    await commit(0, 8);
    const sink = await refusedSink({ root, writers });
    await sink.write([rejected({ offset: 0 })]);
    const { refused } = await watch.look();
    assert.deepEqual(Object.keys(refused?.totals.refused ?? {}), ['reject: too_few_words']);
  });

  test('another table in the same place is begun with anew, a removed one is gone', async () => {
    await commit(0, 8);
    await watch.look();
    rmSync(join(root, 'data'), { recursive: true });
    assert.equal((await watch.look()).data, undefined);
    assert.equal(replaced, 1);
    rmSync(root, { recursive: true });
    await commit(0, 16);
    const { data } = await watch.look();
    assert.equal(data?.totals.origin.human.documents, 16);
  });

  test('a damaged entry rejects at every look, and what stood before it was told', async () => {
    await commit(0, 8);
    await watch.look();
    writeFileSync(join(root, 'data/_delta_log', `${'2'.padStart(20, '0')}.json`), '{"commitInfo": {}}\n');
    for (let look = 0; look < 2; look += 1)
      await assert.rejects(watch.look(), { code: 'BALLAST_TABLE_FOREIGN_COMMIT', exit: 65 });
    assert.equal(seen.length, 2);
  });
});
