import { join } from 'node:path';
import type { TopicPartition } from '@ballast/document';
import type { Message } from '../message.ts';
import type { ReadLimit, SourceOptions, Topics } from '../ports.ts';
import type { TopicDescription } from './description.ts';
import { openEnvironment } from './environment.ts';
import type { Environment, EnvironmentOptions } from './environment.ts';
import { Groups } from './groups.ts';
import type { Committed, GroupPlace } from './groups.ts';
import { topicLaneReader } from './lane-reader.ts';
import { MessageLog } from './log.ts';
import type { NewMessage } from './log.ts';
import { openPublished } from './published.ts';
import { appendCopies, copiesSent } from './replays.ts';
import type { CopySent, ReplayCopy } from './replays.ts';
import { topicSink } from './sink.ts';
import { topicSource } from './source.ts';
import type { PausableSource } from './source.ts';

/** How embedded topics are opened. */
export interface TopicsOptions extends EnvironmentOptions {
  /** Called at named points between write, commit and flush, so that tests can end the process there. */
  readonly failAt?: (point: string) => void;
  /** Replaces the store, for tests that lose what was not flushed. */
  readonly environment?: (path: string, options: EnvironmentOptions) => Environment;
}

/** How many messages each partition of a topic holds. */
export interface TopicCount {
  readonly topic: string;
  /** Next offset, by partition. */
  readonly ends: readonly bigint[];
}

/**
 * Topics with a broker's semantics in one LMDB environment: partitions, contiguous offsets, headers,
 * consumer groups with fencing. Several processes may have the same directory open.
 */
export interface EmbeddedTopics extends Topics {
  /** The table this state is bound to, if any. */
  readonly tableId: string | undefined;
  /** The log below, for the ingest of rows. */
  readonly log: MessageLog;

  /** Appends in order, atomically; resolves with the first offset when the messages are on disk. */
  append(topic: string, partition: number, messages: readonly NewMessage[]): Promise<bigint>;
  /** Messages from offset `from` on. Throws BALLAST_TOPIC_GAP when one is missing. */
  read(topic: string, partition: number, from: bigint, limit: ReadLimit): readonly Message[];
  /**
   * Appends replayed copies behind their roots, each once per replay and root however often it is asked
   * for; resolves with how many were new when all are on disk. Throws a RangeError for an unknown topic.
   */
  replay(copies: readonly ReplayCopy[]): Promise<number>;
  /** Every copy that any replay appended. */
  replayed(): Iterable<CopySent>;
  endOffset(input: TopicPartition): bigint;
  topics(): readonly string[];
  describe(topic: string): TopicDescription | undefined;
  setDescription(topic: string, description: TopicDescription): Promise<void>;

  source(options: SourceOptions): PausableSource;

  committed(group: string, input: TopicPartition): Committed | undefined;
  /** Every topic with its ends. */
  counts(): readonly TopicCount[];
  /** Every group's place, for display. */
  groups(): readonly GroupPlace[];
  close(): Promise<void>;
}

/**
 * Opens or creates the topics below `dir`.
 * Throws BALLAST_STATE_OPEN, BALLAST_STATE_FORMAT, and BALLAST_STATE_TABLE when `dir` belongs to another table.
 */
export async function openTopics(dir: string, options: TopicsOptions = {}): Promise<EmbeddedTopics> {
  const environment = (options.environment ?? openEnvironment)(join(dir, 'topics'), options);
  const failAt = options.failAt ?? (() => undefined);
  const log = new MessageLog(environment);
  const groups = new Groups(environment, failAt);
  return {
    partitions: log.partitions,
    tableId: environment.identity.tableId,
    published: openPublished(environment),
    log,
    failAt,
    append: (topic, partition, messages) => log.append({ topic, partition }, messages),
    read: (topic, partition, from, limit) => log.read({ topic, partition }, from, limit),
    replay: (copies) => appendCopies(log, copies),
    replayed: () => copiesSent(environment),
    endOffset(input) {
      environment.refresh();
      return log.endOffset(input);
    },
    topics: () => log.topics(),
    describe: (topic) => log.describe(topic),
    trustedOf: (topic) => log.describe(topic)?.trusted,
    setDescription: (topic, description) => log.setDescription(topic, description),
    source: (source) => topicSource(log, groups, source),
    sink: () => topicSink(log, failAt),
    laneReader: (lanes) => topicLaneReader(log, lanes),
    committed: (group, input) => groups.committed(group, input),
    counts: () =>
      log.topics().map((topic) => ({
        topic,
        ends: Array.from({ length: log.partitions }, (_, partition) => log.endOffset({ topic, partition })),
      })),
    groups: () => groups.places(),
    close: () => environment.close(),
    [Symbol.asyncDispose]: () => environment.close(),
  };
}
