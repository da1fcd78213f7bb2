import { formatTopicPartition } from '@ballast/document';
import type { OffsetBounds } from '@ballast/stage';
import type { Admin } from 'kafkajs';

/** What every partition of the topics holds now, by `topic/partition`. */
export async function partitionBounds(
  admin: Admin,
  topics: readonly string[],
): Promise<ReadonlyMap<string, OffsetBounds>> {
  const bounds = new Map<string, OffsetBounds>();
  for (const topic of topics)
    for (const { partition, low, high } of await admin.fetchTopicOffsets(topic))
      bounds.set(formatTopicPartition({ topic, partition }), { low: BigInt(low), high: BigInt(high) });
  return bounds;
}
