import { formatTopicPartition } from '@ballast/document';
import type { Headers, Position, TopicPartition } from '@ballast/document';
import { BallastError } from '../errors.ts';
import type { Message } from '../message.ts';
import type { ReadLimit } from '../ports.ts';
import type { TopicDescription } from './description.ts';
import type { Environment } from './environment.ts';
import { topicErrors } from './errors.ts';
import {
  decodeOffset,
  decodeRecord,
  encodeAddress,
  encodeOffset,
  encodePartition,
  encodeRecord,
} from './record.ts';
import type { LogAddress, Payload } from './record.ts';

/** A message to append: its value, or the position in an ingest topic where the value lies already. */
export type NewMessage =
  | { readonly headers: Headers; readonly value: Uint8Array | undefined }
  | { readonly headers: Headers; readonly reference: Position };

/** Messages of one partition, encoded and ready for a transaction. */
export interface Prepared {
  readonly input: TopicPartition;
  readonly topicId: number;
  readonly records: readonly Buffer[];
}

/** Topics, partitions, offsets: the append-only part of the environment. */
export class MessageLog {
  readonly environment: Environment;
  readonly partitions: number;
  readonly #ids = new Map<string, number>();

  constructor(environment: Environment) {
    this.environment = environment;
    this.partitions = environment.identity.partitions;
  }

  /** Names of all topics in alphabetic order. */
  topics(): readonly string[] {
    this.environment.refresh();
    return [...this.environment.topics.getKeys()].toSorted();
  }

  /** Grows by one with every new topic: tells a reader when to look again. */
  topicCount(): number {
    this.environment.refresh();
    return this.environment.counters.get('topics') ?? 0;
  }

  /** What is known of the topic; undefined when nothing was ever said. */
  describe(topic: string): TopicDescription | undefined {
    this.environment.refresh();
    return this.environment.topics.get(topic)?.description;
  }

  /** Creates the topic when it is new. */
  async setDescription(topic: string, description: TopicDescription): Promise<void> {
    const id = await this.ensure(topic);
    await this.environment.transact(() => {
      void this.environment.topics.put(topic, { id, description });
    });
    await this.environment.flush();
  }

  /** Next offset that an append will take: the number of messages. 0 for an unknown topic. */
  endOffset(input: TopicPartition): bigint {
    const id = this.#idOf(input.topic);
    return id === undefined ? 0n : this.#end(id, input.partition);
  }

  /** Appends in order, atomically; resolves with the first offset when the messages are on disk. */
  async append(input: TopicPartition, messages: readonly NewMessage[]): Promise<bigint> {
    const prepared = await this.prepare(input, messages);
    const first = await this.environment.transact(() => this.put(prepared));
    await this.environment.flush();
    return first;
  }

  /** Encodes messages outside the writer's lock. */
  async prepare(input: TopicPartition, messages: readonly NewMessage[]): Promise<Prepared> {
    if (!Number.isInteger(input.partition) || input.partition < 0 || input.partition >= this.partitions) {
      throw new RangeError(
        `append: ${formatTopicPartition(input)} is not one of ${this.partitions} partitions`,
      );
    }
    const topicId = await this.ensure(input.topic);
    const records = messages.map((message) =>
      encodeRecord({ headers: message.headers, payload: this.#payload(message) }),
    );
    return { input, topicId, records };
  }

  /** Writes prepared messages inside a transaction; returns the first offset. */
  put({ input, topicId, records }: Prepared): bigint {
    const first = this.#end(topicId, input.partition);
    let offset = first;
    for (const record of records) {
      void this.environment.log.put(encodeAddress({ topicId, partition: input.partition, offset }), record);
      offset += 1n;
    }
    void this.environment.ends.put(encodePartition(topicId, input.partition), encodeOffset(offset));
    return first;
  }

  /**
   * Messages from `from` on, in order. Throws BALLAST_TOPIC_GAP when one below the end is missing or
   * when `from` lies beyond the end: offsets are contiguous, so either is loss.
   */
  read(input: TopicPartition, from: bigint, limit: ReadLimit): readonly Message[] {
    this.environment.refresh();
    const topicId = this.#idOf(input.topic);
    const end = this.endOffset(input);
    if (from > end) throw gap(input, from, end);
    const messages: Message[] = [];
    if (topicId === undefined) return messages;
    let bytes = 0;
    for (let offset = from; offset < end && messages.length < limit.documents; offset += 1n) {
      const record = this.environment.log.get(encodeAddress({ topicId, partition: input.partition, offset }));
      if (record === undefined) throw gap(input, offset, end);
      const { headers, payload } = decodeRecord(record);
      const value = this.#resolve(payload, input, offset);
      bytes += value?.byteLength ?? 0;
      if (messages.length > 0 && bytes > limit.bytes) break;
      messages.push({ offset, headers, value });
    }
    return messages;
  }

  /** Headers alone, without fetching values: for replaying marks. Same errors as {@link MessageLog.read}. */
  *headers(input: TopicPartition, from: bigint, to: bigint): Generator<Pick<Message, 'offset' | 'headers'>> {
    const topicId = this.#idOf(input.topic);
    for (let offset = from; offset < to; offset += 1n) {
      const key = { topicId: topicId ?? 0, partition: input.partition, offset };
      const record = topicId === undefined ? undefined : this.environment.log.get(encodeAddress(key));
      if (record === undefined) throw gap(input, offset, to);
      yield { offset, headers: decodeRecord(record).headers };
    }
  }

  /** The topic's id, given at its first use. */
  async ensure(topic: string): Promise<number> {
    const known = this.#idOf(topic);
    if (known !== undefined) return known;
    if (!/^[A-Za-z0-9._-]{1,249}$/.test(topic)) {
      throw new RangeError(
        `append: "${topic.slice(0, 80)}" is no topic name: letters, digits, dot, dash, underscore`,
      );
    }
    const { topics, counters } = this.environment;
    const id = await this.environment.transact(() => {
      const existing = topics.get(topic);
      if (existing !== undefined) return existing.id;
      const next = (counters.get('topics') ?? 0) + 1;
      void counters.put('topics', next);
      void topics.put(topic, { id: next });
      return next;
    });
    this.#ids.set(topic, id);
    return id;
  }

  #payload(message: NewMessage): Payload {
    if ('value' in message) {
      return message.value === undefined ? { kind: 'pointer' } : { kind: 'value', value: message.value };
    }
    const { topic, partition, offset } = message.reference;
    const topicId = this.#idOf(topic);
    if (topicId === undefined)
      throw new RangeError(`append: the message refers to the unknown topic ${topic}`);
    return { kind: 'reference', reference: { topicId, partition, offset } };
  }

  #resolve(payload: Payload, input: TopicPartition, offset: bigint): Uint8Array | undefined {
    if (payload.kind === 'value') return payload.value;
    if (payload.kind === 'pointer') return undefined;
    const record = this.environment.log.get(encodeAddress(payload.reference));
    const held: { readonly payload: Payload } | undefined =
      record === undefined ? undefined : decodeRecord(record);
    if (held === undefined || held.payload.kind === 'reference') {
      throw new BallastError(
        topicErrors.valueMissing,
        `read: ${formatTopicPartition(input)}/${offset} refers to ${formatAddress(payload.reference)}, which holds no value`,
      );
    }
    return held.payload.kind === 'value' ? held.payload.value : undefined;
  }

  #end(topicId: number, partition: number): bigint {
    return decodeOffset(this.environment.ends.get(encodePartition(topicId, partition)));
  }

  #idOf(topic: string): number | undefined {
    const cached = this.#ids.get(topic);
    if (cached !== undefined) return cached;
    const id = this.environment.topics.get(topic)?.id;
    if (id !== undefined) this.#ids.set(topic, id);
    return id;
  }
}

function gap(input: TopicPartition, offset: bigint, end: bigint): BallastError {
  return new BallastError(
    topicErrors.gap,
    `read: ${formatTopicPartition(input)} ends at ${end}, but offset ${offset} is missing`,
  );
}

function formatAddress({ topicId, partition, offset }: LogAddress): string {
  return `topic ${topicId}, partition ${partition}, offset ${offset}`;
}
