import { formatTopicPartition } from '@ballast/document';
import type { TopicPartition } from '@ballast/document';
import { typeOf } from '../admin/describe-topics.ts';
import type { Fetched, LeaderReader, StoredMessage } from '../admin/partition-reader.ts';
import { assertContiguous, gapError } from './arrival.ts';

/** A partition that is read ahead. */
export interface Cursor extends TopicPartition {
  readonly name: string;
  /** Partitions of one share have their bound of bytes together. */
  readonly share: string;
  /** Offset behind the last message in the queue: where the next fetch begins. */
  fetchFrom: bigint;
  /** Messages that were fetched and not taken. */
  readonly queue: StoredMessage[];
  /** Bytes of their values. */
  bytes: number;
  /** Next offset that will be written, as the last fetch had it. */
  end: bigint;
  /** Fetches of it that were begun, and that came to an end. */
  begun: number;
  ended: number;
}

/** How far ahead is read. */
export interface AheadOptions {
  /** Bytes of values a share holds before it is fetched no further; the last fetch may exceed it by what it brought. */
  readonly bytesMax: number;
  /** Messages of a partition that are held before it is fetched no further. */
  readonly messagesMax: number;
  /** Bytes of one partition per fetch, as the broker stores them. */
  readonly fetchBytes: number;
  /** True for an ingest topic where transactions and compaction may leave gaps. */
  readonly gaps: (topic: string) => boolean;
}

/**
 * Waits of the broker for a message, in milliseconds. While every partition is fetched it is the longest:
 * whatever arrives ends it. While some are not, since enough of them is held, they must not be kept waiting
 * once that is taken: the shortest, twice as long after each fetch that brought nothing.
 */
const waitMs = { longest: 1_000, shortest: 25 } as const;

/** A partition to read from `from` on. */
export function cursorAt({ topic, partition }: TopicPartition, from: bigint, share = ''): Cursor {
  const name = formatTopicPartition({ topic, partition });
  return {
    topic,
    partition,
    name,
    share,
    fetchFrom: from,
    queue: [],
    bytes: 0,
    end: from,
    begun: 0,
    ended: 0,
  };
}

/**
 * Keeps one fetch per broker under way for the partitions that hold little, and checks that nothing is
 * missing in what comes. A broker that has nothing keeps only its own partitions waiting.
 */
export class ReadAhead {
  readonly #reader: LeaderReader;
  readonly #options: AheadOptions;
  readonly #cursors: readonly Cursor[];
  readonly #fetching = new Map<string, Promise<void>>();
  /** Leaders of all partitions, as known when the last fetch ended: a fetch may have found others. */
  #leaders: ReadonlySet<string> | undefined;
  /** Nothing was due at the last look, and nothing was taken since. */
  #isSated = false;
  #failure: { readonly error: unknown } | undefined;
  #isStopped = false;
  #waitMs: number = waitMs.shortest;
  #arrived = Promise.withResolvers<void>();

  constructor(reader: LeaderReader, cursors: readonly Cursor[], options: AheadOptions) {
    this.#reader = reader;
    this.#cursors = cursors;
    this.#options = options;
  }

  /**
   * Starts what fetches are due; those that shall not wait answer at once. Throws what a fetch has thrown,
   * or BALLAST_TOPIC_GAP.
   */
  pump(mayWait = true): void {
    if (this.#failure !== undefined) throw this.#failure.error;
    // Asked before every message: with a fetch under way on each broker there is nothing to look for.
    if (this.#isStopped || this.#isSated || this.#fetching.size >= this.#leadersOfAll().size) return;
    const hungry = this.#hungry();
    this.#isSated = hungry.length === 0;
    if (this.#isSated) return;
    const longest = hungry.length === this.#cursors.length ? waitMs.longest : this.#waitMs;
    const wait = mayWait ? longest : 0;
    for (const [leader, cursors] of this.#reader.byLeader(hungry)) {
      if (this.#fetching.has(leader)) continue;
      const fetching = this.#fetch(cursors, wait)
        .catch((error: unknown) => {
          this.#failure ??= { error };
        })
        .finally(() => {
          this.#fetching.delete(leader);
          this.#leaders = undefined;
          this.#isSated = false;
          this.#notify();
        });
      this.#fetching.set(leader, fetching);
    }
  }

  /** Resolves when a fetch has come to its end, the signal aborts, or `timeoutMs` are over. */
  async arrivals(signal: AbortSignal, timeoutMs?: number): Promise<void> {
    if (signal.aborted) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const stop = (): void => resolve();
    const timer = timeoutMs === undefined ? undefined : setTimeout(stop, timeoutMs);
    signal.addEventListener('abort', stop, { once: true });
    await Promise.race([this.#arrived.promise, promise]);
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  }

  /** Takes messages from the head of a partition's queue. */
  take(cursor: Cursor, count: number): readonly StoredMessage[] {
    const taken = cursor.queue.splice(0, count);
    for (const { value } of taken) cursor.bytes -= value.byteLength;
    this.#isSated = false;
    this.#waitMs = waitMs.shortest;
    return taken;
  }

  /** Gives up what is held of a partition and reads it from `from` on. */
  rewind(cursor: Cursor, from: bigint): void {
    cursor.queue.length = 0;
    cursor.bytes = 0;
    cursor.fetchFrom = from;
    this.#isSated = false;
    this.#notify();
  }

  /** No fetch is started any more, and what is under way is thrown away. */
  stop(): void {
    this.#isStopped = true;
    this.#notify();
  }

  #leadersOfAll(): ReadonlySet<string> {
    return (this.#leaders ??= new Set(this.#reader.byLeader(this.#cursors).keys()));
  }

  #hungry(): readonly Cursor[] {
    const { bytesMax, messagesMax } = this.#options;
    const held = new Map<string, number>();
    for (const { share, bytes } of this.#cursors) held.set(share, (held.get(share) ?? 0) + bytes);
    return this.#cursors.filter(
      ({ queue, share }) =>
        queue.length === 0 || (queue.length < messagesMax && (held.get(share) ?? 0) < bytesMax),
    );
  }

  async #fetch(cursors: readonly Cursor[], wait: number): Promise<void> {
    const asked = cursors.map(({ topic, partition, fetchFrom }) => ({
      topic,
      partition,
      from: fetchFrom,
      committedOnly: this.#options.gaps(topic),
    }));
    const places = new Map(cursors.map((cursor) => [cursor, cursor.fetchFrom]));
    for (const cursor of cursors) cursor.begun += 1;
    const found = await this.#fetchAll(asked, wait);
    if (this.#isStopped) return;
    if ([...found.values()].every(({ messages }) => messages.length === 0))
      this.#waitMs = Math.min(waitMs.longest, 2 * this.#waitMs);
    for (const [cursor, from] of places) {
      const fetched = found.get(cursor.name);
      cursor.ended += 1;
      // A rewind in between has moved the cursor: what was fetched is of another place.
      if (fetched !== undefined && cursor.fetchFrom === from) this.#append(cursor, fetched);
    }
  }

  async #fetchAll(asked: Parameters<LeaderReader['fetchAll']>[0], wait: number) {
    try {
      return await this.#reader.fetchAll(asked, { waitMs: wait, bytes: this.#options.fetchBytes });
    } catch (error) {
      if (typeOf(error) !== 'OFFSET_OUT_OF_RANGE') throw error;
      const input = error instanceof Error && 'input' in error ? error.input : undefined;
      const at = asked.find((each) => input instanceof Object && isSame(each, input)) ?? asked[0];
      if (at === undefined) throw error;
      throw gapError(at, at.from, 'the partition holds nothing there', error);
    }
  }

  #append(cursor: Cursor, fetched: Fetched): void {
    if (!this.#options.gaps(cursor.topic)) assertContiguous(cursor, cursor.fetchFrom, fetched);
    for (const message of fetched.messages) {
      cursor.queue.push(message);
      cursor.bytes += message.value.byteLength;
    }
    cursor.fetchFrom = fetched.next > cursor.fetchFrom ? fetched.next : cursor.fetchFrom;
    cursor.end = fetched.end;
  }

  #notify(): void {
    this.#arrived.resolve();
    this.#arrived = Promise.withResolvers();
  }
}

function isSame(asked: TopicPartition, input: object): boolean {
  return (
    'topic' in input &&
    'partition' in input &&
    asked.topic === input.topic &&
    asked.partition === input.partition
  );
}
