import { formatTopicPartition, isIngestTopic, parseTopicPartition } from '@ballast/document';
import type { TopicPartition } from '@ballast/document';
import { BallastError } from '@ballast/stage';
import type {
  Assignment,
  DealtTopics,
  LaneReader,
  LaneReaderOptions,
  OffsetBounds,
  Sink,
  SourceOptions,
} from '@ballast/stage';
import type { Admin, Kafka } from 'kafkajs';
import { openAppender } from '../admin/appender.ts';
import type { Appender } from '../admin/appender.ts';
import { partitionBounds } from '../admin/partition-bounds.ts';
import { openPartitionReader } from '../admin/partition-reader.ts';
import type { LeaderReader } from '../admin/partition-reader.ts';
import { assertSameTopics } from '../admin/topic-ids.ts';
import { kafkaErrors } from '../errors.ts';
import { gapError } from './arrival.ts';
import { Checkpoints } from './checkpoints.ts';
import type { Stored } from './checkpoints.ts';
import { brokerLanes } from './lane-reader.ts';
import { dismissPredecessors, joinGroup } from './membership.ts';
import type { CommittedOffset, Generation, Membership } from './membership.ts';
import { brokerPublished } from './published.ts';
import { assertSameRecord } from './same-record.ts';
import { brokerSink } from './sink.ts';
import { kafkaSource } from './source.ts';
import type { KafkaSource, Lease, Place } from './source.ts';

/** Topics on brokers. */
export interface KafkaTopics extends DealtTopics {
  source(options: SourceOptions): KafkaSource;
  /** True while this process is a member that partitions are dealt to. */
  joined(): boolean;
  /** Rejects when only a new process can go on. */
  readonly failed: Promise<never>;
}

/** How topics are opened. */
export interface KafkaTopicsOptions {
  /** A client that is patient. */
  readonly kafka: Kafka;
  readonly admin: Admin;
  readonly partitions: number;
  readonly sessionTimeoutMs: number;
  /** Folder of this replica: keeps by which ids it is a member of its groups. */
  readonly replicaDir: string;
  readonly failAt: (point: string) => void;
  /** True for an ingest topic that may have gaps. */
  readonly gaps: (topic: string) => boolean;
}

/** Opens the topics of a pipeline for one process. */
export async function openKafkaTopics(options: KafkaTopicsOptions): Promise<KafkaTopics> {
  const names = await options.admin.listTopics();
  const [appender, reader, sideReader] = await Promise.all([
    openAppender(options.kafka),
    openPartitionReader(options.kafka, names, 'patient'),
    openPartitionReader(options.kafka, names, 'patient'),
    dismissPredecessors(options.kafka, options.replicaDir),
  ]);
  return new BrokerTopics(options, names, { appender, reader, sideReader });
}

/** What a partition holds that the broker does not name. */
const nothing: OffsetBounds = { low: 0n, high: 0n };

interface Connections {
  readonly appender: Appender;
  /** Reads documents; waits for them. */
  readonly reader: LeaderReader;
  /** Reads snapshots and published values; never waits. */
  readonly sideReader: LeaderReader;
}

class BrokerTopics implements KafkaTopics {
  readonly partitions: number;
  readonly published;
  readonly failAt: (point: string) => void;
  readonly #options: KafkaTopicsOptions;
  readonly #names: readonly string[];
  readonly #connections: Connections;
  readonly #memberships = new Set<Membership>();
  readonly #failed = Promise.withResolvers<never>();
  readonly #closed = new AbortController();

  constructor(options: KafkaTopicsOptions, names: readonly string[], connections: Connections) {
    this.#options = options;
    this.#names = names;
    this.#connections = connections;
    this.partitions = options.partitions;
    this.failAt = options.failAt;
    this.published = brokerPublished(connections.appender, connections.sideReader);
    this.#failed.promise.catch(() => undefined);
  }

  get failed(): Promise<never> {
    return this.#failed.promise;
  }

  /** The broker says nothing of trust: the configuration does. */
  trustedOf(): undefined {
    return undefined;
  }

  joined(): boolean {
    return this.#memberships.size > 0 && [...this.#memberships].every((member) => member.joined());
  }

  sink(): Sink {
    return brokerSink(this.#connections.appender, this.failAt);
  }

  source(options: SourceOptions): KafkaSource {
    const { topics, start } = options;
    const names = typeof topics === 'function' ? this.#names.filter(topics) : topics;
    const leases = (signal: AbortSignal): AsyncIterable<Lease> =>
      start === undefined
        ? this.#dealt(options, names, signal)
        : this.#fixed({ ...options, start }, names, signal);
    return kafkaSource(leases, this.#connections.reader, { ...options, gaps: this.#options.gaps });
  }

  laneReader(options: LaneReaderOptions): LaneReader {
    const partitions = options.partitions ?? Array.from({ length: this.partitions }, (_, index) => index);
    const signal = AbortSignal.any([
      this.#closed.signal,
      ...(options.signal === undefined ? [] : [options.signal]),
    ]);
    return brokerLanes(this.#connections.reader, { ...options, partitions, signal });
  }

  async *assignments(group: string, topic: string, signal: AbortSignal): AsyncGenerator<Assignment> {
    await using member = await this.#join(group, [topic], undefined);
    for await (const generation of member.generations(signal))
      yield {
        partitions: generation.inputs.map(({ partition }) => partition).toSorted((a, b) => a - b),
        signal: generation.signal,
        show: async (places) => {
          for (const [name, next] of places) await generation.commit(parseTopicPartition(name), next, '');
        },
      };
  }

  /** Partitions that the group deals out; its offsets and their metadata are the truth (protocol P8). */
  async *#dealt(
    { group, partitions }: SourceOptions,
    names: readonly string[],
    signal: AbortSignal,
  ): AsyncGenerator<Lease> {
    for (const topic of names) await this.#assertSame(topic);
    const member = await this.#join(group, names, partitions);
    // What was delivered last may still be acked when the iteration is over; only then the group is left.
    let [unacked, isOver] = [0, false];
    const settle = async (): Promise<void> => {
      if (isOver && unacked === 0) await member[Symbol.asyncDispose]();
    };
    try {
      for await (const generation of member.generations(signal)) {
        const { appender, sideReader } = this.#connections;
        const checkpoints = new Checkpoints(group, appender, sideReader);
        const places = generation.inputs.length === 0 ? new Map() : await generation.committed();
        const bounds = await partitionBounds(
          this.#options.admin,
          generation.inputs.length === 0 ? [] : names,
        );
        unacked = 0;
        yield {
          inputs: generation.inputs,
          signal: generation.signal,
          place: (input) => {
            const name = formatTopicPartition(input);
            return this.#place(checkpoints, input, places.get(name), bounds.get(name) ?? nothing);
          },
          delivered: () => (unacked += 1),
          ack: async (input, next, stored) => {
            await this.#ack(generation, checkpoints, input, next, stored);
            unacked -= 1;
            await settle();
          },
        };
      }
    } finally {
      isOver = true;
      await settle();
    }
  }

  async #ack(
    generation: Generation,
    checkpoints: Checkpoints,
    input: TopicPartition,
    next: bigint,
    stored: Stored,
  ): Promise<void> {
    this.failAt('ack:before');
    const { metadata, key } = await checkpoints.store(input, next, stored);
    this.failAt('ack:snapshot');
    await generation.commit(input, next, metadata);
    this.failAt('ack:committed');
    await checkpoints.acked(input, key);
  }

  /**
   * Remembers the id of a topic among the published values: the broker deletes the offsets of groups with
   * their topic, so one that was created again looks like one that nobody has read yet. Throws
   * BALLAST_KAFKA_TOPIC_RECREATED.
   */
  async #assertSame(topic: string): Promise<void> {
    const id = this.#connections.reader.topicIds.get(topic);
    if (id === undefined) return;
    const known = await this.published.read(`topic/${topic}`);
    if (known === undefined) await this.published.publish(`topic/${topic}`, id);
    else
      assertSameTopics(
        new Map([[topic, JSON.stringify(known.value)]]),
        new Map([[topic, JSON.stringify(id)]]),
      );
  }

  /** Where a group goes on. Throws BALLAST_TOPIC_GAP, BALLAST_KAFKA_TOPIC_RECREATED, BALLAST_KAFKA_SNAPSHOT. */
  async #place(
    checkpoints: Checkpoints,
    input: TopicPartition,
    committed: CommittedOffset | undefined,
    bounds: OffsetBounds,
  ): Promise<Place> {
    if (committed === undefined) {
      // Others wrote to an ingest topic long before we came; of our own topics everything is ours to read.
      if (bounds.low > 0n && !isIngestTopic(input.topic) && !this.#options.gaps(input.topic))
        throw gapError(input, 0n, `nobody has read it, and the partition begins at ${bounds.low}`);
      return { next: bounds.low, checkpoint: null };
    }
    const stored = await checkpoints.load(input, committed.metadata);
    const { offset } = committed;
    if (offset > bounds.high)
      throw new BallastError(
        kafkaErrors.recreated,
        `${formatTopicPartition(input)} ends at ${bounds.high}, and was read up to ${offset}`,
      );
    if (bounds.low > offset) throw gapError(input, offset, `the partition begins at ${bounds.low}`);
    if (stored?.last !== undefined && stored.last.offset >= bounds.low)
      await assertSameRecord(this.#connections.sideReader, input, stored.last);
    return { next: offset, checkpoint: stored?.checkpoint ?? null };
  }

  /** Partitions that the caller names, from where it says; its acks are its own business. */
  async *#fixed(
    { partitions, start }: SourceOptions & Required<Pick<SourceOptions, 'start'>>,
    names: readonly string[],
    signal: AbortSignal,
  ): AsyncGenerator<Lease> {
    const all = partitions ?? Array.from({ length: this.partitions }, (_, index) => index);
    yield {
      inputs: names.flatMap((topic) => all.map((partition) => ({ topic, partition }))),
      signal: AbortSignal.any([signal, this.#closed.signal]),
      place: async (input) => {
        const { offset, checkpoint } = await start(input);
        return { next: offset, checkpoint };
      },
      delivered: () => undefined,
      ack: async () => undefined,
    };
  }

  async #join(
    group: string,
    topics: readonly string[],
    partitions: readonly number[] | undefined,
  ): Promise<Membership> {
    const { kafka, replicaDir, sessionTimeoutMs } = this.#options;
    const member = await joinGroup({ kafka, group, topics, partitions, replicaDir, sessionTimeoutMs });
    this.#memberships.add(member);
    member.failed.catch((error: unknown) => this.#failed.reject(error));
    return {
      generations: (signal): AsyncIterable<Generation> => member.generations(signal),
      joined: () => member.joined(),
      failed: member.failed,
      [Symbol.asyncDispose]: async () => {
        this.#memberships.delete(member);
        await member[Symbol.asyncDispose]();
      },
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed.abort();
    await Promise.allSettled([...this.#memberships].map((member) => member[Symbol.asyncDispose]()));
    const { appender, reader, sideReader } = this.#connections;
    await Promise.allSettled([appender, reader, sideReader].map((each) => each[Symbol.asyncDispose]()));
  }
}
