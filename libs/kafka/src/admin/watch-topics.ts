import { setTimeout as delay } from 'node:timers/promises';
import { BallastError } from '@ballast/stage';
import type { Admin } from 'kafkajs';
import { adminErrors } from './errors.ts';

/** Milliseconds between two looks at the topics. */
const lookMs = 5_000;

/**
 * Looks at the partition counts of topics until the signal aborts; throws BALLAST_KAFKA_REPARTITIONED
 * when one is no longer `partitions`, since documents of one source would then take two ways. While no
 * broker answers it waits. Tells `reachable` after every look.
 */
export async function watchPartitions(
  admin: Admin,
  topics: readonly string[],
  partitions: number,
  { signal, reachable }: { readonly signal: AbortSignal; readonly reachable: (isReachable: boolean) => void },
): Promise<void> {
  while (!signal.aborted) {
    await delay(lookMs, undefined, { signal, ref: false }).catch(() => undefined);
    if (signal.aborted) return;
    const found = await admin.fetchTopicMetadata({ topics: [...topics] }).catch(() => undefined);
    reachable(found !== undefined);
    for (const topic of found?.topics ?? []) {
      if (topic.partitions.length === partitions) continue;
      throw new BallastError(
        adminErrors.repartitioned,
        `${topic.name} has ${topic.partitions.length} partitions now, and had ${partitions} when this service started`,
      );
    }
  }
}
