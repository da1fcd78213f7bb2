import assert from 'node:assert/strict';
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { pipelineSchema } from '@ballast/document';
import { record } from '../record.fixture.ts';
import { verify } from '../verify.ts';
import { at, near, outcomes } from './candidates.fixture.ts';
import type { FirstSeenIndex } from './first-seen.ts';
import { lacksRedis, RedisServer } from './redis.fixture.ts';
import { openRedisIndex } from './redis.ts';
import { SyncingRedis } from './redis-syncing.fixture.ts';

const everySecond = ['--appendonly', 'yes', '--appendfsync', 'everysec'];
const unreachable = { name: 'RetryableError', code: 'BALLAST_VERIFY_INDEX_UNREACHABLE' };

interface Bench {
  readonly server: RedisServer;
  readonly syncing: SyncingRedis;
  readonly index: FirstSeenIndex;
}

/** An index over a server that syncs its log each second, and when it is asked to. */
async function opened(): Promise<Bench> {
  const server = new RedisServer();
  after(() => server.remove());
  await server.start(everySecond);
  const syncing = new SyncingRedis(Number(new URL(server.url).port));
  after(() => syncing.close());
  const index = await openRedisIndex(await syncing.listen(), { table: 't' });
  return { server, syncing, index };
}

/** Whether a promise has ended after 100 ms. */
async function hasEnded(work: Promise<unknown>): Promise<boolean> {
  return await Promise.race([work.then(() => true), wait(100, false)]);
}

describe('entries are on disk before anything that rests on them is sent', { skip: lacksRedis }, () => {
  test('a server that syncs each second is asked to after every transaction', async () => {
    const { syncing, index } = await opened();
    const before = syncing.asked;
    assert.ok(before > 0);
    assert.deepEqual(await outcomes(index, near(1, 'a'), near(2, 'a')), ['keep', 'near_duplicate']);
    assert.equal(syncing.asked, before + 1);
    await index.recall([at(1)]);
    assert.equal(syncing.asked, before + 2);
    await index.settle({ topic: 'documents.raw', partition: 0 }, 1n);
    assert.equal(syncing.asked, before + 3);
    await index.close();
  });

  test('while the sync is under way the stage gives no verdict, though the server holds the entries', async () => {
    const { server, syncing, index } = await opened();
    const stage = verify({
      pipeline: pipelineSchema.parse({ verify: { action: 'annotate', code: 'off' } }).verify,
      trustOf: () => new Set(),
      index,
      sandbox: undefined,
    });
    syncing.fate = 'held';
    const texts = ['A text.', 'Another one.', 'A text.'];
    const judging = stage.process(
      texts.map((text, offset) => record(offset, { text })),
      new AbortController().signal,
    );
    await syncing.next();
    const other = new SyncingRedis(Number(new URL(server.url).port));
    after(() => other.close());
    const beside = await openRedisIndex(await other.listen(), { table: 't' });
    assert.deepEqual(
      (await beside.recall([at(0), at(2)])).map((verdict) => verdict?.reason),
      ['ok', 'exact_duplicate'],
    );
    await beside.close();
    assert.equal(await hasEnded(judging), false);
    syncing.release();
    const verdicts = await judging;
    assert.deepEqual(
      verdicts.map(({ reason }) => reason),
      ['ok', 'ok', 'exact_duplicate'],
    );
    await index.close();
  });

  test('a sync that is not done in time confirms nothing', async () => {
    const { syncing, index } = await opened();
    syncing.fate = 'late';
    await assert.rejects(index.decide([near(3, 'b')]), unreachable);
    await assert.rejects(index.recall([at(3)]), unreachable);
    await index.close();
  });
});

describe('the answer to a sync is lost', { skip: lacksRedis }, () => {
  test('the redelivery asks for the sync again, then gives the verdict of before', async () => {
    const { syncing, index } = await opened();
    await index.decide([near(1, 'a')]);
    syncing.fate = 'dropped';
    await assert.rejects(index.decide([near(2, 'a'), near(3, 'b')]), unreachable);
    syncing.fate = 'held';
    const again = index.recall([at(2), at(3)]);
    assert.equal(await hasEnded(again), false);
    syncing.release();
    const stored = await again;
    assert.deepEqual(
      stored.map((verdict) => verdict?.reason),
      ['near_duplicate', 'ok'],
    );
    assert.deepEqual(await index.decide([near(2, 'z'), near(3, 'a')]), stored);
    await index.close();
  });

  test('and with it what was not synced: the verifier goes on, for nothing rested on it', async () => {
    const { server, syncing, index } = await opened();
    const kept = await index.decide([near(1, 'a')]);
    const witness = index.witness() ?? '';
    const log = join(server.folder, 'appendonlydir');
    await wait(1_500);
    cpSync(log, `${log}-synced`, { recursive: true });
    syncing.fate = 'dropped';
    await assert.rejects(index.decide([near(2, 'b'), near(3, 'c')]), unreachable);
    assert.equal(index.witness(), witness);
    await server.kill();
    rmSync(log, { recursive: true });
    cpSync(`${log}-synced`, log, { recursive: true });
    await server.start(everySecond);
    syncing.fate = 'done';
    assert.deepEqual(await index.recall([at(1), at(2), at(3)]), [...kept, undefined, undefined]);
    assert.deepEqual(await outcomes(index, near(2, 'c'), near(3, 'b'), near(4, 'a')), [
      'keep',
      'keep',
      'near_duplicate',
    ]);
    await index.confirm(witness);
    await index.close();
  });

  test('but what was synced must be there: a server without it is refused', async () => {
    const { server, syncing, index } = await opened();
    await index.decide([near(1, 'a')]);
    await wait(1_500);
    const log = join(server.folder, 'appendonlydir');
    cpSync(log, `${log}-older`, { recursive: true });
    await index.decide([near(2, 'b')]);
    await server.kill();
    rmSync(log, { recursive: true });
    cpSync(`${log}-older`, log, { recursive: true });
    await server.start(everySecond);
    await assert.rejects(index.decide([near(3, 'b')]), { code: 'BALLAST_VERIFY_INDEX_LOST', exit: 78 });
    assert.ok(syncing.asked > 0);
    await index.close();
  });
});
