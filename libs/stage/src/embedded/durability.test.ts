import assert from 'node:assert/strict';
import { fork, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { rawTopic } from '@ballast/document';
import type { Checkpoint } from '../ports.ts';
import { BallastError } from '../errors.ts';
import { runStage } from '../run.ts';
import { openEnvironment } from './environment.ts';
import type { Environment } from './environment.ts';
import { ingestRows } from './ingest.ts';
import type { Row } from './ingest-prefix.ts';
import { openTopics } from './topics.ts';
import type { EmbeddedTopics, TopicsOptions } from './topics.ts';

const detected = 'documents.detected';
const count = 40;
const seconds = { timeout: 30_000 };

/** A process that moves documents from raw to detected and kills itself at a named point. */
async function moveUntilKilled(dir: string, point: string, times: number): Promise<void> {
  let left = times;
  const topics = await openTopics(dir, {
    failAt(at) {
      if (at === point) left -= 1;
      if (at === point && left === 0) process.kill(process.pid, 'SIGKILL');
    },
  });
  await move(topics);
  await topics.close();
}

async function move(topics: EmbeddedTopics): Promise<void> {
  const { signal } = new AbortController();
  await runStage({
    source: topics.source({
      group: 'detect',
      topics: [rawTopic],
      batch: { documents: 7, bytes: 1 << 20 },
      signal,
      until: 'end',
    }),
    stages: [
      {
        name: 'detect',
        version: '1',
        process: async (batch) =>
          batch.map(() => ({ stage: 'detect', version: '1', action: 'reject', reason: 'test' })),
      },
    ],
    sink: topics.sink(),
    route: () => detected,
    signal,
  });
}

const [role, childDir, childPoint, childTimes] = process.argv.slice(2);
if (role === 'move') {
  await moveUntilKilled(childDir ?? '', childPoint ?? '', Number(childTimes));
  process.exit(0);
} else if (role === 'append') {
  const topics = await openTopics(childDir ?? '');
  for (let index = 0; index < count; index += 1)
    await topics.append(rawTopic, 0, [toMessage(`${childPoint ?? ''}-${index}`)]);
  await topics.close();
  process.exit(0);
}

if (role === 'fill') {
  const topics = await openTopics(childDir ?? '');
  const outcomes: string[] = [];
  for (let index = 0; index < 12; index += 1) {
    const value = Buffer.alloc(1 << 20);
    outcomes.push(
      await topics.append(rawTopic, 0, [{ headers: {}, value }]).then(
        (offset) => String(offset),
        (error: unknown) => (error instanceof BallastError ? `${error.code} ${error.exit}` : String(error)),
      ),
    );
  }
  await topics.close();
  process.stdout.write(outcomes.join('\n'));
  process.exit(0);
} else if (role === 'ingest') {
  const topics = await openTopics(childDir ?? '', {
    failAt: (at) => void (at === childPoint && process.kill(process.pid, 'SIGKILL')),
  });
  await ingestRows(topics, { path: '/no/such/input', trusted: [], rows: manyRows });
  process.exit(0);
}

const root = mkdtempSync(join(tmpdir(), 'ballast-durability-'));
after(() => rmSync(root, { recursive: true }));
let runs = 0;
const freshDir = () => join(root, String((runs += 1)));

function toMessage(id: string) {
  return { headers: {}, value: Buffer.from(JSON.stringify({ id, text: id })) };
}

/** Runs this file as another process; resolves with the signal that ended it, or null. */
function inProcess(...args: readonly string[]): Promise<NodeJS.Signals | null> {
  return new Promise((resolve) => {
    fork(import.meta.filename, args, { execArgv: [] }).on('exit', (_, signal) => resolve(signal));
  });
}

async function* manyRows(): AsyncGenerator<Row, void, void> {
  for (let index = 0; index < 3_000; index += 1)
    yield { bytes: toMessage(String(index)).value, terminated: true };
}

async function* oneRow(): AsyncGenerator<Row, void, void> {
  yield { bytes: Buffer.from('{"text":"a"}'), terminated: true };
}

/** Document ids on a topic without redeliveries, told apart as any reader does. */
async function idsOn(topics: EmbeddedTopics, topic: string): Promise<string[]> {
  const { signal } = new AbortController();
  const marks = new Map<string, bigint>();
  const ids: string[] = [];
  for await (const { batch } of topics.source({ group: 'check', topics: [topic], signal, until: 'end' })) {
    for (const { position, document } of batch) {
      const key = `${position.topic}/${position.partition}`;
      if (position.offset <= (marks.get(key) ?? -1n)) continue;
      marks.set(key, position.offset);
      ids.push(document?.id ?? '');
    }
  }
  return ids;
}

describe('killed between write and ack', () => {
  for (const point of [
    'write:before',
    'write:committed',
    'write:flushed',
    'ack:before',
    'ack:committed',
    'ack:flushed',
  ]) {
    it(`at ${point}: after a restart every document is there once`, seconds, async () => {
      const dir = freshDir();
      await using topics = await openTopics(dir, { partitions: 1 });
      const ids = Array.from({ length: count }, (_, index) => String(index));
      await topics.append(rawTopic, 0, ids.map(toMessage));
      assert.equal(await inProcess('move', dir, point, '2'), 'SIGKILL');
      assert.equal(await inProcess('move', dir, point, '3'), 'SIGKILL');
      await move(topics);
      assert.deepEqual(await idsOn(topics, detected), ids);
    });
  }
});

describe('an ingest that is killed', () => {
  for (const point of ['ingest:before', 'ingest:committed', 'ingest:flushed']) {
    it(`at ${point} goes on: no row is lost or doubled`, seconds, async () => {
      const dir = freshDir();
      await using topics = await openTopics(dir, { partitions: 1 });
      assert.equal(await inProcess('ingest', dir, point), 'SIGKILL');
      const { topic, rows, added } = await ingestRows(topics, {
        path: '/no/such/input',
        trusted: [],
        rows: manyRows,
      });
      assert.equal(rows, 3_000);
      assert.equal(added, point === 'ingest:before' ? 3_000 : 3_000 - 1_024);
      assert.deepEqual(
        await idsOn(topics, topic),
        Array.from({ length: 3_000 }, (_, index) => String(index)),
      );
    });
  }
});

describe('a full disk', () => {
  it(
    'is exit 74, what was acknowledged is kept, and later writes go on when there is room',
    seconds,
    async () => {
      const dir = freshDir();
      // A limit on file size stands in for the full disk: the write fails in the same place. Unit: 1 KiB or 512 bytes.
      const command = `ulimit -f 8000; exec "$0" "$@"`;
      const filled = spawnSync('bash', ['-c', command, process.execPath, import.meta.filename, 'fill', dir], {
        encoding: 'utf8',
      });
      const outcomes = filled.stdout.split('\n');
      assert.equal(filled.status, 0, filled.stderr);
      const kept = outcomes.filter((outcome) => /^\d+$/.test(outcome));
      assert.ok(kept.length >= 2 && kept.length < 12);
      assert.deepEqual(new Set(outcomes.slice(kept.length)), new Set(['BALLAST_STATE_WRITE 74']));
      await using topics = await openTopics(dir);
      assert.equal(topics.endOffset({ topic: rawTopic, partition: 0 }), BigInt(kept.length));
      assert.equal(await topics.append(rawTopic, 0, [toMessage('a')]), BigInt(kept.length));
    },
  );
});

describe('several processes', () => {
  it('append to one partition without losing or doubling an offset', seconds, async () => {
    const dir = freshDir();
    await using topics = await openTopics(dir, { partitions: 1 });
    const ended = await Promise.all(['a', 'b'].map((name) => inProcess('append', dir, name)));
    assert.deepEqual(ended, [null, null]);
    const ids = await idsOn(topics, rawTopic);
    assert.equal(ids.length, 2 * count);
    for (const name of ['a', 'b']) {
      const own = ids.filter((id) => id.startsWith(name));
      assert.deepEqual(
        own,
        Array.from({ length: count }, (_, index) => `${name}-${index}`),
      );
    }
  });

  it('a reader sees what another process appends while it waits', seconds, async () => {
    const dir = freshDir();
    await using topics = await openTopics(dir, { partitions: 1 });
    const stop = new AbortController();
    const seen: string[] = [];
    const reading = (async () => {
      const options = { group: 'g', topics: (topic: string) => topic === rawTopic, signal: stop.signal };
      for await (const { batch } of topics.source(options)) {
        seen.push(...batch.map(({ document }) => document?.id ?? ''));
        if (seen.length === count) stop.abort();
      }
    })();
    assert.equal(await inProcess('append', dir, 'a'), null);
    await reading;
    assert.equal(seen.length, count);
  });
});

describe('power is lost', () => {
  const raw = rawTopic;
  const empty: Checkpoint = { marks: {}, previous: {}, state: null };
  const { signal } = new AbortController();

  /** Does one thing after another, and notes after each what the disk then holds. */
  async function survivals(isFlushed: boolean): Promise<readonly string[]> {
    const disk = freshDir();
    const environment = (path: string, options: TopicsOptions) => {
      const opened = openEnvironment(path, options);
      return isFlushed ? overCache(opened, disk) : { ...opened, flush: async () => undefined };
    };
    await using topics = await openTopics(freshDir(), { partitions: 1, environment });
    const notes: string[] = [];
    const note = async (act: string) => {
      const copy = freshDir();
      if (existsSync(disk)) cpSync(disk, copy, { recursive: true });
      await using survived = await openTopics(copy, { partitions: 1 });
      const end = (topic: string) => survived.endOffset({ topic, partition: 0 });
      const acked = survived.committed('g', { topic: raw, partition: 0 })?.offset ?? 0n;
      const rows = survived.log.environment.ingest.get('-')?.rows ?? 0;
      const published = (await survived.published.read('a')) !== undefined;
      notes.push(
        `${act}: ${end(raw)} raw, ${end(detected)} detected, ${acked} acked, ${rows} rows, published ${published}`,
      );
    };
    await topics.append(raw, 0, [toMessage('a')]);
    await note('append');
    for await (const delivery of topics.source({ group: 'g', topics: [raw], signal, until: 'end' })) {
      await topics
        .sink()
        .write(
          delivery.batch.map((arrival) => ({ topic: detected, arrival, verdicts: {}, previous: undefined })),
        );
      await note('write');
      await delivery.ack(empty);
      await note('ack');
    }
    await topics.published.publish('a', 1);
    await note('publish');
    await ingestRows(topics, { path: '-', trusted: [], rows: oneRow });
    await note('ingest');
    return notes;
  }

  it('what was acknowledged is on disk: append, write, ack, publish, ingest', seconds, async () => {
    assert.deepEqual(await survivals(true), [
      'append: 1 raw, 0 detected, 0 acked, 0 rows, published false',
      'write: 1 raw, 1 detected, 0 acked, 0 rows, published false',
      'ack: 1 raw, 1 detected, 1 acked, 0 rows, published false',
      'publish: 1 raw, 1 detected, 1 acked, 0 rows, published true',
      'ingest: 1 raw, 1 detected, 1 acked, 1 rows, published true',
    ]);
  });

  it('the test can see it: without the flush everything is gone', seconds, async () => {
    const gone = '0 raw, 0 detected, 0 acked, 0 rows, published false';
    const acts = ['append', 'write', 'ack', 'publish', 'ingest'];
    assert.deepEqual(
      await survivals(false),
      acts.map((act) => `${act}: ${gone}`),
    );
  });
});

/** An environment over a disk that holds only what was flushed: each flush copies the file there. */
function overCache(environment: Environment, disk: string): Environment {
  return {
    ...environment,
    async flush() {
      await environment.flush();
      mkdirSync(join(disk, 'topics'), { recursive: true });
      cpSync(join(environment.path, 'data.mdb'), join(disk, 'topics', 'data.mdb'));
    },
  };
}
