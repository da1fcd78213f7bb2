import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import { unreadableHeader } from '@ballast/document';
import type { Appender, Brokers, NewMessage, PartitionReader } from '@ballast/kafka';
import type { Row } from '@ballast/stage/embedded';
import * as fc from 'fast-check';
import { ingestHeader, inputKey, parseMark } from './ingest-mark.ts';
import { Ingested } from './ingested.ts';
import { produceFile } from './produce-file.ts';
import type { ProduceCounts } from './produce-file.ts';

fc.configureGlobal({ seed: 4 });

const folder = mkdtempSync(join(tmpdir(), 'ballast-produce-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** A topic in memory whose appends can be cut off, before or after the message is in, as a kill does. */
class FakeTopic {
  readonly log: NewMessage[][];
  /** Appends that still succeed; the one after them dies, `stored` says whether its messages are in. */
  left = Number.POSITIVE_INFINITY;
  stored = false;

  constructor(partitions: number) {
    this.log = Array.from({ length: partitions }, () => []);
  }

  readonly appender: Appender = {
    append: async ({ partition }, messages) => {
      this.left -= 1;
      const log = this.log[partition] ?? [];
      if (this.left >= 0 || (this.left === -1 && this.stored)) log.push(...messages);
      if (this.left < 0) throw new Error('killed');
      return BigInt(log.length);
    },
    [Symbol.asyncDispose]: async () => undefined,
  };

  readonly reader: PartitionReader = {
    fetchAll: async () => new Map(),
    fetch: async ({ partition }, from) => {
      const log = this.log[partition] ?? [];
      const found = log.slice(Number(from), Number(from) + 7);
      return {
        end: BigInt(log.length),
        next: from + BigInt(found.length),
        messages: found.map(({ headers, value }, index) => ({
          offset: from + BigInt(index),
          timestamp: 0,
          key: undefined,
          isNull: value === undefined,
          isTooLarge: false,
          headers,
          unread: new Map(),
          value: value ?? new Uint8Array(0),
        })),
      };
    },
    [Symbol.asyncDispose]: async () => undefined,
  };

  bounds() {
    return this.log.map(({ length }, partition) => ({
      partition,
      offset: String(length),
      low: '0',
      high: String(length),
    }));
  }

  /** Values by partition, as text; a pointer is `pointer`. */
  texts(): readonly (readonly string[])[] {
    return this.log.map((messages) =>
      messages.map(({ value }) => (value === undefined ? 'pointer' : Buffer.from(value).toString())),
    );
  }
}

interface RunOptions {
  readonly state: string;
  readonly source?: string;
  readonly topicName?: string;
}

/** One run of the command over the lines; gives its counts, or the error it died of. */
async function run(
  topic: FakeTopic,
  rows: readonly Row[],
  options: RunOptions,
): Promise<ProduceCounts | Error> {
  const name = options.topicName ?? 'documents.raw';
  const ingested = new Ingested(join(folder, options.state), 'cluster', name);
  const input = inputKey('/data/in.jsonl', topic.log.length);
  const admin = { fetchTopicOffsets: async () => topic.bounds() } as unknown as Brokers['admin'];
  await ingested.readBack(
    { admin } as Brokers,
    topic.reader,
    (key) => key.startsWith(`${input}.`),
    () => undefined,
  );
  try {
    const { counts } = await produceFile({
      topic: name,
      partitions: topic.log.length,
      input,
      rows: async function* () {
        yield* rows;
      },
      ingested,
      appender: topic.appender,
      source: options.source,
      signal: new AbortController().signal,
      onProgress: () => undefined,
    });
    return counts;
  } catch (error) {
    assert.ok(error instanceof Error);
    return error;
  }
}

const lines = (count: number, prefix = 'row'): Row[] =>
  Array.from({ length: count }, (_, index) => ({
    bytes: Buffer.from(`${prefix} ${index}`),
    terminated: true,
  }));

/** Row r in partition r mod P, each partition in the order of the file. */
function dealt(rows: readonly string[], partitions: number): readonly (readonly string[])[] {
  return Array.from({ length: partitions }, (_, p) => rows.filter((_row, index) => index % partitions === p));
}

let states = 0;
const freshState = (): string => `state-${(states += 1)}.json`;

suite('a file on its way into a topic', () => {
  test('rows are dealt out by number, in order, and each says which row of which input it is', async () => {
    const topic = new FakeTopic(3);
    const counts = await run(topic, lines(10), { state: freshState() });
    assert.deepEqual(counts, { rows: 10, sent: 10, known: 0, tooLarge: 0, bytes: 50, heldBack: 0 });
    assert.deepEqual(
      topic.texts(),
      dealt(
        lines(10).map(({ bytes }) => String(bytes)),
        3,
      ),
    );
    assert.deepEqual(
      topic.log[1]?.map(({ headers }) => parseMark(headers[ingestHeader])?.row),
      [1, 4, 7],
    );
  });

  test('killed at any send, however often, with or without its state file: every row once and in order', async () => {
    const kill = fc.record({
      after: fc.nat({ max: 4 }),
      stored: fc.boolean(),
      keepsState: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 4_000 }),
        fc.array(kill, { maxLength: 5 }),
        async (partitions, count, kills) => {
          const topic = new FakeTopic(partitions);
          const rows = lines(count);
          let state = freshState();
          for (const { after: left, stored, keepsState } of kills) {
            Object.assign(topic, { left, stored });
            await run(topic, rows, { state });
            if (!keepsState) state = freshState();
          }
          topic.left = Number.POSITIVE_INFINITY;
          assert.ok(!((await run(topic, rows, { state })) instanceof Error));
          assert.deepEqual(
            topic.texts(),
            dealt(
              rows.map(({ bytes }) => String(bytes)),
              partitions,
            ),
          );
        },
      ),
      { numRuns: 60 },
    );
  });

  test('a file that has grown is read on; one with another beginning is sent whole as another epoch', async () => {
    const [topic, state] = [new FakeTopic(2), freshState()];
    await run(topic, lines(5), { state });
    assert.deepEqual(await run(topic, lines(8), { state }), {
      rows: 8,
      sent: 3,
      known: 5,
      tooLarge: 0,
      bytes: 15,
      heldBack: 0,
    });
    const other = await run(topic, lines(8, 'new'), { state: freshState() });
    assert.ok(!(other instanceof Error));
    assert.deepEqual([other.sent, other.known], [8, 0]);
    const again = await run(topic, lines(8, 'new'), { state: freshState() });
    assert.ok(!(again instanceof Error));
    assert.deepEqual([again.sent, again.known], [0, 8]);
  });

  test('a half last line waits for its end; a complete one without line end is sent, and is the same row later', async () => {
    const [topic, state] = [new FakeTopic(1), freshState()];
    const half = await run(topic, [...lines(1), { bytes: Buffer.from('{"text": "ha'), terminated: false }], {
      state,
    });
    assert.ok(!(half instanceof Error));
    assert.deepEqual([half.sent, half.heldBack], [1, 1]);
    const whole = { bytes: Buffer.from('{"text": "half"}'), terminated: false };
    await run(topic, [...lines(1), whole], { state });
    const grown = await run(topic, [...lines(1), { ...whole, terminated: true }, ...lines(1, 'next')], {
      state,
    });
    assert.ok(!(grown instanceof Error));
    assert.deepEqual([grown.sent, grown.known], [1, 2]);
    assert.deepEqual(topic.texts(), [['row 0', '{"text": "half"}', 'next 0']]);
  });

  test('a line over 8 MiB goes as a pointer that says so', async () => {
    const topic = new FakeTopic(1);
    const row: Row = { bytes: new Uint8Array(0), terminated: true, oversized: { bytes: 9e6, sha256: 'ab' } };
    const counts = await run(topic, [row], { state: freshState() });
    assert.ok(!(counts instanceof Error));
    assert.deepEqual([counts.tooLarge, topic.texts()], [1, [['pointer']]]);
    assert.equal(topic.log[0]?.[0]?.headers[unreadableHeader], 'too_large');
  });

  test('a topic that was created again is sent the whole file, whatever the state file says', async () => {
    const state = freshState();
    await run(new FakeTopic(2), lines(6), { state });
    const topic = new FakeTopic(2);
    const counts = await run(topic, lines(6), { state });
    assert.ok(!(counts instanceof Error));
    assert.equal(counts.sent, 6);
  });
});
