import { BallastError } from '@ballast/stage';
import { kafkaErrors } from '../errors.ts';
import { encodedBody } from './cluster.ts';
import type { Cluster, ProtocolRequest } from './cluster.ts';

/** Ids of topics by name, 32 hex digits: they differ for two topics of one name, one after the other (KIP-516). */
export type TopicIds = ReadonlyMap<string, string>;

/** Asks for the ids of topics; those that are not there are absent. */
export async function topicIdsOf(cluster: Cluster, topics: readonly string[]): Promise<TopicIds> {
  const broker = await cluster.findControllerBroker();
  return await broker.connectionPool.send(metadataRequest(topics));
}

/**
 * Throws BALLAST_KAFKA_TOPIC_RECREATED when a topic has another id than it had. One that is not there is
 * passed over: it cannot be read either.
 */
export function assertSameTopics(before: TopicIds, now: TopicIds): void {
  for (const [topic, id] of now) {
    const known = before.get(topic);
    if (known !== undefined && known !== id)
      throw new BallastError(
        kafkaErrors.recreated,
        `${topic} is another topic than the one that was read: its id is ${id}, and was ${known}`,
      );
  }
}

/** Metadata version 10, the first with topic ids; kafkajs ends at 6. */
function metadataRequest(topics: readonly string[]): ProtocolRequest<TopicIds> {
  return {
    request: {
      apiKey: 3,
      apiVersion: 10,
      apiName: 'Metadata',
      encode: async () => encodedBody(metadataBody(topics)),
    },
    response: { decode: async (payload) => readTopicIds(payload), parse: async (ids) => ids },
  };
}

/** Body of the request, behind the empty tagged fields that end a flexible request header (KIP-482). */
function metadataBody(topics: readonly string[]): Buffer {
  const parts = [Buffer.from([0]), unsigned(topics.length + 1)];
  for (const topic of topics) {
    const name = Buffer.from(topic, 'utf8');
    parts.push(Buffer.alloc(16), unsigned(name.length + 1), name, Buffer.from([0]));
  }
  // No topic is created, no authorised operations are asked for, no tagged fields follow.
  parts.push(Buffer.from([0, 0, 0, 0]));
  return Buffer.concat(parts);
}

/** Reads an answer of version 10 as far as names and ids; topics with an error have none. */
export function readTopicIds(payload: Buffer): TopicIds {
  const reader = new FlexibleReader(payload);
  reader.tags(); // of the response header
  reader.forward(4); // throttle time
  for (let left = reader.length(); left > 0; left -= 1) {
    reader.forward(4); // node id
    reader.text(); // host
    reader.forward(4); // port
    reader.text(); // rack
    reader.tags();
  }
  reader.text(); // cluster id
  reader.forward(4); // controller id
  const ids = new Map<string, string>();
  for (let left = reader.length(); left > 0; left -= 1) {
    const code = reader.int16();
    const name = reader.text();
    const id = reader.hex(16);
    reader.forward(1); // is internal
    skipPartitions(reader);
    reader.forward(4); // authorised operations
    reader.tags();
    if (code === 0) ids.set(name, id);
  }
  return ids;
}

function skipPartitions(reader: FlexibleReader): void {
  for (let left = reader.length(); left > 0; left -= 1) {
    reader.forward(14); // error, partition, leader, leader epoch
    for (let list = 0; list < 3; list += 1) reader.forward(4 * reader.length()); // replicas, in sync, offline
    reader.tags();
  }
}

/** Compact arrays, strings and tagged fields of KIP-482. */
class FlexibleReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  forward(count: number): void {
    this.#at += count;
  }

  int16(): number {
    this.#at += 2;
    return this.#bytes.readInt16BE(this.#at - 2);
  }

  /** Count of a compact array; 0 for null. */
  length(): number {
    return Math.max(0, this.#unsigned() - 1);
  }

  text(): string {
    const length = this.length();
    this.#at += length;
    return this.#bytes.toString('utf8', this.#at - length, this.#at);
  }

  hex(count: number): string {
    this.#at += count;
    return this.#bytes.toString('hex', this.#at - count, this.#at);
  }

  tags(): void {
    for (let left = this.#unsigned(); left > 0; left -= 1) {
      this.#unsigned();
      this.#at += this.#unsigned();
    }
  }

  #unsigned(): number {
    let [value, scale] = [0, 1];
    for (;;) {
      const byte = this.#bytes.readUInt8(this.#at);
      this.#at += 1;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 128;
    }
  }
}

function unsigned(value: number): Buffer {
  const bytes: number[] = [];
  for (let left = value; ; left = Math.floor(left / 128)) {
    if (left < 128) return Buffer.from([...bytes, left]);
    bytes.push((left % 128) | 0x80);
  }
}
