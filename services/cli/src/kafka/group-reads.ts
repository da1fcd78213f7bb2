import {
  detectedTopic,
  formatTopicPartition,
  isIngestTopic,
  lanes,
  refusals,
  topicOf,
  verifiedTopic,
} from '@ballast/document';
import { committedOffsets } from '@ballast/kafka';
import type { Brokers, GroupReads, PartitionLag } from '@ballast/kafka';
import type { TableHeads } from '@ballast/table';

/** Groups in the order documents pass them. */
const groupOrder = ['detector', 'detector+verifier', 'verifier', 'oversampler', 'mixer'];

/** Groups that may read a topic: the usual one first, shown even when it has never run. */
function candidates(topic: string): readonly string[] {
  if (isIngestTopic(topic)) return ['detector', 'detector+verifier'];
  if (topic === detectedTopic) return ['verifier'];
  return topic === verifiedTopic ? ['oversampler'] : ['mixer'];
}

const routed: ReadonlySet<string> = new Set([...lanes, ...refusals].map(topicOf));

/** True for every topic that a stage reads. */
function isRead(topic: string): boolean {
  return isIngestTopic(topic) || topic === detectedTopic || topic === verifiedTopic || routed.has(topic);
}

/**
 * Of all topics those that a stage reads, by the groups that read them: every group that is active on a
 * topic; where none is, the one that should be.
 */
export async function readersOf(
  topics: readonly string[],
  isActive: (group: string, topic: string) => boolean | Promise<boolean>,
): Promise<readonly GroupReads[]> {
  const reads = new Map<string, string[]>();
  for (const topic of topics.filter(isRead)) {
    const active = [];
    for (const group of candidates(topic)) if (await isActive(group, topic)) active.push(group);
    for (const group of active.length > 0 ? active : candidates(topic).slice(0, 1))
      reads.set(group, [...(reads.get(group) ?? []), topic]);
  }
  return [...reads]
    .map(([group, topics]) => ({ group, topics: topics.toSorted() }))
    .toSorted((a, b) => groupOrder.indexOf(a.group) - groupOrder.indexOf(b.group));
}

/** Every group that has committed on a topic of these brokers; where none has, the one that should. */
export async function groupsOf({ admin }: Pick<Brokers, 'admin'>): Promise<readonly GroupReads[]> {
  return await readersOf(
    await admin.listTopics(),
    async (group, topic) => (await committedOffsets(admin, group, [topic])).size > 0,
  );
}

/** Where the mixer stands by the table's logs, which are its truth; at the beginning where there is no log. */
export function placesIn({ data, refused }: TableHeads): NonNullable<GroupReads['next']> {
  const refusalTopics = new Set<string>(refusals.map(topicOf));
  return (input) => {
    const state = refusalTopics.has(input.topic) ? refused : data;
    return state?.offsets.get(formatTopicPartition(input))?.next ?? 0n;
  };
}

/** The groups with the mixer's places by the table's logs; a table is not needed for the others. */
export function readsWith(groups: readonly GroupReads[], heads: TableHeads): readonly GroupReads[] {
  const next = placesIn(heads);
  return groups.map((each) => (each.group === 'mixer' ? { ...each, next } : each));
}

/** What is odd about a group's partitions, each in a few words; empty when nothing is. */
export function oddities(
  partitions: readonly Pick<PartitionLag, 'isNew' | 'isExpired' | 'isClockAhead'>[],
): readonly string[] {
  return [
    ...(partitions.every(({ isNew }) => isNew) ? ['never read'] : []),
    ...(partitions.some(({ isExpired }) => isExpired) ? ['expired unread: raise the retention'] : []),
    ...(partitions.some(({ isClockAhead }) => isClockAhead) ? ['clock ahead of this host'] : []),
  ];
}
