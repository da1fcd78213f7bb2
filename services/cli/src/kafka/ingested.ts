import { existsSync, readFileSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { Brokers, PartitionReader } from '@ballast/kafka';
import { z } from 'zod';
import { ingestHeader, parseMark } from './ingest-mark.ts';

/** The last row of an input in each partition, by partition. */
export type LastRows = ReadonlyMap<number, { readonly row: number; readonly digest: string }>;

const stateSchema = z.object({
  schemaVersion: z.literal(1),
  clusterId: z.string(),
  topic: z.string(),
  /** Next offset to read back, by partition. */
  read: z.record(z.string(), z.string()),
  /** Last row by partition, by key. */
  known: z.record(z.string(), z.record(z.string(), z.object({ row: z.number(), digest: z.string() }))),
});

/** A message this young may have a companion that is still on its way from a process just killed. Milliseconds. */
const settledMs = 10_000;
/** How long the end of the topic must stand still then. Milliseconds. */
const stillMs = 2_000;

/**
 * What a topic holds of an input, found by reading the topic back: the truth about what a killed run
 * had sent. A state file only says where the reading back may begin; without it, at the beginning.
 */
export class Ingested {
  readonly #file: string;
  readonly #clusterId: string;
  readonly #topic: string;
  readonly #read = new Map<number, bigint>();
  readonly #known = new Map<string, Map<number, { row: number; digest: string }>>();

  /** @param file State file; one of another cluster or topic, or none, counts as empty. */
  constructor(file: string, clusterId: string, topic: string) {
    this.#file = file;
    this.#clusterId = clusterId;
    this.#topic = topic;
    if (!existsSync(file)) return;
    const state = stateSchema.safeParse(JSON.parse(readFileSync(file, 'utf8')));
    if (!state.success || state.data.clusterId !== clusterId || state.data.topic !== topic) return;
    for (const [partition, offset] of Object.entries(state.data.read))
      this.#read.set(Number(partition), BigInt(offset));
    for (const [key, rows] of Object.entries(state.data.known))
      this.#known.set(
        key,
        new Map(Object.entries(rows).map(([partition, last]) => [Number(partition), last])),
      );
  }

  /** What is known of a key; empty when the topic holds nothing of it. */
  lastRows(key: string): LastRows {
    return this.#known.get(key) ?? new Map();
  }

  /** Notes that a partition holds the key up to a row, and everything before `next` has been read. */
  note(partition: number, key: string, row: number, digest: string, next: bigint): void {
    const rows = this.#known.get(key) ?? new Map<number, { row: number; digest: string }>();
    if ((rows.get(partition)?.row ?? -1) < row) rows.set(partition, { row, digest });
    this.#known.set(key, rows);
    this.#read.set(partition, next);
  }

  /** Reads the topic from where it was read last to its end; again while somebody may still be writing. */
  async readBack(
    { admin }: Brokers,
    reader: PartitionReader,
    isOurs: (key: string) => boolean,
    onProgress: (left: bigint) => void,
  ): Promise<void> {
    for (;;) {
      const newest = await this.#readToEnd(admin, reader, isOurs, onProgress);
      if (Date.now() - newest > settledMs) return;
      const before = String([...this.#read]);
      await delay(stillMs);
      await this.#readToEnd(admin, reader, isOurs, onProgress);
      if (String([...this.#read]) === before) return;
    }
  }

  /** Writes the state file, whole or not at all. */
  async save(): Promise<void> {
    const state: z.infer<typeof stateSchema> = {
      schemaVersion: 1,
      clusterId: this.#clusterId,
      topic: this.#topic,
      read: Object.fromEntries([...this.#read].map(([partition, offset]) => [partition, String(offset)])),
      known: Object.fromEntries([...this.#known].map(([key, rows]) => [key, Object.fromEntries(rows)])),
    };
    await writeFile(`${this.#file}.new`, `${JSON.stringify(state)}\n`);
    await rename(`${this.#file}.new`, this.#file);
  }

  /** Timestamp of the newest message of ours that was found. */
  async #readToEnd(
    admin: Brokers['admin'],
    reader: PartitionReader,
    isOurs: (key: string) => boolean,
    onProgress: (left: bigint) => void,
  ): Promise<number> {
    let newest = Number.NEGATIVE_INFINITY;
    const bounds = await admin.fetchTopicOffsets(this.#topic);
    // A place beyond the end is another topic's of the same name: this one was created again.
    if (bounds.some(({ partition, high }) => (this.#read.get(partition) ?? 0n) > BigInt(high))) {
      this.#read.clear();
      this.#known.clear();
    }
    for (const { partition, low, high } of bounds) {
      const [oldest, end] = [BigInt(low), BigInt(high)];
      const noted = this.#read.get(partition) ?? oldest;
      let next = noted < oldest ? oldest : noted;
      while (next < end) {
        onProgress(end - next);
        const { messages, next: after } = await reader.fetch({ topic: this.#topic, partition }, next);
        for (const { offset, headers, timestamp } of messages) {
          const mark = parseMark(headers[ingestHeader]);
          if (mark === undefined || !isOurs(mark.key)) continue;
          this.note(partition, mark.key, mark.row, mark.digest, offset + 1n);
          newest = Math.max(newest, timestamp);
        }
        // Behind the control records of transactions too; where there is nothing at all, this is the end.
        next = after > next ? after : end;
      }
      this.#read.set(partition, end);
    }
    return newest;
  }
}
