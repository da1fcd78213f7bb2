import { setTimeout as delay } from 'node:timers/promises';
import { formatTopicPartition } from '@ballast/document';
import type { TopicPartition } from '@ballast/document';
import type { OffsetBounds } from '@ballast/stage';
import type { Kafka } from 'kafkajs';
import { decodeMessage } from '../codec.ts';
import type { DecodedMessage } from '../codec.ts';
import type { RawRecord } from '../record-batch.ts';
import type { Patience } from './client.ts';
import { clusterOf, fetchRequest } from './cluster.ts';
import type { Cluster } from './cluster.ts';
import { deniedError } from './denied.ts';
import { FetchError, readFetchAnswer } from './fetch-answer.ts';
import type { PartitionAnswer } from './fetch-answer.ts';
import { isPassing } from './passing.ts';
import { assertSameTopics, topicIdsOf } from './topic-ids.ts';
import { partitionBounds } from './partition-bounds.ts';
import type { TopicIds } from './topic-ids.ts';

/** A message as a partition holds it. */
export interface StoredMessage extends DecodedMessage {
  readonly offset: bigint;
  /** Milliseconds since the epoch; may be negative where a producer set it. */
  readonly timestamp: number;
  /** Undefined for a message without key. */
  readonly key: string | undefined;
  /** True for a null value: a tombstone, or a pointer without value. */
  readonly isNull: boolean;
  /** True when its batch is above the limit unpacked: value, key and headers were not read. */
  readonly isTooLarge: boolean;
}

/** What one fetch found. */
export interface Fetched {
  /** From the offset asked for on; empty at the end of the partition. */
  readonly messages: readonly StoredMessage[];
  /** Where to read on: behind the last message, and behind control records and what compaction took. */
  readonly next: bigint;
  /** Next offset that will be written; for a reader of whole transactions, the end of the last whole one. */
  readonly end: bigint;
}

/** Where to read. */
export interface FetchFrom extends TopicPartition {
  readonly from: bigint;
  /** Waits for transactions to end and leaves out aborted ones; for topics that others write. Default false. */
  readonly committedOnly?: boolean;
}

/** How much to read, and how long to wait for it. */
export interface FetchLimit {
  /** Bytes of one partition, about; one batch is given even when it is larger. Default 1 MiB. */
  readonly bytes?: number;
  /** Milliseconds to wait for the first message. Default 0. */
  readonly waitMs?: number;
}

/** Reads partitions at any offset, without a consumer group: nothing of a reading stays on the broker. */
export interface PartitionReader extends AsyncDisposable {
  /**
   * The messages at `from` and after it; at least one where there is one. Throws when `from` was deleted
   * or never existed.
   */
  fetch(input: TopicPartition, from: bigint, limit?: FetchLimit): Promise<Fetched>;
  /** As {@link fetch}, several partitions at once, by `topic/partition`; waits for the first message of any. */
  fetchAll(inputs: readonly FetchFrom[], limit?: FetchLimit): Promise<ReadonlyMap<string, Fetched>>;
}

/** A reader that also says who leads what, so that a wait for one broker need not be one for all, and what is read. */
export interface LeaderReader extends PartitionReader {
  /** Ids that the topics had when the reader was opened. */
  readonly topicIds: TopicIds;
  /** Inputs by the broker that leads them now. */
  byLeader<T extends TopicPartition>(inputs: readonly T[]): ReadonlyMap<string, readonly T[]>;
  /** What every partition of these topics, which it was opened for, holds now, by `topic/partition`. */
  bounds(topics: readonly string[]): Promise<ReadonlyMap<string, OffsetBounds>>;
}

/** Times a fetch is repeated that came to nothing, by patience, and the pause between, in milliseconds. */
const attemptsMax = { brief: 20, patient: Number.POSITIVE_INFINITY } as const;
const pauseMs = 250;
/** Bytes of one answer over all its partitions. */
const answerBytes = 8 * 1024 * 1024;
/**
 * How long a patient reader takes a topic that a broker does not know for one whose leader is on the move:
 * a broker that has just started does not know its topics yet. Milliseconds.
 */
const unknownMs = 10_000;
/**
 * After this long without a fetch the topic may have been deleted and created again unseen; a deletion ends
 * a fetch that is under way with an error. Milliseconds; both together took 300 and more (kafka.md 10.6).
 */
const unseenMs = 200;

/**
 * Opens a reader over the topics named, with connections of its own: a long wait keeps nobody waiting. A
 * fetch that was lost or met a moving leader is repeated, which changes nothing; a patient one goes on
 * until the reader is closed. A topic that was created again under its name is not read on: fetching then
 * throws BALLAST_KAFKA_TOPIC_RECREATED; one that this user may not read is BALLAST_KAFKA_DENIED.
 */
export async function openPartitionReader(
  kafka: Kafka,
  topics: readonly string[],
  patience: Patience = 'brief',
): Promise<LeaderReader> {
  let isClosed = false;
  const cluster = clusterOf(kafka);
  const topicIds = await connectFor(cluster, topics);
  const seenAt = new Map<string, number>();
  const fetchOf = async (nodeId: string, asked: readonly FetchFrom[], limit: FetchLimit) => {
    const isUnseen = performance.now() - (seenAt.get(nodeId) ?? 0) > unseenMs;
    const [answers, ids] = await Promise.all([
      fetchOnce(cluster, nodeId, asked, limit),
      isUnseen ? topicIdsOf(cluster, [...new Set(asked.map(({ topic }) => topic))]) : undefined,
    ]);
    if (ids !== undefined) assertSameTopics(topicIds, ids);
    seenAt.set(nodeId, performance.now());
    return answers;
  };
  const fetchAll: PartitionReader['fetchAll'] = async (inputs, limit = {}) => {
    const started = performance.now();
    for (let attempt = 1; ; attempt += 1) {
      try {
        const answers = await Promise.all(
          [...byLeader(cluster, inputs)].map(([nodeId, asked]) => fetchOf(nodeId, asked, limit)),
        );
        return new Map(answers.flat());
      } catch (error) {
        seenAt.clear();
        if (error instanceof FetchError) await assertNamed(cluster, topicIds, error);
        const isUnknown = error instanceof FetchError && error.type === 'UNKNOWN_TOPIC_OR_PARTITION';
        const mayPass = isUnknown ? performance.now() - started < unknownMs : isPassing(error);
        if (isClosed || attempt >= attemptsMax[patience] || !mayPass) throw error;
        await delay(pauseMs);
        // What has gone with the broker is found again, or the next attempt says why not.
        await cluster.refreshMetadata().catch(() => undefined);
      }
    }
  };
  return {
    fetchAll,
    topicIds,
    byLeader: (inputs) => byLeader(cluster, inputs),
    bounds: (names) => partitionBounds(cluster, names),
    async fetch(input, from, limit) {
      const found = await fetchAll([{ ...input, from }], limit);
      return found.get(formatTopicPartition(input)) ?? { messages: [], next: from, end: from };
    },
    [Symbol.asyncDispose]() {
      isClosed = true;
      return cluster.disconnect();
    },
  };
}

/** Connects a cluster for these topics and asks for their ids; a failure leaves no connection behind. */
async function connectFor(cluster: Cluster, topics: readonly string[]): Promise<TopicIds> {
  try {
    await cluster.connect();
    await cluster.addMultipleTargetTopics([...topics]);
    return await topicIdsOf(cluster, topics);
  } catch (error) {
    await cluster.disconnect();
    throw error;
  }
}

/** Throws in the place of an answer what it stands for: a missing right, or a topic that is another one now. */
async function assertNamed(cluster: Cluster, topicIds: TopicIds, error: FetchError): Promise<void> {
  const { topic } = error.input;
  if (error.type === 'TOPIC_AUTHORIZATION_FAILED') throw deniedError('Read', topic, error);
  if (error.type === 'OFFSET_OUT_OF_RANGE') assertSameTopics(topicIds, await topicIdsOf(cluster, [topic]));
}

function byLeader<T extends TopicPartition>(
  cluster: Cluster,
  inputs: readonly T[],
): ReadonlyMap<string, readonly T[]> {
  return Map.groupBy(
    inputs,
    ({ topic, partition }) => Object.keys(cluster.findLeaderForPartitions(topic, [partition]))[0] ?? '-1',
  );
}

async function fetchOnce(
  cluster: Cluster,
  nodeId: string,
  asked: readonly FetchFrom[],
  { bytes = 1024 * 1024, waitMs = 0 }: FetchLimit,
): Promise<readonly (readonly [string, Fetched])[]> {
  const broker = await cluster.findBroker({ nodeId });
  const starts = new Map(asked.map((each) => [formatTopicPartition(each), each.from]));
  const request = fetchRequest(
    {
      replicaId: -1,
      // Only a topic of others has transactions, and only they keep its reader waiting.
      isolationLevel: asked.some(({ committedOnly }) => committedOnly === true) ? 1 : 0,
      maxWaitTime: waitMs,
      minBytes: 1,
      maxBytes: Math.max(bytes, asked.length === 1 ? bytes : answerBytes),
      topics: [...Map.groupBy(asked, ({ topic }) => topic)].map(([topic, partitions]) => ({
        topic,
        partitions: partitions.map(({ partition, from }) => ({
          partition,
          fetchOffset: String(from),
          maxBytes: bytes,
        })),
      })),
    },
    (payload) => readFetchAnswer(payload, (input) => starts.get(formatTopicPartition(input)) ?? 0n),
  );
  const answers = await broker.connectionPool.send(request);
  return answers.map((answer) => {
    const name = formatTopicPartition(answer);
    return [name, toFetched(answer, starts.get(name) ?? 0n)] as const;
  });
}

function toFetched({ records, end, next }: PartitionAnswer, from: bigint): Fetched {
  return { messages: records.map((record) => new Stored(record)), end, next: next ?? from };
}

const noBytes = new Uint8Array(0);

/** A message whose headers are read when they are asked for. */
class Stored implements StoredMessage {
  readonly offset: bigint;
  readonly timestamp: number;
  readonly #record: RawRecord;
  #decoded: DecodedMessage | undefined;

  constructor(record: RawRecord) {
    this.#record = record;
    this.offset = record.offset;
    this.timestamp = record.timestamp;
  }

  get key(): string | undefined {
    return this.#record.key?.toString('utf8');
  }

  get isNull(): boolean {
    return this.#record.value === null;
  }

  get isTooLarge(): boolean {
    return this.#record.isTooLarge;
  }

  get value(): Uint8Array {
    return this.#record.value ?? noBytes;
  }

  get headers(): DecodedMessage['headers'] {
    return this.#read().headers;
  }

  get unread(): DecodedMessage['unread'] {
    return this.#read().unread;
  }

  #read(): DecodedMessage {
    this.#decoded ??= decodeMessage({ value: this.#record.value, headers: this.#record.headers() });
    return this.#decoded;
  }
}
