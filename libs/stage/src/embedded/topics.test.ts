import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { rawTopic } from '@ballast/document';
import * as fc from 'fast-check';
import { decodeRecord, encodeRecord } from './record.ts';
import { openTopics } from './topics.ts';

let dir = '';
before(async () => void (dir = await mkdtemp(join(tmpdir(), 'ballast-open-'))));
after(async () => await rm(dir, { recursive: true }));

let runs = 0;
const freshDir = () => join(dir, String((runs += 1)));
const signal = new AbortController().signal;
const message = (id: string) => ({ headers: {}, value: Buffer.from(JSON.stringify({ id, text: id })) });

describe('opening', () => {
  it('is bound to the first table that is named', async () => {
    const path = freshDir();
    await (await openTopics(path)).close();
    await (await openTopics(path, { tableId: 'one' })).close();
    await assert.rejects(openTopics(path, { tableId: 'two' }), { code: 'BALLAST_STATE_TABLE', exit: 65 });
    await using again = await openTopics(path);
    assert.equal(again.tableId, 'one');
  });

  it('has at least 4 partitions by default and refuses nonsense', async () => {
    await using topics = await openTopics(freshDir());
    assert.ok(topics.partitions >= 4);
    await assert.rejects(openTopics(freshDir(), { partitions: 0 }), RangeError);
  });

  it('a directory that cannot be created is exit 74', async () => {
    const file = join(dir, 'file');
    await writeFile(file, '');
    await assert.rejects(openTopics(file), { code: 'BALLAST_STATE_OPEN', exit: 74 });
  });

  it('topic names and partitions are checked', async () => {
    await using topics = await openTopics(freshDir(), { partitions: 2 });
    await assert.rejects(topics.append('a/b', 0, [message('a')]), RangeError);
    await assert.rejects(topics.append(rawTopic, 2, [message('a')]), RangeError);
  });
});

describe('records', () => {
  it('come back as they were', () => {
    const payload = fc.oneof(
      fc.uint8Array().map((value) => ({ kind: 'value', value: Buffer.from(value) }) as const),
      fc.constant({ kind: 'pointer' } as const),
      fc
        .record(
          { topicId: fc.nat(), partition: fc.nat(), offset: fc.bigInt({ min: 0n, max: 2n ** 63n }) },
          { noNullPrototype: true },
        )
        .map((reference) => ({ kind: 'reference', reference }) as const),
    );
    const headers = fc
      .array(fc.tuple(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' })))
      .map((entries): { [name: string]: string } => Object.fromEntries(entries));
    fc.assert(
      fc.property(headers, payload, (headers, payload) => {
        assert.deepEqual(decodeRecord(encodeRecord({ headers, payload })), { headers, payload });
      }),
      { seed: 5 },
    );
  });
});

describe('source', () => {
  it('takes up topics that appear while it runs', async () => {
    await using topics = await openTopics(freshDir(), { partitions: 1 });
    await topics.append(`${rawTopic}.a`, 0, [message('a')]);
    const stop = new AbortController();
    const seen: string[] = [];
    for await (const { batch } of topics.source({
      group: 'g',
      topics: (topic) => topic.startsWith(rawTopic),
      signal: stop.signal,
    })) {
      seen.push(...batch.map(({ document }) => document?.id ?? ''));
      if (seen.length === 1) await topics.append(`${rawTopic}.b`, 0, [message('b')]);
      else stop.abort();
    }
    assert.deepEqual(seen, ['a', 'b']);
  });

  it('ends when upstream has ended and everything was delivered, not before', async () => {
    await using topics = await openTopics(freshDir(), { partitions: 1 });
    let isOver = false;
    setTimeout(() => {
      void topics.append(rawTopic, 0, [message('late')]).then(() => (isOver = true));
    }, 20);
    const seen: string[] = [];
    for await (const { batch } of topics.source({
      group: 'g',
      topics: [rawTopic],
      signal,
      until: () => isOver,
    })) {
      seen.push(...batch.map(({ document }) => document?.id ?? ''));
    }
    assert.deepEqual(seen, ['late']);
  });

  it('waits a while for a full delivery when told to', async () => {
    await using topics = await openTopics(freshDir(), { partitions: 1 });
    await topics.append(rawTopic, 0, [message('a')]);
    setTimeout(() => void topics.append(rawTopic, 0, [message('b')]), 20);
    const options = {
      group: 'g',
      topics: [rawTopic],
      signal,
      batch: { documents: 2, bytes: 1e6 },
      linger: 10_000,
    };
    for await (const { batch } of topics.source(options)) {
      assert.equal(batch.length, 2);
      break;
    }
  });

  it('starts where a reader with its own truth says', async () => {
    await using topics = await openTopics(freshDir(), { partitions: 1 });
    await topics.append(rawTopic, 0, ['a', 'b', 'c'].map(message));
    const checkpoint = { marks: { x: '1' }, previous: {}, state: 1 };
    const start = () => ({ offset: 2n, checkpoint });
    for await (const { batch, resume } of topics.source({
      group: 'g',
      topics: [rawTopic],
      signal,
      start,
      until: 'end',
    })) {
      assert.deepEqual(resume, checkpoint);
      assert.deepEqual(
        batch.map(({ document }) => document?.id),
        ['c'],
      );
    }
  });

  it('a delivery stays within its bytes, but is never empty', async () => {
    await using topics = await openTopics(freshDir(), { partitions: 1 });
    await topics.append(rawTopic, 0, ['aaaa', 'b', 'c'].map(message));
    const sizes: number[] = [];
    const batch = { documents: 10, bytes: 45 };
    for await (const delivery of topics.source({
      group: 'g',
      topics: [rawTopic],
      signal,
      batch,
      until: 'end',
    }))
      sizes.push(delivery.batch.length);
    assert.deepEqual(sizes, [1, 2]);
  });

  it('cannot ack backwards', async () => {
    await using topics = await openTopics(freshDir(), { partitions: 1 });
    await topics.append(rawTopic, 0, ['a', 'b'].map(message));
    const empty = { marks: {}, previous: {}, state: null };
    const acks: (() => Promise<void>)[] = [];
    const batch = { documents: 1, bytes: 1e6 };
    for await (const delivery of topics.source({
      group: 'g',
      topics: [rawTopic],
      signal,
      batch,
      until: 'end',
    }))
      acks.push(() => delivery.ack(empty));
    await acks[1]?.();
    await assert.rejects(async () => await acks[0]?.(), { code: 'BALLAST_GROUP_ORDER' });
    assert.equal(topics.committed('g', { topic: rawTopic, partition: 0 })?.offset, 2n);
    assert.deepEqual(topics.groups(), [{ group: 'g', topic: rawTopic, partition: 0, offset: 2n }]);
  });
});

describe('sink', () => {
  it('writes nothing after a failure, so nothing overtakes what failed', async () => {
    let isBroken = true;
    await using topics = await openTopics(freshDir(), {
      partitions: 1,
      failAt(point) {
        if (isBroken && point === 'write:before') throw new Error('away');
      },
    });
    await topics.append(rawTopic, 0, [message('a')]);
    const sink = topics.sink();
    const position = { topic: rawTopic, partition: 0, offset: 0n };
    const arrival = {
      position,
      read: position,
      previous: undefined,
      value: Buffer.from(''),
      verdicts: {},
      document: undefined,
      unreadable: undefined,
    };
    const routed = [{ topic: 'documents.detected', arrival, verdicts: {}, previous: undefined }];
    await assert.rejects(sink.write(routed), /away/);
    isBroken = false;
    await assert.rejects(sink.write(routed), /away/);
    assert.equal(topics.endOffset({ topic: 'documents.detected', partition: 0 }), 0n);
    await topics.sink().write(routed);
    assert.equal(topics.endOffset({ topic: 'documents.detected', partition: 0 }), 1n);
  });

  it('refers to the value instead of copying it', async () => {
    await using topics = await openTopics(freshDir(), { partitions: 1 });
    await topics.append(rawTopic, 0, [{ headers: {}, value: Buffer.alloc(1 << 20, 'x') }]);
    const records = [...topics.log.environment.log.getRange({})];
    for await (const { batch } of topics.source({ group: 'g', topics: [rawTopic], signal, until: 'end' })) {
      await topics.sink().write(
        batch.map((arrival) => ({
          topic: 'documents.detected',
          arrival,
          verdicts: {},
          previous: undefined,
        })),
      );
    }
    const added = [...topics.log.environment.log.getRange({})].slice(records.length);
    assert.equal(added.length, 1);
    assert.ok(added.every(({ value }) => value.byteLength < 200));
  });
});

describe('published snapshots', () => {
  it('are immutable versions, the newest by default', async () => {
    await using topics = await openTopics(freshDir());
    const { published } = topics;
    assert.equal(await published.read('prevalence'), undefined);
    const first = await published.publish('prevalence', { pi: 0.1 });
    const second = await published.publish('prevalence', { pi: 0.2 });
    assert.notEqual(first, second);
    assert.deepEqual(await published.read('prevalence'), { version: second, value: { pi: 0.2 } });
    assert.deepEqual((await published.read('prevalence', first))?.value, { pi: 0.1 });
    assert.equal(await published.publish('prevalence', { pi: 0.2 }), second);
  });

  it('keep the last 16 of each name', async () => {
    await using topics = await openTopics(freshDir());
    const versions: string[] = [];
    for (let index = 0; index < 20; index += 1) versions.push(await topics.published.publish('a', index));
    const kept = await Promise.all(versions.map((version) => topics.published.read('a', version)));
    assert.deepEqual(
      kept.map((entry) => entry?.value),
      [...Array.from({ length: 4 }, () => undefined), ...Array.from({ length: 16 }, (_, index) => index + 4)],
    );
  });

  it('are listed by the beginning of their names', async () => {
    await using topics = await openTopics(freshDir());
    for (const name of ['ingest/b', 'strata', 'ingest/a']) await topics.published.publish(name, null);
    assert.deepEqual(await topics.published.list('ingest/'), ['ingest/a', 'ingest/b']);
  });
});
