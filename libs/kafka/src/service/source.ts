import { formatTopicPartition } from '@ballast/document';
import type { TopicPartition } from '@ballast/document';
import type { Checkpoint, Delivery, ReadLimit, Source, SourceOptions } from '@ballast/stage';
import type { LeaderReader } from '../admin/partition-reader.ts';
import { arrivalOf } from './arrival.ts';
import { fingerprintOf } from './checkpoints.ts';
import type { Stored } from './checkpoints.ts';
import { ReadAhead, cursorAt } from './read-ahead.ts';
import type { Cursor } from './read-ahead.ts';

/** Where an input goes on, and what its last ack stored. */
export interface Place {
  readonly next: bigint;
  readonly checkpoint: Checkpoint | null;
}

/** A set of partitions that is this reader's while the signal lasts. */
export interface Lease {
  readonly inputs: readonly TopicPartition[];
  readonly signal: AbortSignal;
  /** Where an input goes on. */
  readonly place: (input: TopicPartition) => Promise<Place>;
  /** Told of each delivery. */
  readonly delivered: () => void;
  /** Makes an ack durable; `next` is the offset behind the delivery. */
  readonly ack: (input: TopicPartition, next: bigint, stored: Stored) => Promise<void>;
}

/** A source whose partitions can be paused. A paused partition that holds messages keeps the iteration alive. */
export interface KafkaSource extends Source {
  /** No further delivery of the partition until it is resumed. */
  pause(topic: string, partition: number): void;
  /** Deliveries of the partition continue where they stopped. */
  resume(topic: string, partition: number): void;
}

/** How a source delivers. */
export type DeliverOptions = Pick<SourceOptions, 'batch' | 'signal' | 'linger' | 'until'> & {
  readonly gaps: (topic: string) => boolean;
};

interface Input {
  readonly cursor: Cursor;
  resume: Checkpoint | null | undefined;
  /** When an incomplete delivery was first seen, performance.now(). */
  seenAt: number | undefined;
  /** Its fetches that had begun when upstream was seen to have ended. */
  begunAtEnd: number | undefined;
}

const limitDefault: ReadLimit = { documents: 256, bytes: 4 * 1024 * 1024 };
/** Bytes of values that all partitions of a source hold, about. */
const aheadBytes = 16 * 1024 * 1024;
/** Bytes of one partition per fetch, as the broker stores them. */
const fetchBytes = 1024 * 1024;
/** Longest pause while something lingers or is paused, in milliseconds. */
const lookMs = 20;

/** Deliveries of one lease after the other. Partitions take turns. */
export function kafkaSource(
  leases: (signal: AbortSignal) => AsyncIterable<Lease>,
  reader: LeaderReader,
  options: DeliverOptions,
): KafkaSource {
  const paused = new Set<string>();
  return {
    pause: (topic, partition) => void paused.add(formatTopicPartition({ topic, partition })),
    resume: (topic, partition) => void paused.delete(formatTopicPartition({ topic, partition })),
    [Symbol.asyncIterator]: () => deliverAll(leases, reader, options, paused),
  };
}

async function* deliverAll(
  leases: (signal: AbortSignal) => AsyncIterable<Lease>,
  reader: LeaderReader,
  options: DeliverOptions,
  paused: ReadonlySet<string>,
): AsyncGenerator<Delivery, void, void> {
  for await (const lease of leases(options.signal)) {
    const inputs = await Promise.all(lease.inputs.map((input) => begin(lease, input)));
    const isDrained = yield* new Delivering(lease, inputs, reader, options, paused).run();
    if (isDrained) return;
  }
}

async function begin(lease: Lease, input: TopicPartition): Promise<Input> {
  const { next, checkpoint } = await lease.place(input);
  return { cursor: cursorAt(input, next), resume: checkpoint, seenAt: undefined, begunAtEnd: undefined };
}

/** Deliveries while one lease lasts. */
class Delivering {
  readonly #lease: Lease;
  readonly #inputs: readonly Input[];
  readonly #ahead: ReadAhead;
  readonly #options: DeliverOptions;
  readonly #paused: ReadonlySet<string>;
  readonly #limit: ReadLimit;
  readonly #signal: AbortSignal;
  #turn = 0;

  constructor(
    lease: Lease,
    inputs: readonly Input[],
    reader: LeaderReader,
    options: DeliverOptions,
    paused: ReadonlySet<string>,
  ) {
    this.#lease = lease;
    this.#inputs = inputs;
    this.#options = options;
    this.#paused = paused;
    this.#limit = options.batch ?? limitDefault;
    this.#signal = AbortSignal.any([options.signal, lease.signal]);
    this.#ahead = new ReadAhead(
      reader,
      inputs.map(({ cursor }) => cursor),
      {
        bytesMax: aheadBytes,
        messagesMax: 2 * this.#limit.documents,
        fetchBytes,
        gaps: options.gaps,
      },
    );
  }

  /** Ends with true when everything is delivered, with false when the lease has ended. */
  async *run(): AsyncGenerator<Delivery, boolean, void> {
    try {
      while (!this.#signal.aborted) {
        const isOver = this.#isOver();
        this.#ahead.pump(!isOver);
        const ready = this.#nextReady(isOver);
        if (ready !== undefined) yield this.#take(ready);
        else if (isOver && this.#inputs.every((input) => isDrained(input))) return true;
        else await this.#wait();
      }
      return false;
    } finally {
      this.#ahead.stop();
    }
  }

  /** Upstream has ended: what a fetch from now on does not bring will never come. */
  #isOver(): boolean {
    const { until } = this.#options;
    const isOver = typeof until === 'function' ? until() : until === 'end';
    if (isOver) for (const input of this.#inputs) input.begunAtEnd ??= input.cursor.begun;
    return isOver;
  }

  async #wait(): Promise<void> {
    const holds = this.#inputs.some(({ cursor }) => cursor.queue.length > 0);
    await this.#ahead.arrivals(this.#signal, holds ? lookMs : undefined);
  }

  #nextReady(isOver: boolean): Input | undefined {
    for (let step = 0; step < this.#inputs.length; step += 1) {
      const index = (this.#turn + step) % this.#inputs.length;
      const input = this.#inputs[index];
      if (input === undefined || this.#paused.has(input.cursor.name) || !this.#isReady(input, isOver))
        continue;
      this.#turn = index + 1;
      return input;
    }
    return undefined;
  }

  #isReady(input: Input, isOver: boolean): boolean {
    const { queue } = input.cursor;
    if (queue.length === 0) return false;
    const linger = this.#options.linger ?? 0;
    if (isOver || linger === 0 || queue.length >= this.#limit.documents) return true;
    input.seenAt ??= performance.now();
    return performance.now() - input.seenAt >= linger;
  }

  #take(input: Input): Delivery {
    const { cursor, resume } = input;
    const { topic, partition } = cursor;
    const messages = this.#ahead.take(cursor, countOf(cursor, this.#limit));
    // Before the delivery is worked on: the next fetch goes on meanwhile.
    this.#ahead.pump();
    const batch = messages.map((message) => arrivalOf({ topic, partition }, message));
    const last = messages.at(-1);
    if (last === undefined) throw new RangeError('a delivery holds at least one message');
    input.resume = undefined;
    input.seenAt = undefined;
    this.#lease.delivered();
    return {
      input: { topic, partition },
      ...(resume === undefined ? {} : { resume }),
      batch,
      ack: (checkpoint) =>
        this.#lease.ack({ topic, partition }, last.offset + 1n, {
          checkpoint,
          last: fingerprintOf(last.offset, last.timestamp, last.value),
        }),
    };
  }
}

/** Nothing is held, and a fetch that began after upstream had ended has found the end. */
function isDrained({ cursor, begunAtEnd }: Input): boolean {
  if (begunAtEnd === undefined || cursor.ended <= begunAtEnd) return false;
  return cursor.queue.length === 0 && cursor.fetchFrom >= cursor.end;
}

function countOf({ queue }: Cursor, limit: ReadLimit): number {
  let bytes = 0;
  let count = 0;
  for (const { value } of queue) {
    bytes += value.byteLength;
    if (count > 0 && (count >= limit.documents || bytes > limit.bytes)) break;
    count += 1;
  }
  return count;
}
