import { decodeHeaders, formatTopicPartition } from '@ballast/document';
import type { TopicPartition } from '@ballast/document';
import { Chain } from '../chain.ts';
import type { Checkpoint, LaneReader } from '../ports.ts';
import type { Arrival } from '../stage.ts';
import { toArrival } from './arrival.ts';
import { Backoff } from './backoff.ts';
import type { MessageLog } from './log.ts';

/** Where the reader of a lane's partition begins: what the table's log says was consumed. */
export interface LaneStart {
  /** Next offset to read. */
  readonly next: bigint;
  /** High-water marks of that lane partition below `next`, per ingest partition, decimal. */
  readonly marks: Checkpoint['marks'];
}

/** Which lanes are read and how far ahead. */
export interface LaneReaderOptions {
  readonly topics: readonly string[];
  readonly start: (input: TopicPartition) => LaneStart;
  /** Default: all partitions. */
  readonly partitions?: readonly number[];
  /** Documents read ahead per topic, default 256. */
  readonly bufferDocuments?: number;
  /** Bytes read ahead per topic, default 8 MiB; one document is held even when it is larger. */
  readonly bufferBytes?: number;
  /** True once upstream has ended: no lane will receive anything more in this run. */
  readonly ended: () => boolean;
}

interface Cursor extends TopicPartition {
  readonly key: string;
  /** What the table's log said last: a rewind counts from here. */
  base: LaneStart;
  /** Next offset to fetch. */
  next: bigint;
  chain: Chain;
  queue: Arrival[];
}

interface Lane {
  readonly cursors: readonly Cursor[];
  /** The cursor whose turn it is. */
  turn: number;
  bytes: number;
}

/**
 * Heads of lanes over the embedded log. Redeliveries are removed and the chain is checked while
 * reading, so a head is always a first copy. What nobody takes stays in the log: a lane is read ahead
 * only up to its bounds.
 *
 * `head` and `take` throw BALLAST_TOPIC_GAP and BALLAST_CHAIN_* when the lane shows loss. The keys of
 * `rewind` are `topic/partition`; a partition not named goes back to what the last start or rewind said.
 */
export function topicLaneReader(log: MessageLog, options: LaneReaderOptions): LaneReader {
  return new EmbeddedLanes(log, options);
}

class EmbeddedLanes implements LaneReader {
  readonly #log: MessageLog;
  readonly #options: LaneReaderOptions;
  readonly #lanes = new Map<string, Lane>();
  readonly #documentsMax: number;
  readonly #bytesMax: number;

  constructor(log: MessageLog, options: LaneReaderOptions) {
    this.#log = log;
    this.#options = options;
    const partitions =
      options.partitions ?? Array.from({ length: log.partitions }, (_, partition) => partition);
    this.#documentsMax = Math.max(
      1,
      Math.floor((options.bufferDocuments ?? 256) / Math.max(1, partitions.length)),
    );
    this.#bytesMax = options.bufferBytes ?? 8 * 1024 * 1024;
    for (const topic of options.topics) {
      const cursors = partitions.map((partition) => openCursor({ topic, partition }, options.start));
      this.#lanes.set(topic, { cursors, turn: 0, bytes: 0 });
    }
  }

  head(topic: string): Arrival | undefined {
    return this.#current(topic)?.queue[0];
  }

  take(topic: string): Arrival {
    const lane = this.#lane(topic);
    const arrival = this.#current(topic)?.queue.shift();
    if (arrival === undefined) throw new RangeError(`take: ${topic} has no head`);
    lane.bytes -= arrival.value.byteLength;
    lane.turn = (lane.turn + 1) % lane.cursors.length;
    return arrival;
  }

  rewind(next: ReadonlyMap<string, bigint>): void {
    for (const lane of this.#lanes.values()) {
      for (const cursor of lane.cursors) this.#rewindCursor(cursor, next.get(cursor.key) ?? cursor.base.next);
      lane.bytes = 0;
      lane.turn = 0;
    }
  }

  async arrivals(signal: AbortSignal): Promise<void> {
    const backoff = new Backoff();
    while (!signal.aborted && !this.ended() && !this.#mayHaveArrived()) await backoff.wait(signal);
  }

  ended(): boolean {
    return this.#options.ended();
  }

  /** The cursor that holds the head; it keeps its turn until the head is taken. */
  #current(topic: string): Cursor | undefined {
    const lane = this.#lane(topic);
    for (let step = 0; step < lane.cursors.length; step += 1) {
      const turn = (lane.turn + step) % lane.cursors.length;
      const cursor = lane.cursors[turn];
      if (cursor === undefined) continue;
      if (cursor.queue.length === 0 && lane.bytes < this.#bytesMax) this.#refill(lane, cursor);
      if (cursor.queue.length === 0) continue;
      lane.turn = turn;
      return cursor;
    }
    return undefined;
  }

  #refill(lane: Lane, cursor: Cursor): void {
    while (cursor.queue.length === 0 && cursor.next !== this.#log.endOffset(cursor)) {
      const limit = { documents: this.#documentsMax, bytes: this.#bytesMax - lane.bytes };
      for (const message of this.#log.read(cursor, cursor.next, limit)) {
        const arrival = toArrival({ topic: cursor.topic, partition: cursor.partition }, message);
        cursor.next = message.offset + 1n;
        if (!cursor.chain.admit(arrival)) continue;
        cursor.queue.push(arrival);
        lane.bytes += arrival.value.byteLength;
      }
    }
  }

  #rewindCursor(cursor: Cursor, next: bigint): void {
    if (next < cursor.base.next) {
      throw new RangeError(
        `rewind: ${cursor.key} was committed up to ${cursor.base.next}, cannot go back to ${next}`,
      );
    }
    const chain = Chain.resume({ marks: cursor.base.marks, previous: {} });
    for (const { offset, headers } of this.#log.headers(cursor, cursor.base.next, next)) {
      const { position, previous, verdicts } = decodeHeaders(headers);
      const read = { topic: cursor.topic, partition: cursor.partition, offset };
      chain.admit({
        position,
        previous,
        verdicts,
        read,
        value: new Uint8Array(0),
        document: undefined,
        unreadable: undefined,
      });
    }
    cursor.base = { next, marks: chain.marks().marks };
    cursor.chain = chain;
    cursor.next = next;
    cursor.queue = [];
  }

  /** A lane that showed no head holds a message now. */
  #mayHaveArrived(): boolean {
    this.#log.environment.refresh();
    return [...this.#lanes.values()].some(
      ({ cursors }) =>
        cursors.every((cursor) => cursor.queue.length === 0) &&
        cursors.some((cursor) => cursor.next !== this.#log.endOffset(cursor)),
    );
  }

  #lane(topic: string): Lane {
    const lane = this.#lanes.get(topic);
    if (lane === undefined) throw new RangeError(`LaneReader: ${topic} is not one of its topics`);
    return lane;
  }
}

function openCursor(input: TopicPartition, start: LaneReaderOptions['start']): Cursor {
  const base = start(input);
  return {
    ...input,
    key: formatTopicPartition(input),
    base,
    next: base.next,
    chain: Chain.resume({ marks: base.marks, previous: {} }),
    queue: [],
  };
}
