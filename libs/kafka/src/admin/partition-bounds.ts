import { setTimeout as delay } from 'node:timers/promises';
import { formatTopicPartition } from '@ballast/document';
import type { OffsetBounds } from '@ballast/stage';
import type { Cluster } from './cluster.ts';
import { isPassing } from './passing.ts';

/** Times it is asked while leaders move, and the pause between, in milliseconds. */
const attemptsMax = 20;
const pauseMs = 250;

/**
 * What every partition of the topics holds now, by `topic/partition`: two requests to each broker, however
 * many topics there are. The topics must be targets of the cluster.
 */
export async function partitionBounds(
  cluster: Cluster,
  topics: readonly string[],
): Promise<ReadonlyMap<string, OffsetBounds>> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const [lows, highs] = await Promise.all([
        offsets(cluster, topics, true),
        offsets(cluster, topics, false),
      ]);
      return new Map([...highs].map(([name, high]) => [name, { low: lows.get(name) ?? 0n, high }]));
    } catch (error) {
      if (attempt >= attemptsMax || !isPassing(error)) throw error;
      await delay(pauseMs);
      await cluster.refreshMetadata().catch(() => undefined);
    }
  }
}

async function offsets(
  cluster: Cluster,
  topics: readonly string[],
  fromBeginning: boolean,
): Promise<ReadonlyMap<string, bigint>> {
  const asked = topics.map((topic) => ({
    topic,
    fromBeginning,
    partitions: cluster
      .findTopicPartitionMetadata(topic)
      .map(({ partitionId }) => ({ partition: partitionId }))
      .toSorted((a, b) => a.partition - b.partition),
  }));
  const found = await cluster.fetchTopicsOffset(asked);
  return new Map(
    found.flatMap(({ topic, partitions }) =>
      partitions.map(({ partition, offset }) => [formatTopicPartition({ topic, partition }), BigInt(offset)]),
    ),
  );
}
