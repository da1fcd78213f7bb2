import {
  detectedTopic,
  isIngestTopic,
  lanes,
  rawTopic,
  refusals,
  topicOf,
  verifiedTopic,
} from '@ballast/document';
import type { Lane, TopicPartition } from '@ballast/document';
import type { DashboardSnapshot } from '@ballast/dashboard';
import type { GroupReads, PartitionLag } from '@ballast/kafka';
import { oddities } from '../kafka/group-reads.ts';

/** How far a group is behind on a partition; without `seconds` where no arrival is stamped. */
export interface Behind extends TopicPartition, Pick<PartitionLag, 'isNew' | 'isExpired' | 'isClockAhead'> {
  readonly group: string;
  readonly messages: number;
  readonly seconds?: number;
}

/** What moves and what waits in the topics, in messages: one that was written twice counts twice. */
export interface Traffic {
  readonly in: number;
  readonly waiting: number;
  readonly inFlight: number;
  /** In the order documents pass them; ingest topics together. */
  readonly topics: readonly { readonly topic: string; readonly end: number; readonly lag: number }[];
  readonly lanes: ReadonlyMap<Lane, number>;
  readonly stages: NonNullable<DashboardSnapshot['stages']>;
}

const laneTopics: ReadonlySet<string> = new Set(lanes.map(topicOf));
const refusalTopics: ReadonlySet<string> = new Set(refusals.map(topicOf));

/**
 * Sums up what was measured. `ends`: messages ever written, by topic, read before `behind`, so that what
 * moves on in between counts twice and never not at all; `groups` in the order documents pass them.
 */
export function trafficOf(
  ends: ReadonlyMap<string, number>,
  groups: readonly GroupReads[],
  behind: readonly Behind[],
): Traffic {
  const topics = new Map<string, { end: number; lag: number }>();
  for (const name of new Set(groups.flatMap((group) => group.topics))) {
    // Of several groups on one topic the last one counts: what it has read is done with.
    const byGroup = Map.groupBy(
      behind.filter(({ topic }) => topic === name),
      ({ group }) => group,
    );
    const lag = Math.max(0, ...[...byGroup.values()].map(sumOf));
    const shown = isIngestTopic(name) ? rawTopic : name;
    const { end, lag: before } = topics.get(shown) ?? { end: 0, lag: 0 };
    topics.set(shown, { end: end + (ends.get(name) ?? 0), lag: before + lag });
  }
  const lagOf = (wanted: (topic: string) => boolean): number =>
    [...topics].reduce((sum, [topic, { lag }]) => sum + (wanted(topic) ? lag : 0), 0);
  return {
    in: topics.get(rawTopic)?.end ?? 0,
    waiting: lagOf((topic) => laneTopics.has(topic)),
    inFlight: lagOf((topic) => !laneTopics.has(topic)),
    topics: [...topics]
      .toSorted(([a], [b]) => placeOf(a) - placeOf(b))
      .map(([topic, amounts]) => ({ topic, ...amounts })),
    lanes: new Map(lanes.map((lane) => [lane, topics.get(topicOf(lane))?.lag ?? 0])),
    stages: groups.flatMap(({ group }) => stagesOf(behind.filter((each) => each.group === group))),
  };
}

/** Topics in the order documents pass them; ingest topics together as the first. */
export const topicOrder: readonly string[] = [
  rawTopic,
  detectedTopic,
  verifiedTopic,
  ...laneTopics,
  ...refusalTopics,
];

function placeOf(topic: string): number {
  return topicOrder.indexOf(topic);
}

function sumOf(partitions: readonly Behind[]): number {
  return partitions.reduce((sum, { messages }) => sum + messages, 0);
}

/** A group's rows: one for all it reads, but the mixer's lanes apart from the topics of what is refused. */
function stagesOf(behind: readonly Behind[]): Traffic['stages'] {
  return [...Map.groupBy(behind, ({ topic }) => wordsFor(topic))].map(([reads, partitions]) => {
    // A topic that nobody has written to may well have no reader: two services can share one loop.
    const unread = partitions.filter(({ messages }) => messages > 0);
    const seconds = partitions.flatMap((each) => (each.seconds === undefined ? [] : [each.seconds]));
    return {
      stage: partitions[0]?.group ?? '',
      reads,
      documents: sumOf(partitions),
      ...(seconds.length === 0 ? {} : { seconds: Math.max(...seconds) }),
      note: unread.length === 0 ? '' : oddities(unread).join(', '),
    };
  });
}

function wordsFor(topic: string): string {
  if (laneTopics.has(topic)) return 'the lanes';
  if (refusalTopics.has(topic)) return 'what was refused';
  return isIngestTopic(topic) ? rawTopic : topic;
}
