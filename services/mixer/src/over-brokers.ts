import { formatTopicPartition, topicOf } from '@ballast/document';
import type { Pipeline } from '@ballast/document';
import { configHash } from '@ballast/host';
import type { Logger, Metrics } from '@ballast/host';
import { shardWriters } from '@ballast/shard';
import type { ShardWriters } from '@ballast/shard';
import { BallastError } from '@ballast/stage';
import type { Assignment, BrokerTopics, DealtTopics } from '@ballast/stage';
import { openTable } from '@ballast/table';
import type { Table } from '@ballast/table';
import { assertContinues, bindToCluster, placesIn } from './broker-table.ts';
import { mixerErrors } from './errors.ts';
import type { MixerFlags } from './flags.ts';
import { mixerTopics } from './mixer-topics.ts';
import { startMixer } from './mixer.ts';

/** How the mixer runs over brokers. */
export interface OverBrokers {
  readonly flags: MixerFlags;
  readonly pipeline: Pipeline;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Told where each lane goes on, as the table's log says. */
  readonly onTable: (places: () => ReturnType<typeof placesIn>) => void;
  /** Told how readiness is asked once the mixer is joined. */
  readonly onOpen: (ready: () => boolean) => void;
}

/**
 * Runs a mixer in the group `mixer` until the signal aborts: one mixer per generation over the
 * partitions it was dealt. Where each lane goes on is what the table's log says; the group's offsets
 * are for display. Lanes wait unread on the broker. Throws BALLAST_MIXER_FOREIGN_CLUSTER,
 * BALLAST_MIXER_TOPIC_BEHIND and BALLAST_MIXER_EXPIRED before anything is read.
 */
export async function mixOverBrokers(
  options: OverBrokers,
  replica: BrokerTopics<DealtTopics>,
  signal: AbortSignal,
): Promise<void> {
  const { flags, pipeline } = options;
  const table = await openTable(flags.table, {
    limits: { ...pipeline.mixer.caps, repeatedTokens: pipeline.mixer.repeatedTokensMax },
    configSha256: configHash(pipeline),
  });
  options.onTable(() => placesIn(table));
  await bindToCluster(table, replica.clusterId);
  const bounds = await replica.bounds(mixerTopics);
  assertContinues(table, ({ topic, partition }) => bounds.get(`${topic}/${partition}`));
  options.onOpen(replica.ready);
  // Their thread takes longer to load than the partitions of another mixer may wait.
  await using writers = shardWriters(pipeline.mixer.shardWriter);
  await Promise.race([mixGenerations({ options, table, replica, writers }, signal), replica.failed]);
}

interface Mixing {
  readonly options: OverBrokers;
  readonly table: Table;
  readonly replica: BrokerTopics<DealtTopics>;
  readonly writers: ShardWriters;
}

async function mixGenerations(mixing: Mixing, stop: AbortSignal): Promise<void> {
  const { options, table, replica } = mixing;
  const { logger } = options;
  const { topics } = replica;
  for await (const { partitions, signal, show } of topics.assignments('mixer', topicOf('human'), stop)) {
    if (stop.aborted) return;
    if (partitions.length === 0) continue;
    const showing = showPlaces(table, partitions, show, signal);
    try {
      while (!stop.aborted && !signal.aborted) {
        logger.info({ partitions }, 'mixing');
        const until = AbortSignal.any([stop, signal]);
        await mixUntil(until, mixing, partitions);
      }
    } finally {
      await showing.end();
    }
    if (stop.aborted) return;
  }
}

/**
 * Mixes until the signal aborts, or until another mixer's commit for one of these partitions came first:
 * its last one, from before they were dealt anew. Nothing of ours is in the table then, and the next
 * mixer goes on from there.
 */
async function mixUntil(
  signal: AbortSignal,
  { options, replica: { topics, clusterId }, writers }: Mixing,
  partitions: readonly number[],
): Promise<void> {
  const { flags, pipeline, logger, metrics } = options;
  try {
    const mixer = await startMixer({
      pipeline,
      topics,
      root: flags.table,
      logger,
      clusterId,
      partitions,
      writers,
      signal,
      ended: () => false,
      observe: metrics.recordBatch,
    });
    await mixer.done;
  } catch (error) {
    if (!(error instanceof BallastError) || error.code !== mixerErrors.overtaken.code) throw error;
    logger.warn({ partitions }, 'another mixer committed first: going on from its commit');
  }
}

/** Milliseconds between two looks at what the table has committed. */
const showMs = 2_000;

/** Keeps the group's offsets, which tools for brokers show, close behind what the table has committed. */
function showPlaces(
  table: Table,
  partitions: readonly number[],
  show: Assignment['show'],
  signal: AbortSignal,
): { end(): Promise<void> } {
  const inputs = mixerTopics.flatMap((topic) => partitions.map((partition) => ({ topic, partition })));
  const shown = new Map<string, bigint>();
  const once = async (): Promise<void> => {
    const next = await placesIn(table);
    const moved = new Map(
      inputs
        .map((input) => [formatTopicPartition(input), next(input)] as const)
        .filter(([name, offset]) => shown.get(name) !== offset),
    );
    if (moved.size === 0) return;
    await show(moved);
    for (const [name, offset] of moved) shown.set(name, offset);
  };
  const timer = setInterval(() => {
    // A broker that is away shows nothing new; the next look is soon.
    if (!signal.aborted) void once().catch(() => undefined);
  }, showMs);
  return {
    async end() {
      clearInterval(timer);
      if (!signal.aborted) await once().catch(() => undefined);
    },
  };
}
