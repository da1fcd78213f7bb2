import { existsSync } from 'node:fs';
import {
  decodeDocument,
  decodeHeaders,
  detectedTopic,
  formatPosition,
  isIngestTopic,
  lanes,
  topicOf,
  verifiedTopic,
} from '@ballast/document';
import type { Position, Verdicts } from '@ballast/document';
import { openTopics } from '@ballast/stage/embedded';
import type { EmbeddedTopics } from '@ballast/stage/embedded';

/** A document that lies in a topic and not in the table. */
export interface FoundMessage {
  readonly id: string;
  readonly topic: string;
  readonly position: string;
  readonly verdicts: Verdicts;
}

/** Furthest topic first: where the document is now. */
const order: readonly string[] = [...lanes.map(topicOf), verifiedTopic, detectedTopic];

/** Looks for a document by id or position in the embedded state; reads topics whole, furthest along first. */
export async function findInState(stateDir: string, id: string): Promise<readonly FoundMessage[]> {
  if (!existsSync(stateDir)) return [];
  await using topics = await openTopics(stateDir);
  const present = new Set(topics.topics());
  for (const topic of [...order.filter((name) => present.has(name)), ...[...present].filter(isIngestTopic)]) {
    // A process that was killed may have left a second copy of a message.
    const found = new Map([...search(topics, topic, id)].map((message) => [message.position, message]));
    if (found.size > 0) return [...found.values()];
  }
  return [];
}

function* search(topics: EmbeddedTopics, topic: string, id: string): Generator<FoundMessage> {
  for (let partition = 0; partition < topics.partitions; partition += 1) {
    for (let from = 0n; ;) {
      const messages = topics.read(topic, partition, from, { documents: 512, bytes: 16 * 1024 * 1024 });
      if (messages.length === 0) break;
      for (const { headers, offset, value } of messages) {
        const read: Position = { topic, partition, offset };
        const { position, verdicts } = isIngestTopic(topic)
          ? { position: read, verdicts: {} }
          : decodeHeaders(headers);
        const name = value === undefined ? undefined : decodeDocument(value, position).document?.id;
        if (name === id || formatPosition(position) === id)
          yield { id: name ?? id, topic, position: formatPosition(position), verdicts };
      }
      from += BigInt(messages.length);
    }
  }
}
