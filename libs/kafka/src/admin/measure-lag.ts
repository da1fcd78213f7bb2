import { formatTopicPartition, parseTopicPartition } from '@ballast/document';
import type { TopicPartition } from '@ballast/document';
import type { Admin } from 'kafkajs';
import type { LeaderReader } from './partition-reader.ts';

/** A group of readers and the topics it reads. */
export interface GroupReads {
  readonly group: string;
  readonly topics: readonly string[];
  /** Next offset by partition, where the truth is not the group's own (the mixer's: its table). */
  readonly next?: (input: TopicPartition) => bigint | undefined;
}

/** How far a group is behind on one partition. */
export interface PartitionLag extends TopicPartition {
  readonly group: string;
  /** Next offset to process. */
  readonly next: bigint;
  /** Messages not processed yet, redeliveries included. */
  readonly messages: bigint;
  /** Seconds since the oldest of them arrived; 0 when there is none. Never an estimate. */
  readonly seconds: number;
  /** The oldest message is stamped later than this host's clock says: its lag counts as 0. */
  readonly isClockAhead: boolean;
  /** The group's place has expired: messages were deleted unread, and the lag is at least this. */
  readonly isExpired: boolean;
  /** True when the group has never committed on this partition. */
  readonly isNew: boolean;
}

/**
 * The lag of each group on each of its partitions, by the record at its place: exact without a
 * history, for groups without a living member too. `now` is milliseconds since the epoch.
 */
export async function measureLag(
  admin: Admin,
  reader: Pick<LeaderReader, 'fetch' | 'bounds'>,
  groups: readonly GroupReads[],
  now: () => number = Date.now,
): Promise<readonly PartitionLag[]> {
  const lags: PartitionLag[] = [];
  for (const { group, topics, next } of groups) {
    const places = await committedOffsets(admin, group, topics);
    const bounds = await reader.bounds(topics);
    for (const [name, range] of bounds) {
      const input = parseTopicPartition(name);
      const place = next === undefined ? places.get(name) : next(input);
      lags.push({ group, ...input, ...(await lagAt(reader, input, place, range, now)) });
    }
  }
  return lags;
}

/** Offsets a group has committed, by `topic/partition`; those it never did are absent. */
export async function committedOffsets(
  admin: Admin,
  group: string,
  topics: readonly string[],
): Promise<ReadonlyMap<string, bigint>> {
  const found = await admin.fetchOffsets({ groupId: group, topics: [...topics] });
  return new Map(
    found.flatMap(({ topic, partitions }) =>
      partitions
        .filter(({ offset }) => BigInt(offset) >= 0n)
        .map(
          ({ partition, offset }) => [formatTopicPartition({ topic, partition }), BigInt(offset)] as const,
        ),
    ),
  );
}

async function lagAt(
  reader: Pick<LeaderReader, 'fetch'>,
  input: TopicPartition,
  place: bigint | undefined,
  { low, high }: { readonly low: bigint; readonly high: bigint },
  now: () => number,
): Promise<Omit<PartitionLag, 'group' | keyof TopicPartition>> {
  const next = place ?? low;
  const isExpired = next < low;
  const from = isExpired ? low : next;
  const rest = { next, isExpired, isNew: place === undefined };
  if (from >= high) return { ...rest, messages: 0n, seconds: 0, isClockAhead: false };
  // One byte asks for one batch: the broker never gives less than the first.
  const [oldest] = (await reader.fetch(input, from, { bytes: 1 })).messages;
  const age = oldest === undefined ? 0 : now() - oldest.timestamp;
  return { ...rest, messages: high - from, seconds: Math.max(0, age) / 1000, isClockAhead: age < 0 };
}
