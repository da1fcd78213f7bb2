import type { Arrival, LaneReader, LaneReaderOptions } from '@ballast/stage';
import type { LeaderReader, StoredMessage } from '../admin/partition-reader.ts';
import { arrivalOf } from './arrival.ts';
import { ReadAhead, cursorAt } from './read-ahead.ts';
import type { Cursor } from './read-ahead.ts';

/** Which lanes of which partitions are read, and until when. */
export type BrokerLaneOptions = LaneReaderOptions & {
  readonly partitions: readonly number[];
  readonly signal: AbortSignal;
};

interface Lane {
  readonly cursors: readonly Cursor[];
  /** The cursor whose turn it is. */
  turn: number;
  /** The head that was shown last, decoded. */
  shown: { readonly message: StoredMessage; readonly arrival: Arrival } | undefined;
  /** True since it was last asked for its head and had none. */
  isShownEmpty: boolean;
}

/** Bytes of one partition per fetch, as the broker stores them: all lanes are read at once. */
const fetchBytes = 256 * 1024;
/** Longest wait before the end of upstream is looked at again, in milliseconds. */
const lookMs = 500;

/**
 * Heads of lanes over brokers, redeliveries included. A lane is read ahead up to its bounds; beyond them
 * it waits unread on the broker. Reads until the signal aborts. `head`, `take` and `arrivals` throw
 * BALLAST_TOPIC_GAP when a message is missing.
 */
export function brokerLanes(reader: LeaderReader, options: BrokerLaneOptions): LaneReader {
  return new BrokerLanes(reader, options);
}

class BrokerLanes implements LaneReader {
  readonly #ended: () => boolean;
  readonly #signal: AbortSignal;
  readonly #lanes = new Map<string, Lane>();
  readonly #ahead: ReadAhead;

  constructor(reader: LeaderReader, options: BrokerLaneOptions) {
    const { partitions, topics, start, signal } = options;
    this.#ended = options.ended;
    this.#signal = signal;
    for (const topic of topics) {
      const cursors = partitions.map((partition) =>
        cursorAt({ topic, partition }, start({ topic, partition }), topic),
      );
      this.#lanes.set(topic, { cursors, turn: 0, shown: undefined, isShownEmpty: false });
    }
    this.#ahead = new ReadAhead(
      reader,
      [...this.#lanes.values()].flatMap(({ cursors }) => cursors),
      {
        bytesMax: options.bufferBytes ?? 8 * 1024 * 1024,
        messagesMax: Math.max(
          1,
          Math.floor((options.bufferDocuments ?? 256) / Math.max(1, partitions.length)),
        ),
        fetchBytes,
        gaps: () => false,
      },
    );
    signal.addEventListener('abort', () => this.#ahead.stop(), { once: true });
    if (signal.aborted) this.#ahead.stop();
    this.#ahead.pump();
  }

  head(topic: string): Arrival | undefined {
    this.#ahead.pump();
    const lane = this.#lane(topic);
    const cursor = current(lane);
    const message = cursor?.queue[0];
    lane.isShownEmpty = message === undefined;
    if (cursor === undefined || message === undefined) return undefined;
    if (lane.shown?.message !== message) {
      const input = { topic, partition: cursor.partition };
      lane.shown = { message, arrival: arrivalOf(input, message) };
    }
    return lane.shown.arrival;
  }

  take(topic: string): Arrival {
    const arrival = this.head(topic);
    if (arrival === undefined) throw new RangeError(`take: ${topic} has no head`);
    const lane = this.#lane(topic);
    const cursor = lane.cursors[lane.turn];
    if (cursor !== undefined) this.#ahead.take(cursor, 1);
    lane.turn = (lane.turn + 1) % lane.cursors.length;
    return arrival;
  }

  rewind(next: ReadonlyMap<string, bigint>): void {
    for (const { cursors } of this.#lanes.values())
      for (const cursor of cursors) {
        const offset = next.get(cursor.name);
        if (offset !== undefined) this.#ahead.rewind(cursor, offset);
      }
  }

  async arrivals(signal: AbortSignal): Promise<void> {
    for (;;) {
      this.#ahead.pump();
      if (signal.aborted || this.#signal.aborted || this.ended() || this.#isNews()) return;
      await this.#ahead.arrivals(signal, lookMs);
    }
  }

  ended(): boolean {
    return this.#ended();
  }

  /** A lane that showed no head holds a message now. */
  #isNews(): boolean {
    return [...this.#lanes.values()].some(
      ({ isShownEmpty, cursors }) => isShownEmpty && cursors.some(({ queue }) => queue.length > 0),
    );
  }

  #lane(topic: string): Lane {
    const lane = this.#lanes.get(topic);
    if (lane === undefined) throw new RangeError(`LaneReader: ${topic} is not one of its topics`);
    return lane;
  }
}

/** The cursor that holds the head; it keeps its turn until the head is taken. */
function current(lane: Lane): Cursor | undefined {
  for (let step = 0; step < lane.cursors.length; step += 1) {
    const turn = (lane.turn + step) % lane.cursors.length;
    const cursor = lane.cursors[turn];
    if (cursor === undefined || cursor.queue.length === 0) continue;
    lane.turn = turn;
    return cursor;
  }
  return undefined;
}
