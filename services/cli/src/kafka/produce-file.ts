import { unreadableHeader } from '@ballast/document';
import type { Appender, NewMessage } from '@ballast/kafka';
import type { Row } from '@ballast/stage/embedded';
import { RunningDigest, epochKey, formatMark, ingestHeader } from './ingest-mark.ts';
import type { Ingested, LastRows } from './ingested.ts';
import { withSource } from './with-source.ts';

/** A file on its way into a topic. */
export interface ProduceFile {
  readonly topic: string;
  readonly partitions: number;
  /** Name of the input, as inputKey makes it. */
  readonly input: string;
  /** Reads the file from its beginning; asked twice when the topic holds some of it already. */
  readonly rows: () => AsyncIterable<Row>;
  readonly ingested: Ingested;
  readonly appender: Appender;
  /** Source of documents that name none. */
  readonly source: string | undefined;
  readonly signal: AbortSignal;
  readonly onProgress: (counts: ProduceCounts) => void;
}

/** What came of a file so far. */
export interface ProduceCounts {
  /** Rows read. */
  readonly rows: number;
  /** Rows this run sent. */
  readonly sent: number;
  /** Rows that the topic held already. */
  readonly known: number;
  /** Of the sent ones, those over 8 MiB, sent as pointers without value. */
  readonly tooLarge: number;
  /** Bytes of values sent. */
  readonly bytes: number;
  /** 1 when the last line is a half one: it waits for its end. */
  readonly heldBack: number;
}

/** Bounds of one send: a record batch must stay far below the largest message of the topic. */
const sendRows = 500;
const sendBytes = 800_000;

/** What came of a file; `failure` is what ended the reading too early, after what was readable was sent. */
export interface ProducedFile {
  readonly counts: ProduceCounts;
  readonly failure?: unknown;
}

/**
 * Sends the rows of a file, row r to partition r mod P, in order and only those that the topic does not
 * hold. A file whose beginning has changed is another epoch of itself and sent whole. Rejects with
 * BALLAST_KAFKA_APPEND.
 */
export async function produceFile(file: ProduceFile): Promise<ProducedFile> {
  const { key, last } = await place(file);
  const lanes = Array.from({ length: file.partitions }, (_, partition) => new Lane(file, key, partition));
  const counts = { rows: 0, sent: 0, known: 0, tooLarge: 0, bytes: 0, heldBack: 0 };
  const failure = await readInto(lanes, last, file, counts);
  const results = await Promise.allSettled(lanes.map((lane) => lane.flush()));
  await file.ingested.save();
  for (const result of results) if (result.status === 'rejected') throw result.reason;
  return failure === undefined ? { counts } : { counts, failure: failure.error };
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** Deals the rows out and counts them; gives what ended the reading too early. */
async function readInto(
  lanes: readonly Lane[],
  last: LastRows,
  file: ProduceFile,
  counts: Writable<ProduceCounts>,
): Promise<{ readonly error: unknown } | undefined> {
  const digest = new RunningDigest();
  try {
    for await (const row of file.rows()) {
      if (file.signal.aborted) return undefined;
      if (!isComplete(row)) {
        counts.heldBack = 1;
        return undefined;
      }
      const [index, upToHere] = [counts.rows, digest.add(row)];
      counts.rows += 1;
      const lane = lanes[index % lanes.length];
      if (lane !== undefined && index > (last.get(lane.partition)?.row ?? -1)) {
        const value = row.oversized === undefined ? withSource(row.bytes, file.source) : undefined;
        await lane.take(index, upToHere, value);
        counts.sent += 1;
        counts.bytes += value?.byteLength ?? 0;
        if (value === undefined) counts.tooLarge += 1;
      } else counts.known += 1;
      file.onProgress(counts);
    }
    return undefined;
  } catch (error) {
    return { error };
  }
}

/** Finds the epoch whose rows the file begins with; a new one when no epoch fits. */
async function place(file: ProduceFile): Promise<{ readonly key: string; readonly last: LastRows }> {
  for (let epoch = 1; ; epoch += 1) {
    const key = epochKey(file.input, epoch);
    const last = file.ingested.lastRows(key);
    const furthest = [...last.values()].toSorted((a, b) => b.row - a.row)[0];
    if (furthest === undefined || (await digestAt(file.rows(), furthest.row)) === furthest.digest)
      return { key, last };
  }
}

/** Digest of the input up to the end of a row; undefined when it has fewer rows. */
async function digestAt(rows: AsyncIterable<Row>, wanted: number): Promise<string | undefined> {
  const digest = new RunningDigest();
  let index = 0;
  for await (const row of rows) {
    const upToHere = digest.add(row);
    if (index === wanted) return upToHere;
    index += 1;
  }
  return undefined;
}

/** A half line is never a document: without its line end it counts only as a complete JSON object. */
function isComplete({ bytes, terminated, oversized }: Row): boolean {
  if (terminated || oversized !== undefined) return true;
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    return typeof value === 'object' && value !== null;
  } catch {
    return false;
  }
}

/** What goes to one partition: one send in flight, the next one being filled meanwhile. */
class Lane {
  readonly partition: number;
  readonly #file: ProduceFile;
  readonly #key: string;
  #batch: NewMessage[] = [];
  #bytes = 0;
  #last: { readonly row: number; readonly digest: string } | undefined;
  #inFlight: Promise<void> = Promise.resolve();

  constructor(file: ProduceFile, key: string, partition: number) {
    this.#file = file;
    this.#key = key;
    this.partition = partition;
  }

  /** Takes a row; waits while the send before is under way and this one is full. */
  async take(row: number, digest: string, value: Uint8Array | undefined): Promise<void> {
    const size = value?.byteLength ?? 0;
    if (this.#batch.length >= sendRows || (this.#batch.length > 0 && this.#bytes + size > sendBytes))
      await this.#send();
    const mark = { [ingestHeader]: formatMark({ key: this.#key, row, digest }) };
    this.#batch.push({
      value,
      headers: value === undefined ? { ...mark, [unreadableHeader]: 'too_large' } : mark,
    });
    this.#bytes += size;
    this.#last = { row, digest };
  }

  /** Resolves when everything taken is acknowledged. */
  async flush(): Promise<void> {
    if (this.#batch.length > 0) await this.#send();
    await this.#inFlight;
  }

  async #send(): Promise<void> {
    await this.#inFlight;
    const { topic, appender, ingested } = this.#file;
    const [messages, last] = [this.#batch, this.#last];
    this.#batch = [];
    this.#bytes = 0;
    this.#inFlight = appender.append({ topic, partition: this.partition }, messages).then((next) => {
      if (last !== undefined) ingested.note(this.partition, this.#key, last.row, last.digest, next);
    });
    // Awaited by the next send; until then a rejection is not an unhandled one.
    this.#inFlight.catch(() => undefined);
  }
}
