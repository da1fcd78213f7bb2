import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { openKafkaTopics } from '@ballast/kafka';
import type { KafkaTopics } from '@ballast/kafka';
import { runStage, toArrival } from '@ballast/stage';
import type { Arrival, Checkpoint, Delivery, Routed } from '@ballast/stage';
import kafkajs from 'kafkajs';
import type { IHeaders } from 'kafkajs';
import { openTestClient } from './client.fixture.ts';
import type { TestClient } from './client.fixture.ts';
import { sharedBroker, uniqueName } from './shared.ts';

const { CompressionTypes } = kafkajs;
const empty: Checkpoint = { marks: {}, previous: {}, state: null };
const partitions = 4;
let client: TestClient;
const folders: string[] = [];

before(async () => {
  const { bootstrap } = await sharedBroker();
  client = await openTestClient(bootstrap);
  await client.createSides(partitions);
});
after(async () => {
  await client[Symbol.asyncDispose]();
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'ballast-guards-'));
  folders.push(made);
  return made;
}

interface Opening {
  readonly replicaDir?: string;
  readonly gaps?: boolean;
  readonly sessionTimeoutMs?: number;
}

async function open(options: Opening = {}): Promise<KafkaTopics> {
  return await openKafkaTopics({
    kafka: client.kafka,
    admin: client.admin,
    partitions,
    sessionTimeoutMs: options.sessionTimeoutMs ?? 30_000,
    replicaDir: options.replicaDir ?? folder(),
    failAt: () => undefined,
    gaps: () => options.gaps ?? false,
  });
}

/** An ingest topic of the test's own. */
async function ingest(settings: { readonly [name: string]: string } = {}): Promise<string> {
  return await create(`documents.raw.${uniqueName('t')}`, settings);
}

/** A topic of Ballast's own, by any name that is no ingest's. */
async function own(settings: { readonly [name: string]: string } = {}): Promise<string> {
  return await create(uniqueName('own'), settings);
}

async function create(topic: string, settings: { readonly [name: string]: string }): Promise<string> {
  const configEntries = Object.entries(settings).map(([name, value]) => ({ name, value }));
  await client.create([{ topic, numPartitions: partitions, configEntries }]);
  return topic;
}

const documentOf = (id: string, text = `text of ${id}`) => ({
  headers: {},
  value: Buffer.from(JSON.stringify({ id, text })),
});

interface Reading {
  readonly topics: KafkaTopics;
  readonly topic: string;
  readonly group?: string;
}

async function readAll({ topics, topic, group = uniqueName('g') }: Reading): Promise<readonly Arrival[]> {
  const arrivals: Arrival[] = [];
  const signal = new AbortController().signal;
  for await (const { batch } of topics.source({ group, topics: [topic], signal, until: 'end' }))
    arrivals.push(...batch);
  return arrivals;
}

async function ackAll(
  { topics, topic, group = uniqueName('g') }: Reading,
  checkpoint: Checkpoint,
): Promise<readonly Delivery[]> {
  const deliveries: Delivery[] = [];
  const signal = new AbortController().signal;
  for await (const delivery of topics.source({ group, topics: [topic], signal, until: 'end' })) {
    await delivery.ack(checkpoint);
    deliveries.push(delivery);
  }
  return deliveries;
}

/** The same name, and as many messages and more than before: the offsets say nothing. */
async function createAgain(topic: string, ids: readonly string[]): Promise<void> {
  await client.admin.deleteTopics({ topics: [topic] });
  while ((await client.admin.listTopics()).includes(topic)) await delay(20);
  await create(topic, {});
  await client.append(
    topic,
    0,
    ids.map((id) => documentOf(id)),
  );
}

/** The document at this offset of partition 2 of the ingest, behind the one before it, for a topic of ours. */
function routedTo(topic: string, offset: number): Routed {
  const input = { topic: 'documents.raw', partition: 2 };
  const arrival = toArrival(input, { ...documentOf(String(offset)), offset: BigInt(offset) });
  const previous = offset === 0 ? undefined : { ...input, offset: BigInt(offset - 1) };
  return { topic, arrival, verdicts: {}, previous };
}

/** A message as any client may write it to partition 2: headers may come twice, or without a value. */
async function writeByHand(topic: string, headers: IHeaders): Promise<void> {
  const producer = client.kafka.producer({ allowAutoTopicCreation: false });
  await producer.connect();
  await producer.send({ topic, messages: [{ ...documentOf('by hand'), partition: 2, headers }] });
  await producer.disconnect();
}

/** Runs a loop over a topic of ours, one document at a time, to its end; `read` becomes the ids of what it took. */
async function forward({ topics, topic, read }: Reading & { readonly read: string[] }): Promise<void> {
  const [group, signal] = [uniqueName('g'), new AbortController().signal];
  const batch = { documents: 1, bytes: 1_000_000 };
  await runStage({
    source: topics.source({ group, topics: [topic], signal, batch, until: 'end' }),
    stages: [
      {
        name: 'verify',
        version: 'test',
        process: async (batch) => {
          read.push(...batch.map(({ document }) => document.id));
          return batch.map(() => ({ stage: 'verify', version: 'test', action: 'defer', reason: 'test' }));
        },
      },
    ],
    sink: { write: async () => undefined },
    route: () => 'nowhere',
    signal,
  });
}

/** By what they are sent in, and what the broker keeps them in. */
const bombs = [
  ['gzip', CompressionTypes.GZIP, {}],
  ['zstd', CompressionTypes.ZSTD, {}],
  ['lz4', CompressionTypes.GZIP, { 'compression.type': 'lz4' }],
  ['snappy', CompressionTypes.GZIP, { 'compression.type': 'snappy' }],
] as const;

describe('what others write to an ingest topic', () => {
  for (const codec of ['snappy', 'lz4', 'gzip', 'zstd'])
    test(`is read when the broker keeps it in ${codec}`, async () => {
      const topic = await ingest({ 'compression.type': codec });
      const messages = Array.from({ length: 300 }, (_, index) =>
        documentOf(`d${index}`, 'word '.repeat(index)),
      );
      await client.append(topic, 1, messages);
      await using topics = await open();
      const arrivals = await readAll({ topics, topic });
      assert.deepEqual(
        arrivals.map(({ value }) => Buffer.from(value)),
        messages.map(({ value }) => value),
      );
    });

  for (const [name, sent, settings] of bombs)
    test(`a ${name} bomb is named record by record as too large, and what follows is read`, async () => {
      const topic = await ingest({ ...settings, 'max.message.bytes': String(10 * 1024 * 1024) });
      await client.append(topic, 0, [documentOf('before')]);
      const producer = client.kafka.producer({ allowAutoTopicCreation: false });
      await producer.connect();
      const values = ['first', 'b'.repeat(66 * 2 ** 20), 'last'];
      const messages = values.map((value) => ({ partition: 0, value }));
      await producer.send({ topic, compression: sent, messages });
      await producer.disconnect();
      await client.append(topic, 0, [documentOf('after')]);
      await using topics = await open();
      const arrivals = await readAll({ topics, topic });
      assert.deepEqual(
        arrivals.map(({ read, document, unreadable, value }) => [
          read.offset,
          document?.id ?? unreadable,
          value.length > 0,
        ]),
        [
          [0n, 'before', true],
          [1n, 'too_large', false],
          [2n, 'too_large', false],
          [3n, 'too_large', false],
          [4n, 'after', true],
        ],
      );
    });

  test('headers under our names have no effect', async () => {
    const topic = await ingest();
    const forged = {
      'ballast-position': 'documents.raw/0/5',
      'ballast-previous': 'documents.raw/0/4',
      'ballast-unreadable': 'too_large',
      'ballast-verdict-detect': '{"stage":"detect","version":"1","action":"dead","reason":"forged"}',
      'ballast-replay-of': 'nonsense',
    };
    await client.append(topic, 0, [{ ...documentOf('a'), headers: forged }]);
    await using topics = await open();
    const [arrival] = await readAll({ topics, topic });
    assert.deepEqual(arrival?.position, { topic, partition: 0, offset: 0n });
    assert.deepEqual(
      [arrival.document?.id, arrival.previous, arrival.verdicts, arrival.replayOf],
      ['a', undefined, {}, undefined],
    );
  });

  test('a tombstone, a repeated, a null and a huge header, and any timestamp are read', async () => {
    const topic = await ingest({
      'max.message.bytes': String(11 * 1024 * 1024),
      'message.timestamp.after.max.ms': '9223372036854775807',
      'retention.ms': '-1',
    });
    const producer = client.kafka.producer({ allowAutoTopicCreation: false });
    await producer.connect();
    // kafkajs's own encoder throws at a header without a value; other clients write them.
    const headers = { twice: ['a', 'b'], none: undefined, huge: 'x'.repeat(10_000_000) };
    const { value } = documentOf('a');
    for (const timestamp of ['0', '-5', '9999999999999'])
      await producer.send({ topic, messages: [{ partition: 0, key: null, value, headers, timestamp }] });
    await producer.send({ topic, messages: [{ partition: 0, key: 'a', value: null }] });
    await producer.disconnect();
    await using topics = await open();
    const arrivals = await readAll({ topics, topic });
    assert.deepEqual(
      arrivals.map(({ document, unreadable }) => document?.id ?? unreadable),
      ['a', 'a', 'a', 'empty_value'],
    );
  });

  test('a transaction leaves gaps: they stop the reader, unless the topic may have them', async () => {
    const topic = await ingest();
    await client.append(topic, 0, [documentOf('before')]);
    const producer = client.kafka.producer({
      transactionalId: uniqueName('tx'),
      idempotent: true,
      maxInFlightRequests: 1,
    });
    await producer.connect();
    for (const [id, end] of [
      ['aborted', 'abort'],
      ['committed', 'commit'],
    ] as const) {
      const transaction = await producer.transaction();
      await transaction.send({ topic, messages: [{ partition: 0, value: documentOf(id).value }] });
      await transaction[end]();
    }
    await producer.disconnect();
    await using strict = await open();
    await assert.rejects(readAll({ topics: strict, topic }), { code: 'BALLAST_TOPIC_GAP' });
    await using lenient = await open({ gaps: true });
    const group = uniqueName('g');
    const deliveries = await ackAll({ topics: lenient, topic, group }, empty);
    assert.deepEqual(
      deliveries.flatMap(({ batch }) => batch.map(({ document }) => document?.id)),
      ['before', 'committed'],
    );
    // The marker behind the last document is passed, not waited for.
    await client.append(topic, 0, [documentOf('after')]);
    assert.deepEqual(
      (await readAll({ topics: lenient, topic, group })).map(({ document }) => document?.id),
      ['after'],
    );
  });
});

describe("Ballast's own topics", () => {
  const byHand: readonly (readonly [what: string, headers: IHeaders])[] = [
    ['without our headers', {}],
    ['with a malformed position', { 'ballast-position': 'documents.raw/zero/0' }],
    ['with a foreign verdict', { 'ballast-position': 'documents.raw/0/0', 'ballast-verdict-detect': '{}' }],
    [
      'with a verdict of another schema',
      {
        'ballast-position': 'documents.raw/2/2',
        'ballast-verdict-detect':
          '{"schema":99,"stage":"detect","version":"99","action":"keep","reason":"new"}',
      },
    ],
    ['with a header of ours twice', { 'ballast-position': ['documents.raw/2/2', 'documents.raw/2/3'] }],
    ['with a header of ours that is null', { 'ballast-position': undefined }],
  ];
  for (const [what, headers] of byHand)
    test(`a message written by hand in the middle, ${what}, stops the reader, which names it`, async () => {
      const topic = await own();
      await using topics = await open();
      await topics.sink().write([routedTo(topic, 0), routedTo(topic, 1)]);
      await writeByHand(topic, headers);
      const read: string[] = [];
      await assert.rejects(forward({ topics, topic, read }), (error: Error & { readonly code?: string }) => {
        assert.equal(error.code, 'BALLAST_KAFKA_FOREIGN');
        assert.ok(error.message.includes(`${topic}/2/2`), error.message);
        return true;
      });
      assert.deepEqual(read, ['0', '1']);
    });

  for (const [what, headers, code] of [
    [
      'that would be a loss',
      { 'ballast-position': 'documents.raw/2/9', 'ballast-previous': 'documents.raw/2/8' },
      'LOSS',
    ],
    ['that says it is the first', { 'ballast-position': 'documents.raw/2/9' }, 'DIVERGED'],
  ] as const)
    test(`one that bears a place as ours do, ${what}, breaks the chain`, async () => {
      const topic = await own();
      await using topics = await open();
      await topics.sink().write([routedTo(topic, 0), routedTo(topic, 1)]);
      await writeByHand(topic, headers);
      const read: string[] = [];
      await assert.rejects(forward({ topics, topic, read }), { code: `BALLAST_CHAIN_${code}` });
      assert.deepEqual(read, ['0', '1']);
    });

  test('one that repeats a place is passed over, as a second copy', async () => {
    const topic = await own();
    await using topics = await open();
    await topics.sink().write([routedTo(topic, 0), routedTo(topic, 1)]);
    await writeByHand(topic, {
      'ballast-position': 'documents.raw/2/1',
      'ballast-previous': 'documents.raw/2/0',
    });
    await topics.sink().write([routedTo(topic, 2)]);
    const read: string[] = [];
    await forward({ topics, topic, read });
    assert.deepEqual(read, ['0', '1', '2']);
  });

  test('documents of 900 kB and of 8 MiB pass; one that the topic cannot hold goes on as a pointer', async () => {
    const from = await ingest({ 'max.message.bytes': String(10 * 1024 * 1024) });
    const sizes = [900_000, 8_388_000, 300_000];
    for (const size of sizes)
      await client.append(from, 0, [
        documentOf(`d${size}`, randomBytes(Math.floor(size * 0.74)).toString('base64')),
      ]);
    await using topics = await open();
    const arrivals = await readAll({ topics, topic: from });
    const [wide, narrow] = [
      await own({ 'max.message.bytes': String(10 * 1024 * 1024) }),
      await own({ 'max.message.bytes': '100000' }),
    ];
    const sink = topics.sink();
    const to = (topic: string, each: readonly Arrival[]) =>
      each.map((arrival) => ({ topic, arrival, verdicts: {}, previous: undefined }));
    await sink.write(to(wide, arrivals));
    const small = arrivals.slice(0, 1).map((arrival) => ({ ...arrival, value: documentOf('small').value }));
    await sink.write(to(narrow, [...arrivals.slice(2), ...small]));
    await using later = await open();
    assert.deepEqual(
      (await readAll({ topics: later, topic: wide })).map(({ value }) => value.length),
      arrivals.map(({ value }) => value.length),
    );
    assert.deepEqual(
      (await readAll({ topics: later, topic: narrow })).map(({ document, unreadable, value }) => [
        document?.id ?? unreadable,
        value.length > 0,
      ]),
      [
        ['too_large', false],
        ['small', true],
      ],
    );
  });

  test('the record that was read last must still lie there', async () => {
    const topic = await ingest();
    const group = uniqueName('g');
    await client.append(topic, 0, [documentOf('a'), documentOf('b')]);
    {
      await using topics = await open();
      await ackAll({ topics, topic, group }, empty);
    }
    await createAgain(topic, ['x', 'y', 'z']);
    await using topics = await open();
    await assert.rejects(readAll({ topics, topic, group }), { code: 'BALLAST_KAFKA_TOPIC_RECREATED' });
  });

  test('one that is created again under a running reader stops it before it reads on', async () => {
    const topic = await ingest();
    await client.append(topic, 0, [documentOf('a'), documentOf('b')]);
    await using topics = await open();
    const read: string[] = [];
    // One that notices nothing would read on for ever.
    const signal = AbortSignal.timeout(20_000);
    const reading = (async () => {
      for await (const { batch } of topics.source({ group: uniqueName('g'), topics: [topic], signal }))
        read.push(...batch.map(({ document }) => document?.id ?? ''));
    })();
    reading.catch(() => undefined);
    while (read.length < 2) await delay(10);
    await createAgain(topic, ['x', 'y', 'z']);
    await assert.rejects(reading, { code: 'BALLAST_KAFKA_TOPIC_RECREATED' });
    assert.deepEqual(read, ['a', 'b']);
  });
});

describe('offsets that the brokers have forgotten', () => {
  const forget = async (group: string): Promise<void> => {
    for (let tries = 0; ; tries += 1)
      try {
        return void (await client.admin.deleteGroups([group]));
      } catch (error) {
        if (tries === 20) throw error;
        await delay(100);
      }
  };

  test('begin anew where every message is still there, and stop the reader where some are not', async () => {
    const topic = await ingest();
    const group = uniqueName('g');
    const ids = ['a', 'b', 'c'];
    await client.append(
      topic,
      0,
      ids.map((id) => documentOf(id)),
    );
    {
      await using topics = await open();
      await ackAll({ topics, topic, group }, empty);
    }
    await forget(group);
    {
      await using topics = await open();
      const [delivery] = await ackAll({ topics, topic, group }, empty);
      assert.equal(delivery?.resume, null);
      assert.deepEqual(
        delivery.batch.map(({ document }) => document?.id),
        ids,
      );
    }
    await forget(group);
    await client.deleteRecords(topic, 0, 1n);
    await using topics = await open();
    await assert.rejects(
      readAll({ topics, topic, group }),
      (error: Error & { readonly code?: string }) =>
        error.code === 'BALLAST_TOPIC_GAP' && error.message.includes('set its offset by hand'),
    );
    // A group that never was there takes what is left: others wrote the rest before it came.
    assert.equal((await readAll({ topics, topic })).length, 2);
    // By hand: only the operator knows that nothing was lost.
    await client.admin.setOffsets({ groupId: group, topic, partitions: [{ partition: 0, offset: '1' }] });
    assert.equal((await readAll({ topics, topic, group })).length, 2);
  });
});

describe('checkpoints', () => {
  test('of any size come back, and the one before is deleted only after the ack that follows it', async () => {
    const topic = await ingest();
    const group = uniqueName('g');
    const stateOf = (size: number): Checkpoint => ({ ...empty, state: randomBytes(size).toString('base64') });
    const big = stateOf(200_000);
    const resumes: unknown[] = [];
    for (const [id, checkpoint] of [
      ['a', big],
      ['b', stateOf(10_000)],
      ['c', stateOf(100)],
    ] as const) {
      await client.append(topic, 0, [documentOf(id)]);
      await using topics = await open();
      const [delivery] = await ackAll({ topics, topic, group }, checkpoint);
      resumes.push(delivery?.resume);
    }
    assert.equal(resumes[0], null);
    assert.deepEqual(resumes[1], big);
    const end = await client.endOffset('ballast.snapshots', 0);
    const kept = await client.readAll('ballast.snapshots', 0, end);
    const ours = kept.filter(({ key }) => key?.includes(topic));
    const lastByKey = new Map(ours.map(({ key, isNull }) => [key, isNull]));
    assert.deepEqual([...lastByKey.values()], [true, true]);
  });

  test('published values are seen by other processes', async () => {
    await using one = await open();
    await using other = await open();
    const name = uniqueName('value');
    const first = await one.published.publish(name, { of: 1 });
    assert.deepEqual(await other.published.read(name), { version: first, value: { of: 1 } });
    const second = await other.published.publish(name, { of: 2 });
    assert.equal((await one.published.read(name))?.version, second);
    assert.deepEqual((await one.published.read(name, first))?.value, { of: 1 });
    assert.deepEqual(await one.published.list(name), [name]);
  });
});

describe('members of a group', () => {
  test('a successor of a dead member has its partitions in 2 s, not after the session time-out', async () => {
    const topic = await ingest();
    const [group, replicaDir] = [uniqueName('g'), folder()];
    await client.append(topic, 0, [documentOf('a')]);
    const dead = await open({ replicaDir });
    const signal = new AbortController().signal;
    // Taken and never acked: its heartbeats go on, as those of a process that hangs would.
    for await (const _ of dead.source({ group, topics: [topic], signal })) break;
    const since = performance.now();
    const successor = await open({ replicaDir });
    // Without its predecessor's leave it waits for a minute, and so would its end.
    const read = await Promise.race([readAll({ topics: successor, topic, group }), delay(5_000, [])]);
    assert.equal(read.length, 1);
    assert.ok(performance.now() - since < 2_000, `${performance.now() - since} ms`);
    await Promise.all([dead[Symbol.asyncDispose](), successor[Symbol.asyncDispose]()]);
  });

  test('a member can be taken out by its successor while it still waits for others to join', async () => {
    const topic = await ingest();
    const [group, replicaDir, stop] = [uniqueName('g'), folder(), new AbortController()];
    await client.append(topic, 0, [documentOf('a')]);
    await using busy = await open({ replicaDir: folder(), sessionTimeoutMs: 6_000 });
    // It has a delivery in hand, and the group waits for it.
    const held = busy.source({ group, topics: [topic], signal: stop.signal })[Symbol.asyncIterator]();
    await held.next();
    await using waiting = await open({ replicaDir, sessionTimeoutMs: 6_000 });
    const joining = waiting.source({ group, topics: [topic], signal: stop.signal })[Symbol.asyncIterator]();
    const dealt = joining.next();
    const file = join(replicaDir, `member-${group}`);
    for (const end = performance.now() + 2_000; !existsSync(file) && performance.now() < end;)
      await delay(20);
    const { groups } = await client.admin.describeGroups([group]);
    const [described] = groups;
    assert.equal(described?.state, 'PreparingRebalance');
    assert.ok(described.members.some(({ memberId }) => memberId === readFileSync(file, 'utf8')));
    stop.abort();
    await Promise.all([dealt, held.next()]);
  });

  test('work that takes longer than the session keeps its partitions', async () => {
    const topic = await ingest();
    await client.append(topic, 0, [documentOf('a')]);
    await using topics = await open({ sessionTimeoutMs: 1_000 });
    let deliveries = 0;
    const [group, signal] = [uniqueName('g'), new AbortController().signal];
    for await (const delivery of topics.source({ group, topics: [topic], signal, until: 'end' })) {
      deliveries += 1;
      await delay(2_500);
      await delivery.ack(empty);
    }
    assert.equal(deliveries, 1);
  });

  test('a second member takes its share, and nothing is lost, acked twice or out of order', async () => {
    const topic = await ingest();
    const group = uniqueName('g');
    const count = 600;
    const acked = new Map<string, number[]>();
    const stop = new AbortController();
    const member = async (name: string): Promise<ReadonlySet<number>> => {
      await using topics = await open();
      const owned = new Set<number>();
      const batch = { documents: 5, bytes: 1_000_000 };
      for await (const delivery of topics.source({ group, topics: [topic], batch, signal: stop.signal })) {
        await delay(3);
        await delivery.ack({ ...empty, state: name });
        owned.add(delivery.input.partition);
        const offsets = acked.get(String(delivery.input.partition)) ?? [];
        offsets.push(...delivery.batch.map(({ read }) => Number(read.offset)));
        acked.set(String(delivery.input.partition), offsets);
        if ([...acked.values()].flat().length >= partitions * count) stop.abort();
      }
      return owned;
    };
    for (let partition = 0; partition < partitions; partition += 1)
      await client.append(
        topic,
        partition,
        Array.from({ length: count }, (_, index) => documentOf(`${index}`)),
      );
    const first = member('first');
    while ([...acked.values()].flat().length < 100) await delay(5);
    const second = await member('second');
    await first;
    assert.ok(second.size >= 1 && second.size < partitions);
    const expected = Array.from({ length: count }, (_, index) => index);
    for (const offsets of acked.values()) assert.deepEqual(offsets, expected);
    assert.equal(acked.size, partitions);
  });
});
