import { createHash } from 'node:crypto';
import { realpath } from 'node:fs/promises';
import { resolve } from 'node:path';
import { rawTopic, unreadableHeader } from '@ballast/document';
import type { Trust, Unreadable } from '@ballast/document';
import { BallastError } from '../errors.ts';
import type { IngestState } from './environment.ts';
import { topicErrors } from './errors.ts';
import { Prefix, compareTail, sizeOf, tailOf } from './ingest-prefix.ts';
import type { Row } from './ingest-prefix.ts';
import type { NewMessage, Prepared } from './log.ts';
import type { EmbeddedTopics } from './topics.ts';

/** Bounds of one ingest transaction. */
const batchRows = 1_024;
const batchBytes = 4 * 1024 * 1024;
/** Rows of a slow input do not wait longer than this for company. Milliseconds. */
const batchMs = 250;

/** An input to read into its topic. */
export interface IngestInput {
  /** Path of the file, or `-` for standard input, which is a new topic each time. */
  readonly path: string;
  /** What this input may be trusted to say of its documents. */
  readonly trusted: readonly Trust[];
  /** Reads the input from its beginning; asked a second time when the beginning has changed. */
  readonly rows: () => AsyncIterable<Row>;
  /**
   * True (default): the input is all there is now, so a half-written last line becomes a message
   * that is `unterminated_input`. False: it is held back until it grows. Either way its completed
   * form is read by a later run, and a half line is never a document.
   */
  readonly final?: boolean;
  /** Ends the reading after the batch in hand. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: IngestProgress) => void;
}

/** How far an ingest has come. */
export interface IngestProgress {
  readonly topic: string;
  /** Messages in the topic. */
  readonly rows: number;
  /** Of these, appended by this call. */
  readonly added: number;
  /** Bytes of the input consumed, after decompression, up to its last line end. */
  readonly bytes: number;
}

/** What an ingest came to. */
export interface IngestReport extends IngestProgress {
  /** How often the input has had another beginning. */
  readonly epoch: number;
  /** Bytes of a half-written last line that waits for its end. */
  readonly heldBack: number;
}

/**
 * Reads the rows of an input into its topic (protocol P24, P25). The topic is a hash of real path and
 * epoch; row r goes to partition r mod P, behind what lies there: the rows before it and copies that were
 * replayed. Messages and the state of the reading are one transaction, so a killed run goes on exactly
 * where it was.
 *
 * Every line is a row and every row a message, blank ones too: they end `dead: empty_value`, so
 * nothing vanishes and row numbers stay line numbers. A line over 8 MiB is a message without value,
 * `too_large`. An unterminated last line that is a complete JSON object is a document; when it has
 * grown by the next run it is read again, as a new row.
 *
 * An input whose consumed prefix is unchanged is read from there on; with another prefix it starts a
 * new epoch and is read whole, and dedup folds what is known. Throws what `rows` throws, after what
 * was readable has been stored, and BALLAST_INGEST_CONFLICT.
 */
export async function ingestRows(topics: EmbeddedTopics, input: IngestInput): Promise<IngestReport> {
  const key = await keyOf(input.path);
  topics.log.environment.refresh();
  const stored = topics.log.environment.ingest.get(key);
  if (stored !== undefined && input.path !== '-') {
    const rows = input.rows()[Symbol.asyncIterator]();
    const resumed = await resume(rows, stored);
    if (resumed !== undefined)
      return await new Ingest(topics, input, key, stored, stored, resumed.prefix).run(rows, resumed.row);
    await rows.return?.();
  }
  const epoch = (stored?.epoch ?? 0) + 1;
  const fresh = { topic: topicOf(key, epoch), epoch, rows: 0, lines: 0, bytes: 0, sha256: '' };
  const rows = input.rows()[Symbol.asyncIterator]();
  return await new Ingest(topics, input, key, stored, fresh, new Prefix()).run(rows, undefined);
}

/** The topic of an input: `documents.raw.` and 16 hex digits. */
function topicOf(key: string, epoch: number): string {
  return `${rawTopic}.${createHash('sha256').update(`${key}\0${epoch}`).digest('hex').slice(0, 16)}`;
}

async function keyOf(path: string): Promise<string> {
  if (path === '-') return path;
  try {
    return await realpath(path);
  } catch {
    // Whether it can be read is for the reader of rows to say.
    return resolve(path);
  }
}

/** Passes over the consumed prefix; undefined when the input begins differently. */
async function resume(
  rows: AsyncIterator<Row>,
  state: IngestState,
): Promise<{ readonly prefix: Prefix; readonly row: Row | undefined } | undefined> {
  const prefix = new Prefix();
  for (let line = 0; line < state.lines; line += 1) {
    const next = await rows.next();
    if (next.done === true || !next.value.terminated) return undefined;
    prefix.add(next.value);
  }
  if (!prefix.equals(state)) return undefined;
  const next = await rows.next();
  const row = next.done === true ? undefined : next.value;
  if (row === undefined || state.tail === undefined) return { prefix, row };
  return compareTail(state.tail, row) === 'other' ? undefined : { prefix, row };
}

class Ingest {
  readonly #topics: EmbeddedTopics;
  readonly #input: IngestInput;
  readonly #key: string;
  readonly #prefix: Prefix;
  /** What the table of inputs must still say for a write to count. */
  #expected: IngestState | undefined;
  #state: IngestState;
  #batch: NewMessage[] = [];
  #batchBytes = 0;
  /** When the first row of the batch came, performance.now(). */
  #batchSince = 0;
  #added = 0;
  #heldBack = 0;

  constructor(
    topics: EmbeddedTopics,
    input: IngestInput,
    key: string,
    expected: IngestState | undefined,
    state: IngestState,
    prefix: Prefix,
  ) {
    this.#topics = topics;
    this.#input = input;
    this.#key = key;
    this.#expected = expected;
    this.#state = state;
    this.#prefix = prefix;
  }

  async run(rows: AsyncIterator<Row>, first: Row | undefined): Promise<IngestReport> {
    const { path, trusted } = this.#input;
    const stream = path === '-';
    await this.#topics.setDescription(this.#state.topic, {
      kind: stream ? 'stream' : 'file',
      ...(stream ? {} : { path: this.#key }),
      trusted,
      epoch: this.#state.epoch,
    });
    let failure: { readonly error: unknown } | undefined;
    try {
      if (first !== undefined) await this.#take(first);
      while (failure === undefined && this.#input.signal?.aborted !== true) {
        const next = await settled(rows);
        if ('error' in next) failure = next;
        else if (next.done === true) break;
        else await this.#take(next.value);
      }
      await this.#flush();
    } finally {
      await rows.return?.();
    }
    if (failure !== undefined) throw failure.error;
    return { ...this.#progress(), epoch: this.#state.epoch, heldBack: this.#heldBack };
  }

  async #take(row: Row): Promise<void> {
    const { tail } = this.#state;
    const isKnown = tail !== undefined && compareTail(tail, row) === 'same';
    if (row.terminated) {
      if (!isKnown) this.#append(row, undefined);
      this.#prefix.add(row);
      this.#state = withoutTail(this.#state);
    } else if (!isKnown) {
      this.#takeUnterminated(row);
    }
    const isOld = this.#batch.length > 0 && performance.now() - this.#batchSince > batchMs;
    if (this.#batch.length >= batchRows || this.#batchBytes >= batchBytes || isOld) await this.#flush();
  }

  #takeUnterminated(row: Row): void {
    const isComplete = row.oversized !== undefined || isClosedJson(row.bytes);
    if (!isComplete && this.#input.final === false) {
      this.#heldBack = sizeOf(row);
      return;
    }
    this.#append(row, isComplete ? undefined : 'unterminated_input');
    this.#state = { ...this.#state, tail: tailOf(row) };
  }

  #append(row: Row, unreadable: Unreadable | undefined): void {
    if (this.#batch.length === 0) this.#batchSince = performance.now();
    const reason = row.oversized === undefined ? unreadable : 'too_large';
    this.#batch.push({
      headers: reason === undefined ? {} : { [unreadableHeader]: reason },
      value: row.oversized === undefined ? row.bytes : undefined,
    });
    this.#batchBytes += row.bytes.byteLength;
    this.#state = { ...this.#state, rows: this.#state.rows + 1 };
  }

  /** Writes the batch and the state of the reading in one transaction, and waits until both are on disk. */
  async #flush(): Promise<void> {
    const { environment } = this.#topics.log;
    const state = { ...this.#state, ...this.#prefix.get() };
    if (this.#expected !== undefined && isSame(this.#expected, state)) return;
    if (this.#expected === undefined && state.rows === 0) return;
    const groups = await this.#prepare(state.rows - this.#batch.length);
    this.#topics.failAt('ingest:before');
    await environment.transact(() => {
      const found = environment.ingest.get(this.#key);
      if (!isSame(found, this.#expected)) throw this.#conflict();
      for (const prepared of groups) this.#topics.log.put(prepared);
      void environment.ingest.put(this.#key, state);
    });
    this.#topics.failAt('ingest:committed');
    await environment.flush();
    this.#topics.failAt('ingest:flushed');
    this.#added += this.#batch.length;
    this.#state = state;
    this.#expected = state;
    this.#batch = [];
    this.#batchBytes = 0;
    this.#input.onProgress?.(this.#progress());
  }

  /** Deals the batch out: row r goes to partition r mod P. */
  async #prepare(firstRow: number): Promise<Prepared[]> {
    const { partitions, log } = this.#topics;
    const dealt = Map.groupBy(this.#batch.entries(), ([index]) => (firstRow + index) % partitions);
    const groups = [];
    for (const [partition, entries] of dealt) {
      const messages = entries.map(([, message]) => message);
      groups.push(await log.prepare({ topic: this.#state.topic, partition }, messages));
    }
    return groups;
  }

  #conflict(): BallastError {
    return new BallastError(
      topicErrors.ingestConflict,
      `ingestRows: ${this.#key} was read on by another process meanwhile`,
    );
  }

  #progress(): IngestProgress {
    const { topic, rows } = this.#state;
    return { topic, rows, added: this.#added, bytes: this.#prefix.get().bytes };
  }
}

/** The next row, or why there is none: what was read before an error is stored first. */
async function settled(
  rows: AsyncIterator<Row>,
): Promise<IteratorResult<Row, unknown> | { readonly error: unknown }> {
  try {
    return await rows.next();
  } catch (error) {
    return { error };
  }
}

function withoutTail({ topic, epoch, rows, lines, bytes, sha256 }: IngestState): IngestState {
  return { topic, epoch, rows, lines, bytes, sha256 };
}

function isSame(left: IngestState | undefined, right: IngestState | undefined): boolean {
  return (
    left?.topic === right?.topic &&
    left?.rows === right?.rows &&
    left?.bytes === right?.bytes &&
    left?.sha256 === right?.sha256 &&
    left?.tail?.sha256 === right?.tail?.sha256
  );
}

/** A complete object or array cannot be the beginning of a longer JSON value, unlike a number or half a line. */
function isClosedJson(bytes: Uint8Array): boolean {
  if (bytes.byteLength === 0) return false;
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    return typeof value === 'object' && value !== null;
  } catch {
    return false;
  }
}
