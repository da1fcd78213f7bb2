import { setTimeout as delay } from 'node:timers/promises';
import type { BrokerRequest, BrokerTopics } from '@ballast/stage';
import type { Kafka } from 'kafkajs';
import { dismissPredecessors } from '../service/membership.ts';
import { openKafkaTopics } from '../service/topics.ts';
import type { KafkaTopics } from '../service/topics.ts';
import { assertTopics, formatDifference } from './check-topics.ts';
import { openClient } from './client.ts';
import { measureLag } from './measure-lag.ts';
import type { KnownArrivals } from './measure-lag.ts';
import { connectionError, openBrokers } from './open-brokers.ts';
import type { Brokers } from './open-brokers.ts';
import { openPartitionReader } from './partition-reader.ts';
import { planTopics, publishedTopic } from './topic-plan.ts';
import type { PlannedTopic } from './topic-plan.ts';
import { watchPartitions } from './watch-topics.ts';

/**
 * Opens the topics of one service on its brokers: refuses topics that are not as they must be, takes
 * part in the group under the name its predecessor had, and watches partitions and lag while it runs.
 * Throws what openBrokers and assertTopics throw, within 10 s.
 */
export async function openOnBrokers(request: BrokerRequest): Promise<BrokerTopics<KafkaTopics>> {
  const { pipeline, group, insecure, logger, replicaDir } = request;
  const kafka = await openClient(pipeline.kafka, { name: group, insecure }, 'patient');
  // First of all, and beside all else: who shares its group waits for this.
  const dismissing = dismissPredecessors(kafka, replicaDir);
  dismissing.catch(() => undefined);
  const brokers = await openBrokers(pipeline.kafka, { name: group, insecure });
  try {
    const plan = touched(brokers, request);
    const { partitions, differences } = await assertTopics(brokers.admin, plan, brokers.bootstrap);
    for (const difference of differences)
      logger.warn({ fix: difference.fix }, `topics: ${formatDifference(difference)}`);
    await dismissing;
    return await openChecked(request, { kafka, brokers, plan, partitions });
  } catch (error) {
    await brokers[Symbol.asyncDispose]();
    throw connectionError(error, pipeline.kafka.brokers);
  }
}

interface Checked {
  /** A client that is patient. */
  readonly kafka: Kafka;
  readonly brokers: Brokers;
  readonly plan: readonly PlannedTopic[];
  readonly partitions: number;
}

async function openChecked(
  request: BrokerRequest,
  { kafka, brokers, plan, partitions }: Checked,
): Promise<BrokerTopics<KafkaTopics>> {
  const stop = new AbortController();
  const { pipeline, replicaDir, failAt, onSiblingGone } = request;
  const topics = await openKafkaTopics({
    kafka,
    admin: brokers.admin,
    partitions,
    sessionTimeoutMs: pipeline.kafka.sessionTimeoutMs,
    replicaDir,
    failAt,
    readsLanes: request.group === 'mixer',
    gaps: (topic) => pipeline.ingest.some((entry) => entry.topic === topic && entry.gaps === 'allowed'),
  });
  // Quicker than its own restart: this process is awake, and that one has yet to load.
  onSiblingGone(
    (dir) =>
      void dismissPredecessors(kafka, dir).then(
        () => topics.hurry(),
        () => undefined,
      ),
  );
  let isReachable = true;
  const watchedNames = plan.filter((topic) => topic.name !== publishedTopic).map(({ name }) => name);
  const watched = watchPartitions(brokers.admin, watchedNames, partitions, {
    signal: stop.signal,
    reachable: (now) => (isReachable = now),
  });
  const failed = Promise.race([topics.failed, watched.then(() => new Promise<never>(() => undefined))]);
  failed.catch(() => undefined);
  void reportLag(request, brokers, watchedNames.filter(request.reads), stop.signal);
  return {
    topics,
    bounds: (names) => topics.bounds(names),
    clusterId: brokers.clusterId,
    ready: () => isReachable && topics.joined(),
    failed,
    async [Symbol.asyncDispose]() {
      stop.abort();
      await Promise.race([
        Promise.allSettled([topics[Symbol.asyncDispose](), brokers[Symbol.asyncDispose]()]),
        delay(closeMs, undefined, { ref: false }),
      ]);
    },
  };
}

/** Measures the lag until the signal aborts. While no broker answers the last figures stand. */
async function reportLag(
  { group, onLag, places }: BrokerRequest,
  { kafka, admin }: Brokers,
  topics: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  await using reader = await openPartitionReader(kafka, topics);
  const known: KnownArrivals = new Map();
  while (!signal.aborted) {
    try {
      const next = await places?.();
      const reads = { group, topics, ...(next === undefined ? {} : { next }) };
      onLag(await measureLag(admin, reader, [reads], known));
    } catch {
      // The broker is away or a partition has no leader: readiness tells, the next measurement is soon.
    }
    await delay(lagMs, undefined, { signal, ref: false }).catch(() => undefined);
  }
}

/** The topics a service touches, of all that are planned. The mixer keeps no snapshots. */
function touched(
  { count }: Brokers,
  { group, pipeline, reads, writes }: BrokerRequest,
): readonly PlannedTopic[] {
  const ingest = pipeline.ingest.flatMap(({ topic }) => (topic === undefined ? [] : [topic]));
  return planTopics({ partitions: partitionsDefault, brokers: count, kafka: pipeline.kafka, ingest }).filter(
    ({ name, kind }) => reads(name) || writes.includes(name) || (kind === 'side' && group !== 'mixer'),
  );
}

/** Named in the command that creates topics where none exists yet. */
const partitionsDefault = 4;
/** Milliseconds between two measurements of the lag. */
const lagMs = 5_000;
/** Milliseconds that connections have to close; the process must not wait for a broker that is away. */
const closeMs = 2_000;
