import { formatTopicPartition } from '@ballast/document';
import type { TopicPartition } from '@ballast/document';
import type { LaneReader, LaneReaderOptions } from '../ports.ts';
import type { Arrival } from '../stage.ts';
import { toArrival } from '../message.ts';
import { Backoff } from './backoff.ts';
import type { MessageLog } from './log.ts';

interface Cursor extends TopicPartition {
  /** Next offset to fetch. */
  next: bigint;
  queue: Arrival[];
}

interface Lane {
  readonly cursors: readonly Cursor[];
  /** The cursor whose turn it is. */
  turn: number;
  bytes: number;
}

/**
 * Heads of lanes over the embedded log, redeliveries included: the marks are the mixer's. What nobody
 * takes stays in the log: a lane is read ahead only up to its bounds. `head` and `take` throw
 * BALLAST_TOPIC_GAP when a message is missing.
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
      const cursors = partitions.map((partition): Cursor => {
        return { topic, partition, next: options.start({ topic, partition }), queue: [] };
      });
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
      for (const cursor of lane.cursors) {
        const offset = next.get(formatTopicPartition(cursor));
        if (offset === undefined) continue;
        lane.bytes -= cursor.queue.reduce((sum, { value }) => sum + value.byteLength, 0);
        cursor.next = offset;
        cursor.queue = [];
      }
    }
  }

  async arrivals(signal: AbortSignal): Promise<void> {
    const backoff = new Backoff();
    while (!signal.aborted && !this.ended() && !this.#mayHaveArrived()) await backoff.wait(signal);
  }

  ended(): boolean {
    if (!this.#options.ended()) return false;
    // Upstream wrote its last messages in another process: an old view of the log would leave them behind.
    this.#log.environment.refresh();
    return true;
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
    if (cursor.next === this.#log.endOffset(cursor)) return;
    const limit = { documents: this.#documentsMax, bytes: this.#bytesMax - lane.bytes };
    for (const message of this.#log.read(cursor, cursor.next, limit)) {
      const arrival = toArrival({ topic: cursor.topic, partition: cursor.partition }, message);
      cursor.next = message.offset + 1n;
      cursor.queue.push(arrival);
      lane.bytes += arrival.value.byteLength;
    }
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
