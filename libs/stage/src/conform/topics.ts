import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { rawTopic, topicOf, unreadableHeader } from '@ballast/document';
import type { Headers, TopicPartition, Verdicts } from '@ballast/document';
import { Chain } from '../chain.ts';
import type { Checkpoint, Delivery, Routed, Sink, Source } from '../ports.ts';
import type { Arrival } from '../stage.ts';

/** A message of an ingest topic as the suite writes it; a pointer has no value. */
export interface IngestMessage {
  readonly headers: Headers;
  readonly value: Uint8Array | undefined;
}

/** How the suite opens a source. */
export interface SourceUnderTest {
  readonly group: string;
  readonly topics: readonly string[];
  readonly partitions?: readonly number[];
  /** Documents of one delivery at most. */
  readonly documents: number;
}

/** Topics as the suite needs them; they start empty. */
export interface TopicsUnderTest extends AsyncDisposable {
  /** At least 2. */
  readonly partitions: number;
  /** Appends to an ingest topic; resolves when durable. */
  append(topic: string, partition: number, messages: readonly IngestMessage[]): Promise<void>;
  endOffset(input: TopicPartition): Promise<bigint>;
  sink(): Sink;
  /** A source that ends once everything present was delivered. */
  source(options: SourceUnderTest): Source & {
    pause(topic: string, partition: number): void;
    resume(topic: string, partition: number): void;
  };
  /** Removes one message, as a retention overrun or a lost write would. */
  lose(topic: string, partition: number, offset: bigint): Promise<void>;
}

const raw = rawTopic;
const other = `${rawTopic}.0123456789abcdef`;
const detected = 'documents.detected';
const empty: Checkpoint = { marks: {}, previous: {}, state: null };
const verdicts: Verdicts = {
  detect: { stage: 'detect', version: '1', action: 'dead', reason: 'naïve ☕ "quoted"\n' },
};

/** What any topics must do so that `runStage` and the mixer can stand on them: the broker's semantics. */
export function topicConformance(name: string, open: () => Promise<TopicsUnderTest>): void {
  const on = (promise: string, run: (topics: TopicsUnderTest) => Promise<void>) => {
    it(promise, async () => {
      await using topics = await open();
      await run(topics);
    });
  };
  describe(`${name}: messages`, () => messages(on));
  describe(`${name}: stage topics`, () => stageTopics(on));
  describe(`${name}: groups`, () => groups(on));
  describe(`${name}: partitions`, () => partitions(on));
}

type On = (promise: string, run: (topics: TopicsUnderTest) => Promise<void>) => void;

function messages(on: On): void {
  on('offsets are contiguous from 0 and keep the order of appends', async (topics) => {
    await topics.append(raw, 0, documents(['a', 'b']));
    await topics.append(raw, 0, documents(['c']));
    const arrivals = await readAll(topics, { group: 'g', topics: [raw], documents: 2 });
    assert.deepEqual(
      arrivals.map(({ read }) => read.offset),
      [0n, 1n, 2n],
    );
    assert.deepEqual(arrivals.map(idOf), ['a', 'b', 'c']);
    assert.equal(await topics.endOffset({ topic: raw, partition: 0 }), 3n);
  });

  on('value bytes come back as they were, empty and not UTF-8 ones too', async (topics) => {
    const values = [
      new Uint8Array(0),
      Uint8Array.of(0xff, 0x00, 0xfe),
      Buffer.from('{"text":"ü"}'),
      new Uint8Array(300_000).fill(7),
    ];
    await topics.append(
      raw,
      1,
      values.map((value) => ({ headers: {}, value })),
    );
    const arrivals = await readAll(topics, { group: 'g', topics: [raw], documents: 10 });
    assert.deepEqual(
      arrivals.map(({ value }) => Buffer.from(value)),
      values.map((value) => Buffer.from(value)),
    );
    assert.deepEqual(
      arrivals.map(({ unreadable }) => unreadable),
      ['empty_value', 'invalid_utf8', undefined, 'not_json'],
    );
  });

  on('a pointer without value arrives with the reason its ingest gave', async (topics) => {
    await topics.append(raw, 0, [{ headers: { [unreadableHeader]: 'too_large' }, value: undefined }]);
    const [arrival] = await readAll(topics, { group: 'g', topics: [raw], documents: 10 });
    assert.equal(arrival?.unreadable, 'too_large');
    assert.equal(arrival.value.byteLength, 0);
    await topics.sink().write([toRouted(detected, arrival, undefined)]);
    const [forwarded] = await readAll(topics, { group: 'g', topics: [detected], documents: 10 });
    assert.equal(forwarded?.unreadable, 'too_large');
  });

  on('on an ingest topic a message is its own position and has no verdicts', async (topics) => {
    await topics.append(raw, 1, documents(['a']));
    const [arrival] = await readAll(topics, { group: 'g', topics: [raw], documents: 10 });
    assert.deepEqual(arrival?.position, { topic: raw, partition: 1, offset: 0n });
    assert.deepEqual(arrival.read, arrival.position);
    assert.equal(arrival.previous, undefined);
    assert.deepEqual(arrival.verdicts, {});
  });

  on('a message missing below the end stops the reader', async (topics) => {
    await topics.append(raw, 0, documents(['a', 'b', 'c']));
    await topics.lose(raw, 0, 1n);
    await assert.rejects(readAll(topics, { group: 'g', topics: [raw], documents: 10 }), {
      code: 'BALLAST_TOPIC_GAP',
    });
  });
}

function stageTopics(on: On): void {
  on('position, previous and verdicts travel beside the untouched value', async (topics) => {
    await topics.append(raw, 1, documents(['a', 'b']));
    const [a, b] = await readAll(topics, { group: 'g', topics: [raw], documents: 10 });
    assert.ok(a !== undefined && b !== undefined);
    await topics.sink().write([toRouted(detected, a, undefined), toRouted(detected, b, a.position)]);
    const forwarded = await readAll(topics, { group: 'h', topics: [detected], documents: 10 });
    assert.deepEqual(
      forwarded.map(({ position }) => position),
      [a.position, b.position],
    );
    assert.deepEqual(
      forwarded.map(({ previous }) => previous),
      [undefined, a.position],
    );
    assert.deepEqual(
      forwarded.map(({ read }) => read),
      [0n, 1n].map((offset) => ({ topic: detected, partition: 1, offset })),
    );
    assert.deepEqual(forwarded[0]?.verdicts, verdicts);
    assert.deepEqual(
      forwarded.map(({ value }) => Buffer.from(value)),
      [a, b].map(({ value }) => Buffer.from(value)),
    );
  });

  on('a document may go to several topics, each with its own offsets', async (topics) => {
    await topics.append(raw, 0, documents(['a', 'b', 'c']));
    const arrivals = await readAll(topics, { group: 'g', topics: [raw], documents: 10 });
    const lanes = [topicOf('human'), topicOf('synthetic'), topicOf('human')];
    await topics
      .sink()
      .write(arrivals.map((arrival, index) => toRouted(lanes[index] ?? detected, arrival, undefined)));
    assert.equal(await topics.endOffset({ topic: topicOf('human'), partition: 0 }), 2n);
    assert.equal(await topics.endOffset({ topic: topicOf('synthetic'), partition: 0 }), 1n);
  });

  on('several ingest topics share an output, where each keeps its own chain', async (topics) => {
    await topics.append(raw, 0, documents(['a1', 'a2', 'a3']));
    await topics.append(other, 0, documents(['b1', 'b2', 'b3']));
    const arrivals = await readAll(topics, { group: 'g', topics: [raw, other], documents: 1 });
    const writer = Chain.resume(undefined);
    const sink = topics.sink();
    for (const arrival of arrivals)
      await sink.write([toRouted(detected, arrival, writer.link(detected, arrival.position))]);
    const reader = Chain.resume(undefined);
    const forwarded = await readAll(topics, { group: 'h', topics: [detected], documents: 2 });
    assert.ok(forwarded.every((arrival) => reader.admit(arrival)));
    assert.deepEqual(forwarded.map(idOf).toSorted(), ['a1', 'a2', 'a3', 'b1', 'b2', 'b3']);
    assert.deepEqual(forwarded.filter(({ position }) => position.topic === raw).map(idOf), [
      'a1',
      'a2',
      'a3',
    ]);
  });

  on('what a writer repeats after a restart is told apart by its position', async (topics) => {
    await topics.append(raw, 0, documents(['a', 'b']));
    const [a, b] = await readAll(topics, { group: 'g', topics: [raw], documents: 10 });
    assert.ok(a !== undefined && b !== undefined);
    const sink = topics.sink();
    await sink.write([toRouted(detected, a, undefined)]);
    await sink.write([toRouted(detected, a, undefined), toRouted(detected, b, a.position)]);
    const chain = Chain.resume(undefined);
    const forwarded = await readAll(topics, { group: 'h', topics: [detected], documents: 10 });
    assert.deepEqual(forwarded.filter((arrival) => chain.admit(arrival)).map(idOf), ['a', 'b']);
  });
}

function groups(on: On): void {
  on('the first delivery of a partition resumes from nothing, later ones do not say', async (topics) => {
    await topics.append(raw, 0, documents(['a', 'b']));
    const resumes: unknown[] = [];
    for await (const delivery of topics.source({ group: 'g', topics: [raw], documents: 1 }))
      resumes.push(delivery.resume);
    assert.deepEqual(resumes, [null, undefined]);
  });

  on('a restart goes on after the last ack, with its checkpoint', async (topics) => {
    await topics.append(raw, 0, documents(['a', 'b', 'c']));
    const checkpoint: Checkpoint = {
      marks: { [`${raw}/0`]: '0' },
      previous: { [detected]: { [`${raw}/0`]: '0' } },
      state: { seen: ['ü', 1, null] },
    };
    for await (const delivery of topics.source({ group: 'g', topics: [raw], documents: 1 })) {
      await delivery.ack(checkpoint);
      break;
    }
    const [next] = await deliveries(topics, { group: 'g', topics: [raw], documents: 10 });
    assert.deepEqual(next?.resume, checkpoint);
    assert.deepEqual(next.batch.map(idOf), ['b', 'c']);
  });

  on('what was delivered but not acked is delivered again', async (topics) => {
    await topics.append(raw, 0, documents(['a', 'b']));
    const first = await readAll(topics, { group: 'g', topics: [raw], documents: 10 });
    const again = await readAll(topics, { group: 'g', topics: [raw], documents: 10 });
    assert.deepEqual(again, first);
  });

  on('groups do not see each other', async (topics) => {
    await topics.append(raw, 0, documents(['a']));
    for await (const delivery of topics.source({ group: 'g', topics: [raw], documents: 1 }))
      await delivery.ack(empty);
    assert.equal((await readAll(topics, { group: 'g', topics: [raw], documents: 1 })).length, 0);
    assert.equal((await readAll(topics, { group: 'h', topics: [raw], documents: 1 })).length, 1);
  });

  on("an older reader's ack is refused once a newer one took the partition", async (topics) => {
    await topics.append(raw, 0, documents(['a', 'b']));
    const older = await firstOf(topics, { group: 'g', topics: [raw], documents: 1 });
    const newer = await firstOf(topics, { group: 'g', topics: [raw], documents: 1 });
    await assert.rejects(older.ack(empty), { code: 'BALLAST_GROUP_FENCED' });
    await newer.ack(empty);
    await assert.rejects(older.ack(empty), { code: 'BALLAST_GROUP_FENCED' });
    const [next] = await deliveries(topics, { group: 'g', topics: [raw], documents: 10 });
    assert.deepEqual(next?.batch.map(idOf), ['b']);
  });
}

function partitions(on: On): void {
  on('each partition has its own offsets and its own order', async (topics) => {
    await topics.append(raw, 0, documents(['a', 'b']));
    await topics.append(raw, 1, documents(['c', 'd']));
    const arrivals = await readAll(topics, { group: 'g', topics: [raw], documents: 1 });
    const of = (partition: number) => arrivals.filter(({ read }) => read.partition === partition);
    assert.deepEqual(of(0).map(idOf), ['a', 'b']);
    assert.deepEqual(of(1).map(idOf), ['c', 'd']);
    assert.deepEqual(
      of(1).map(({ read }) => read.offset),
      [0n, 1n],
    );
  });

  on('partitions take turns, so a long one starves nobody', async (topics) => {
    await topics.append(raw, 0, documents(['a', 'b', 'c', 'd']));
    await topics.append(raw, 1, documents(['x']));
    const arrivals = await readAll(topics, { group: 'g', topics: [raw], documents: 1 });
    assert.ok(arrivals.map(idOf).indexOf('x') <= 1);
  });

  on('a delivery is of one partition and within its bound', async (topics) => {
    await topics.append(raw, 0, documents(['a', 'b', 'c']));
    await topics.append(raw, 1, documents(['d']));
    for (const { input, batch } of await deliveries(topics, { group: 'g', topics: [raw], documents: 2 })) {
      assert.ok(batch.length >= 1 && batch.length <= 2);
      assert.ok(batch.every(({ read }) => read.partition === input.partition && read.topic === input.topic));
    }
  });

  on('a reader of some partitions is given no other', async (topics) => {
    await topics.append(raw, 0, documents(['a']));
    await topics.append(raw, 1, documents(['b']));
    const arrivals = await readAll(topics, { group: 'g', topics: [raw], partitions: [1], documents: 10 });
    assert.deepEqual(arrivals.map(idOf), ['b']);
  });

  on('a paused partition waits while others go on, and loses nothing', async (topics) => {
    await topics.append(raw, 0, documents(['a', 'b']));
    await topics.append(raw, 1, documents(['x', 'y', 'z']));
    const source = topics.source({ group: 'g', topics: [raw], documents: 1 });
    source.pause(raw, 0);
    const seen: string[] = [];
    for await (const { batch } of source) {
      seen.push(...batch.map(idOf));
      if (seen.length === 3) source.resume(raw, 0);
    }
    assert.deepEqual(seen, ['x', 'y', 'z', 'a', 'b']);
  });
}

function documents(ids: readonly string[]): readonly IngestMessage[] {
  return ids.map((id) => ({
    headers: {},
    value: Buffer.from(JSON.stringify({ id, text: `text of ${id}` })),
  }));
}

function idOf(arrival: Arrival): string {
  return arrival.document?.id ?? '';
}

function toRouted(topic: string, arrival: Arrival, previous: Arrival['position'] | undefined): Routed {
  return { topic, arrival, verdicts, previous };
}

async function deliveries(topics: TopicsUnderTest, options: SourceUnderTest): Promise<readonly Delivery[]> {
  const all: Delivery[] = [];
  for await (const delivery of topics.source(options)) all.push(delivery);
  return all;
}

async function readAll(topics: TopicsUnderTest, options: SourceUnderTest): Promise<readonly Arrival[]> {
  return (await deliveries(topics, options)).flatMap(({ batch }) => batch);
}

async function firstOf(topics: TopicsUnderTest, options: SourceUnderTest): Promise<Delivery> {
  for await (const delivery of topics.source(options)) return delivery;
  throw new assert.AssertionError({ message: 'the source delivered nothing' });
}
