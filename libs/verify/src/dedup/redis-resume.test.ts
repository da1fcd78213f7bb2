import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { pipelineSchema } from '@ballast/document';
import type { VerifyVerdict } from '@ballast/document';
import type { Json, Record, Stage } from '@ballast/stage';
import { record } from '../record.fixture.ts';
import { verify } from '../verify.ts';
import { at } from './candidates.fixture.ts';
import { memoryIndex } from './first-seen.ts';
import type { FirstSeenIndex } from './first-seen.ts';
import { lacksRedis, RedisServer } from './redis.fixture.ts';
import { openRedisIndex } from './redis.ts';

const input = { topic: 'documents.detected', partition: 0 };
const batchSize = 16;
/** Every third document is a copy of an earlier one. */
const stream = Array.from({ length: 320 }, (_, offset) =>
  record(offset, { text: `This is text ${offset % 3 === 2 ? Math.floor(offset / 4) : offset}.` }),
);

function verifierOver(index: FirstSeenIndex): Stage<VerifyVerdict> {
  return verify({
    pipeline: pipelineSchema.parse({ verify: { action: 'annotate', code: 'off' } }).verify,
    trustOf: () => new Set(),
    index,
    sandbox: undefined,
  });
}

/** What a stage left behind: the verdicts sent and the last ack. */
interface Progress {
  readonly sent: VerifyVerdict[];
  acked: number;
  snapshot: Json | undefined;
}

/** Judges and acks batch after batch, `before` first, until the end or the first error; redelivers from the last ack. */
async function run(
  index: FirstSeenIndex,
  records: readonly Record[],
  progress: Progress,
  before: (offset: number) => Promise<void> = async () => undefined,
): Promise<void> {
  const stage = verifierOver(index);
  stage.state?.restore(input, progress.snapshot);
  for (let from = progress.acked; from < records.length; from += batchSize) {
    await before(from);
    const verdicts = await stage.process(records.slice(from, from + batchSize), new AbortController().signal);
    progress.sent.splice(from, Infinity, ...verdicts);
    // Each second ack is lost with the process: its documents come again.
    if (from % (2 * batchSize) !== 0) continue;
    progress.snapshot = stage.state?.snapshot(input);
    progress.acked = from + batchSize;
  }
}

const fresh = (): Progress => ({ sent: [], acked: 0, snapshot: undefined });
const said = (verdicts: readonly VerifyVerdict[]): readonly string[] =>
  verdicts.map((verdict) => `${verdict.reason} ${'duplicateOf' in verdict ? verdict.duplicateOf : ''}`);

describe('a verifier over a Redis', { skip: lacksRedis }, () => {
  test('that is killed again and again stops each time, resumes, and judges as if nothing had been', async () => {
    const whole = fresh();
    await run(await memoryIndex({ table: 't' }), stream, whole);
    const server = new RedisServer();
    after(() => server.remove());
    await server.start();
    const progress = fresh();
    for (let stops = 0; progress.acked < stream.length - batchSize; stops += 1) {
      assert.ok(stops < 20, 'no progress');
      const index = await openRedisIndex(server.url, { table: 't' });
      const killAt = progress.acked + 3 * batchSize;
      const killing = run(index, stream, progress, async (offset) => {
        if (offset === killAt) await server.kill();
      });
      if (killAt < stream.length)
        await assert.rejects(killing, { name: 'RetryableError', code: 'BALLAST_VERIFY_INDEX_UNREACHABLE' });
      else await killing;
      await index.close();
      await server.kill();
      await server.start();
    }
    assert.deepEqual(said(progress.sent), said(whole.sent));
    assert.ok(said(whole.sent).some((verdict) => verdict.startsWith('exact_duplicate')));
  });

  test('that lost its log is refused at the first batch after the restart, before anything is judged', async () => {
    const server = new RedisServer();
    after(() => server.remove());
    await server.start();
    const progress = fresh();
    const index = await openRedisIndex(server.url, { table: 't' });
    await run(index, stream.slice(0, 64), progress);
    await index.close();
    await server.kill();
    rmSync(join(server.folder, 'appendonlydir'), { recursive: true });
    await server.start();
    const sent = progress.sent.length;
    const empty = await openRedisIndex(server.url, { table: 't' });
    await assert.rejects(run(empty, stream, progress), { code: 'BALLAST_VERIFY_INDEX_LOST', exit: 78 });
    assert.equal(progress.sent.length, sent);
    assert.deepEqual(await empty.recall([at(64)]), [undefined]);
    await empty.close();
  });
});
