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
import { openPartitionReader } from '../admin/partition-reader.ts';
import type { LeaderReader } from '../admin/partition-reader.ts';
import { assertSameTopics } from '../admin/topic-ids.ts';
import { kafkaErrors } from '../errors.ts';
import { gapError } from './arrival.ts';
import { Checkpoints } from './checkpoints.ts';
import type { Stored } from './checkpoints.ts';
import { brokerLanes } from './lane-reader.ts';
import { joinGroup } from './membership.ts';
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
  /** Has the groups asked at once whether partitions are dealt anew. */
  hurry(): void;
  /** What every partition of these topics holds now, by `topic/partition`. */
  bounds(topics: readonly string[]): Promise<ReadonlyMap<string, OffsetBounds>>;
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
  /** Opens what `laneReader` reads over. Default false. */
  readonly readsLanes?: boolean;
}

/** Opens the topics of a pipeline for one process. */
export async function openKafkaTopics(options: KafkaTopicsOptions): Promise<KafkaTopics> {
  const names = await options.admin.listTopics();
  const open = (): Promise<LeaderReader> => openPartitionReader(options.kafka, names, 'patient');
  const [appender, reader, sideReader, lanes] = await Promise.all([
    openAppender(options.kafka),
    open(),
    open(),
    options.readsLanes === true ? open() : undefined,
  ]);
  return new BrokerTopics(options, names, { appender, reader, sideReader, lanes });
}

/** Name among the published values under which it is remembered that a group has read an ingest topic. */
const readName = (group: string, topic: string): string => `read/${group}/${topic}`;

/** What a partition holds that the broker does not name. */
const nothing: OffsetBounds = { low: 0n, high: 0n };

interface Connections {
  readonly appender: Appender;
  /** Reads documents; waits for them. */
  readonly reader: LeaderReader;
  /** Reads snapshots and published values; never waits. */
  readonly sideReader: LeaderReader;
  /** Reads lanes, beside a source: on one connection either would wait for what the other waits for. */
  readonly lanes: LeaderReader | undefined;
}

class BrokerTopics implements KafkaTopics {
  readonly partitions: number;
  readonly published;
  readonly failAt: (point: string) => void;
  readonly #options: KafkaTopicsOptions;
  readonly #names: readonly string[];
  readonly #connections: Connections;
  readonly #memberships = new Set<Membership>();
  /** Published names of the groups and ingest topics that are known to have been read. */
  readonly #remembered = new Set<string>();
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

  hurry(): void {
    for (const member of this.#memberships) member.hurry();
  }

  bounds(topics: readonly string[]): Promise<ReadonlyMap<string, OffsetBounds>> {
    return this.#connections.sideReader.bounds(topics);
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
    const { lanes } = this.#connections;
    if (lanes === undefined) throw new RangeError('laneReader: these topics were opened without readsLanes');
    return brokerLanes(lanes, { ...options, partitions, signal });
  }

  async *assignments(group: string, topic: string, signal: AbortSignal): AsyncGenerator<Assignment> {
    await using member = await this.#join(group, [topic], undefined);
    for await (const generation of member.generations(signal))
      yield {
        partitions: generation.inputs.map(({ partition }) => partition).toSorted((a, b) => a - b),
        signal: generation.signal,
        show: async (places) => {
          const all = [...places].map(([name, offset]) => ({
            ...parseTopicPartition(name),
            offset,
            metadata: '',
          }));
          await generation.commit(all);
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
        const bounds = await sideReader.bounds(generation.inputs.length === 0 ? [] : names);
        unacked = 0;
        yield {
          inputs: generation.inputs,
          signal: generation.signal,
          place: (input) => {
            const name = formatTopicPartition(input);
            return this.#place(group, checkpoints, input, places.get(name), bounds.get(name) ?? nothing);
          },
          delivered: () => (unacked += 1),
          ack: async (input, next, stored) => {
            await this.#ack(group, generation, checkpoints, input, next, stored);
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
    group: string,
    generation: Generation,
    checkpoints: Checkpoints,
    input: TopicPartition,
    next: bigint,
    stored: Stored,
  ): Promise<void> {
    this.failAt('ack:before');
    const { metadata, key } = await checkpoints.store(input, next, stored);
    this.failAt('ack:snapshot');
    await this.#remember(group, input);
    await generation.commit([{ ...input, offset: next, metadata }]);
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

  /**
   * A group that has committed on an ingest topic is remembered among the published values: brokers forget
   * the offsets of groups (offsets.retention.minutes, or by hand), and then it would look like a new one, which
   * begins with the first message that is left.
   */
  async #remember(group: string, { topic }: TopicPartition): Promise<void> {
    const name = readName(group, topic);
    if (!isIngestTopic(topic) || this.#remembered.has(name)) return;
    await this.published.publish(name, true);
    this.#remembered.add(name);
  }

  /** Where a group goes on. Throws BALLAST_TOPIC_GAP, BALLAST_KAFKA_TOPIC_RECREATED, BALLAST_KAFKA_SNAPSHOT. */
  async #place(
    group: string,
    checkpoints: Checkpoints,
    input: TopicPartition,
    committed: CommittedOffset | undefined,
    bounds: OffsetBounds,
  ): Promise<Place> {
    if (committed === undefined) {
      // Others wrote to an ingest topic long before we came; of our own topics everything is ours to read.
      if (bounds.low > 0n && !isIngestTopic(input.topic) && !this.#options.gaps(input.topic))
        throw gapError(input, 0n, `nobody has read it, and the partition begins at ${bounds.low}`);
      if (bounds.low > 0n && (await this.published.read(readName(group, input.topic))) !== undefined)
        throw gapError(
          input,
          0n,
          `the brokers have forgotten where ${group} was, and the partition begins at ${bounds.low}; set its offset by hand`,
        );
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
      hurry: () => member.hurry(),
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
    const { appender, reader, sideReader, lanes } = this.#connections;
    await Promise.allSettled(
      [appender, reader, sideReader, lanes].map(async (each) => each?.[Symbol.asyncDispose]()),
    );
  }
}
