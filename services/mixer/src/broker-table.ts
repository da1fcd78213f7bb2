import { formatTopicPartition, parseTopicPartition } from '@ballast/document';
import type { TopicPartition } from '@ballast/document';
import { BallastError } from '@ballast/stage';
import type { OffsetBounds } from '@ballast/stage';
import { localStore } from '@ballast/table';
import type { Table } from '@ballast/table';
import { mixerErrors } from './errors.ts';
import { mixerTopics } from './mixer-topics.ts';

/** Object of the table that holds the id of its cluster as text. */
const clusterKey = 'ballast/cluster';

/**
 * Binds a table to the cluster whose offsets it holds, at its first use; later only compares. Throws
 * BALLAST_MIXER_FOREIGN_CLUSTER when it is bound to another, or was filled over embedded topics.
 */
export async function bindToCluster(table: Table, clusterId: string): Promise<void> {
  const store = localStore(table.root);
  const bound = await store.get(clusterKey);
  if (bound === undefined) {
    if (table.dataState.offsets.size + table.refusedState.offsets.size > 0)
      throw new BallastError(
        mixerErrors.foreignCluster,
        `${table.root} was filled over embedded topics, whose offsets mean nothing on cluster ${clusterId}`,
      );
    await store.putIfAbsent(clusterKey, new TextEncoder().encode(clusterId));
  }
  const bytes = bound ?? (await store.get(clusterKey));
  const found = new TextDecoder().decode(bytes).trim();
  if (found === clusterId) return;
  throw new BallastError(
    mixerErrors.foreignCluster,
    `${table.root} holds offsets of cluster ${found}, and the brokers are of cluster ${clusterId}`,
  );
}

/**
 * Throws BALLAST_MIXER_TOPIC_BEHIND when a topic ends before what the table consumed of it (it was created
 * again: its next documents would pass for consumed), BALLAST_MIXER_EXPIRED when the broker has
 * deleted messages that the table has not consumed.
 */
export function assertContinues(
  { dataState, refusedState }: Table,
  bounds: (input: TopicPartition) => OffsetBounds | undefined,
): void {
  const places = new Map(
    [...dataState.offsets, ...refusedState.offsets].map(([name, { next }]) => [name, next]),
  );
  for (const [name, next] of places) {
    const { high } = bounds(parseTopicPartition(name)) ?? { high: 0n };
    if (high < next)
      throw new BallastError(
        mixerErrors.topicBehind,
        `the table has consumed ${name} up to ${next}, and the topic ends at ${high}`,
      );
  }
  for (const topic of mixerTopics)
    for (let partition = 0; ; partition += 1) {
      const found = bounds({ topic, partition });
      if (found === undefined) break;
      const next = places.get(formatTopicPartition({ topic, partition })) ?? 0n;
      if (found.low > next)
        throw new BallastError(
          mixerErrors.expired,
          `${topic}/${partition} begins at ${found.low}, and the table has consumed it up to ${next}`,
        );
    }
}

/** Where each lane and each refusal goes on, by the newest state of both logs. */
export async function placesIn(table: Table): Promise<(input: TopicPartition) => bigint> {
  const [data, refused] = [await table.data.refresh(), await table.refused.refresh()];
  const offsets = new Map([...(data?.offsets ?? []), ...(refused?.offsets ?? [])]);
  return (input) => offsets.get(formatTopicPartition(input))?.next ?? 0n;
}
