import { formatPosition, formatTopicPartition, parseTopicPartition } from '@ballast/document';
import type { Position, TopicPartition } from '@ballast/document';
import { BallastError } from '@ballast/stage';
import type { Admin } from 'kafkajs';
import { deniedError } from './denied.ts';
import { typeOf } from './describe-topics.ts';
import { adminErrors } from './errors.ts';
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

/** When the record at a place arrived, in milliseconds since the epoch, by `topic/partition/offset`. */
export type KnownArrivals = Map<string, number>;

/**
 * The lag of each group on each of its partitions, in order, by the record at its place: exact without a
 * history, for groups without a living member too. Who measures again passes the same `known`: a place that
 * stands still is then not fetched and unpacked once more. Throws BALLAST_KAFKA_DENIED.
 */
export async function measureLag(
  admin: Admin,
  reader: Pick<LeaderReader, 'fetch' | 'bounds'>,
  groups: readonly GroupReads[],
  known: KnownArrivals = new Map(),
): Promise<readonly PartitionLag[]> {
  const before = new Map(known);
  known.clear();
  const arrivedAt = async (position: Position): Promise<number | undefined> => {
    const name = formatPosition(position);
    const found = before.get(name) ?? (await readArrival(reader, position));
    if (found !== undefined) known.set(name, found);
    return found;
  };
  const lags: PartitionLag[] = [];
  for (const { group, topics, next } of groups) {
    const places =
      next === undefined ? await committedOffsets(admin, group, topics) : new Map<string, bigint>();
    const bounds = await reader.bounds(topics);
    const inputs = [...bounds]
      .map(([name, range]) => ({ name, range, ...parseTopicPartition(name) }))
      .toSorted((a, b) => topics.indexOf(a.topic) - topics.indexOf(b.topic) || a.partition - b.partition);
    for (const { name, range, ...input } of inputs) {
      const place = next === undefined ? places.get(name) : next(input);
      lags.push({ group, ...input, ...(await lagAt(arrivedAt, input, place, range)) });
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
  const found = await fetchOffsets(admin, group, topics);
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

async function fetchOffsets(admin: Admin, group: string, topics: readonly string[]) {
  try {
    return await admin.fetchOffsets({ groupId: group, topics: [...topics] });
  } catch (error) {
    if (typeOf(error) === 'GROUP_AUTHORIZATION_FAILED')
      throw deniedError('Describe', `group ${group}`, error);
    // What kafkajs says of a hidden group too: that it found nobody to ask.
    if (error instanceof Error && error.name === 'KafkaJSGroupCoordinatorNotFound')
      throw new BallastError(
        adminErrors.denied,
        `no broker names the coordinator of group ${group}: Describe on it is denied to this user, or __consumer_offsets is away`,
        { cause: error },
      );
    throw error;
  }
}

/** One byte asks for one batch: the broker never gives less than the first. */
async function readArrival(
  reader: Pick<LeaderReader, 'fetch'>,
  { offset, ...input }: Position,
): Promise<number | undefined> {
  return (await reader.fetch(input, offset, { bytes: 1 })).messages[0]?.timestamp;
}

async function lagAt(
  arrivedAt: (position: Position) => Promise<number | undefined>,
  input: TopicPartition,
  place: bigint | undefined,
  { low, high }: { readonly low: bigint; readonly high: bigint },
): Promise<Omit<PartitionLag, 'group' | keyof TopicPartition>> {
  const next = place ?? low;
  const isExpired = next < low;
  const from = isExpired ? low : next;
  const rest = { next, isExpired, isNew: place === undefined };
  if (from >= high) return { ...rest, messages: 0n, seconds: 0, isClockAhead: false };
  const oldest = await arrivedAt({ ...input, offset: from });
  const age = oldest === undefined ? 0 : Date.now() - oldest;
  return { ...rest, messages: high - from, seconds: Math.max(0, age) / 1000, isClockAhead: age < 0 };
}
