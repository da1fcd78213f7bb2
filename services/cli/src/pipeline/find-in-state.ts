import { existsSync } from 'node:fs';
import {
  detectedTopic,
  formatPosition,
  isIngestTopic,
  lanes,
  topicOf,
  verifiedTopic,
} from '@ballast/document';
import type { Verdicts } from '@ballast/document';
import { toArrival } from '@ballast/stage';
import { openTopics } from '@ballast/stage/embedded';
import type { EmbeddedTopics } from '@ballast/stage/embedded';
import type { FoundRow } from '@ballast/table';

/** A document that lies in a topic and not in the table. */
export interface FoundMessage {
  readonly id: string;
  readonly topic: string;
  readonly position: string;
  readonly verdicts: Verdicts;
}

/** Furthest topic first: where the document is now. */
const order: readonly string[] = [...lanes.map(topicOf), verifiedTopic, detectedTopic];

/**
 * Looks for a document by id or position in the embedded state; reads topics whole, furthest along first.
 * Of a document whose `rows` the table holds, only copies that were replayed and are not there yet.
 */
export async function findInState(
  stateDir: string,
  id: string,
  rows: readonly FoundRow[] = [],
): Promise<readonly FoundMessage[]> {
  if (!existsSync(stateDir)) return [];
  await using topics = await openTopics(stateDir);
  const copies = rows.length === 0 ? undefined : copiesUnderWay(topics, rows);
  if (copies?.size === 0) return [];
  const isWanted = (name: string | undefined, position: string): boolean =>
    copies === undefined ? name === id || position === id : copies.has(position);
  const present = new Set(topics.topics());
  for (const topic of [...order.filter((name) => present.has(name)), ...[...present].filter(isIngestTopic)]) {
    // A process that was killed may have left a second copy of a message.
    const found = new Map([...search(topics, topic, isWanted)].map((message) => [message.position, message]));
    if (found.size > 0) return [...found.values()];
  }
  return [];
}

/** Positions of replayed copies of these rows that the table does not hold. */
function copiesUnderWay(topics: EmbeddedTopics, rows: readonly FoundRow[]): ReadonlySet<string> {
  const known = new Set(
    rows.map((row) => `${row.position_topic}/${row.position_partition}/${row.position_offset}`),
  );
  const roots = new Set([...known, ...rows.flatMap(({ replay_of: root }) => (root === null ? [] : [root]))]);
  const copies = [...topics.replayed()].filter(({ root }) => roots.has(formatPosition(root)));
  return new Set(copies.map(({ position }) => formatPosition(position))).difference(known);
}

function* search(
  topics: EmbeddedTopics,
  topic: string,
  isWanted: (name: string | undefined, position: string) => boolean,
): Generator<FoundMessage> {
  for (let partition = 0; partition < topics.partitions; partition += 1) {
    for (let from = 0n; ;) {
      const messages = topics.read(topic, partition, from, { documents: 512, bytes: 16 * 1024 * 1024 });
      if (messages.length === 0) break;
      for (const message of messages) {
        const arrival = toArrival({ topic, partition }, message);
        const [name, position] = [arrival.document?.id, formatPosition(arrival.position)];
        if (isWanted(name, position))
          yield { id: name ?? position, topic, position, verdicts: arrival.verdicts };
      }
      from += BigInt(messages.length);
    }
  }
}
