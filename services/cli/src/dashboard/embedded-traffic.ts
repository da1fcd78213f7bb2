import type { EmbeddedTopics } from '@ballast/stage/embedded';
import type { TableHeads } from '@ballast/table';
import { placesIn, readersOf } from '../kafka/group-reads.ts';
import { trafficOf } from './traffic.ts';
import type { Behind, Traffic } from './traffic.ts';

/** What moves and waits in the embedded topics: by their ends, the groups' places, and the table's logs. */
export async function embeddedTraffic(topics: EmbeddedTopics, heads: TableHeads): Promise<Traffic> {
  const counts = topics.counts();
  const ends = new Map(counts.map(({ topic, ends }) => [topic, sum(ends)]));
  const active = new Set(topics.groups().map(({ group, topic }) => `${group} ${topic}`));
  const groups = await readersOf([...ends.keys()], (group, topic) => active.has(`${group} ${topic}`));
  const mixed = placesIn(heads);
  const behind: Behind[] = [];
  for (const { group, topics: read } of groups) {
    for (const { topic, ends: partitions } of topics.counts().filter((each) => read.includes(each.topic))) {
      for (const [partition, end] of partitions.entries()) {
        const input = { topic, partition };
        const place = group === 'mixer' ? mixed(input) : topics.committed(group, input)?.offset;
        const messages = Math.max(0, Number(end - (place ?? 0n)));
        behind.push({
          group,
          ...input,
          messages,
          isNew: place === undefined,
          isExpired: false,
          isClockAhead: false,
        });
      }
    }
  }
  return trafficOf(ends, groups, behind);
}

function sum(offsets: readonly bigint[]): number {
  return Number(offsets.reduce((total, offset) => total + offset, 0n));
}
