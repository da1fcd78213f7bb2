import { availableParallelism } from 'node:os';
import { mkdirSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { open } from 'lmdb';
import type { Database, Key, RootDatabase } from 'lmdb';
import { BallastError } from '../errors.ts';
import type { Checkpoint, PublishedValue } from '../ports.ts';
import type { TopicDescription } from './description.ts';
import { topicErrors } from './errors.ts';

/** Layout version of the environment; raised when keys or records change meaning. */
const formatVersion = 1;

/** Address space reserved for the map: it costs nothing and spares processes from remapping as the file grows. Bytes. */
const mapBytes = 2 ** 40;

/** What the first open fixed for ever. */
interface Identity {
  readonly format: number;
  /** Partition count of every topic. */
  readonly partitions: number;
  /** The table that this state belongs to; absent while no table was named. */
  readonly tableId?: string;
}

/** Where a group stands on one partition. */
interface GroupEntry {
  /** Incarnation that may ack. */
  readonly owner: string;
  /** Next offset to read, decimal, with what the last ack stored; absent before the first ack. */
  readonly offset?: string;
  readonly checkpoint?: Checkpoint;
}

/** What has been read of one input (protocol P25). Counts of rows and lines, sizes in bytes after decompression. */
export interface IngestState {
  readonly topic: string;
  readonly epoch: number;
  /** Messages appended so far: the next row is this number. */
  readonly rows: number;
  /** Terminated lines of the consumed prefix. */
  readonly lines: number;
  /** Bytes of the consumed prefix, line ends included. */
  readonly bytes: number;
  /** Digest of the consumed prefix, hex. */
  readonly sha256: string;
  /** An unterminated last line that has become a message already. */
  readonly tail?: { readonly bytes: number; readonly sha256: string };
}

/** The tables of one LMDB environment. Several processes may have it open at once. */
export interface Environment {
  readonly path: string;
  readonly identity: Identity;
  /** Topic name → id and description. */
  readonly topics: Database<{ readonly id: number; readonly description?: TopicDescription }, string>;
  /** Counters. `topics`: how many topics there are. */
  readonly counters: Database<number, string>;
  /** Topic id, partition, offset → message record. */
  readonly log: Database<Buffer, Uint8Array>;
  /** Topic id, partition → next offset. */
  readonly ends: Database<Buffer, Uint8Array>;
  /** Group, topic, partition → where it stands. */
  readonly groups: Database<GroupEntry, Key[]>;
  /** Real path → what has been read. */
  readonly ingest: Database<IngestState, string>;
  /** Replay, root → position of the copy it appended. */
  readonly replays: Database<string, Key[]>;
  /** Name, sequence number → published value. */
  readonly published: Database<PublishedValue, Key[]>;
  /** Runs all writes of `action` or, when it throws, none. Resolves when they are committed, not yet flushed. */
  transact<T>(action: () => T): Promise<T>;
  /** Resolves when everything committed so far is on disk (protocol P26). */
  flush(): Promise<void>;
  /** Makes what other processes committed visible to the next read. */
  refresh(): void;
  close(): Promise<void>;
}

/** How an environment is opened. */
export interface EnvironmentOptions {
  /** Partition count of every topic, fixed at the first open. Default: one per core, at least 4. */
  readonly partitions?: number | undefined;
  /** The table the state is bound to. */
  readonly tableId?: string | undefined;
}

/**
 * Opens or creates the environment below `path`. LMDB is the store: one writer at a time across all
 * processes, readers never wait. Commits are not overlapped with their flush, so whatever another
 * process can see has reached the disk and no offset, once seen, is ever given out twice.
 *
 * Throws BALLAST_STATE_OPEN, BALLAST_STATE_FORMAT or BALLAST_STATE_TABLE.
 */
export function openEnvironment(path: string, options: EnvironmentOptions = {}): Environment {
  const root = openRoot(path);
  const state = root.openDB<Identity, string>('state', { encoding: 'json' });
  const identity = root.transactionSync(() => identify(state, path, options));
  // A process that was killed leaves its reader slot behind, which would keep old pages from reuse.
  root.readerCheck();
  return {
    path,
    identity,
    topics: root.openDB('topics', { encoding: 'json' }),
    counters: root.openDB('counters', { encoding: 'json' }),
    log: root.openDB('log', { encoding: 'binary', keyEncoding: 'binary' }),
    ends: root.openDB('ends', { encoding: 'binary', keyEncoding: 'binary' }),
    groups: root.openDB('groups', { encoding: 'json' }),
    ingest: root.openDB('ingest', { encoding: 'json' }),
    replays: root.openDB('replays', { encoding: 'json' }),
    published: root.openDB('published', { encoding: 'json' }),
    async transact(action) {
      try {
        return await root.childTransaction(action);
      } catch (error) {
        if (error instanceof BallastError || error instanceof RangeError) throw error;
        const cause = await causeOf(error);
        throw new BallastError(topicErrors.write, `transact: cannot write ${path}: ${String(cause)}`, {
          cause,
        });
      }
    },
    async flush() {
      await root.flushed;
    },
    refresh: () => root.resetReadTxn(),
    close: () => root.close(),
  };
}

/** lmdb rejects with a general error and hands the system's own to a promise beside it, shortly after. */
async function causeOf(error: unknown): Promise<unknown> {
  if (!(error instanceof Error && 'commitError' in error && error.commitError instanceof Promise))
    return error;
  return await Promise.race([error.commitError.catch((cause: unknown) => cause), setImmediate(error)]);
}

function openRoot(path: string): RootDatabase {
  try {
    mkdirSync(path, { recursive: true });
    return open({
      path,
      maxDbs: 12,
      mapSize: mapBytes,
      overlappingSync: false,
      // With it a failed commit also rejects a promise inside lmdb that nobody can reach, which ends the process.
      eventTurnBatching: false,
      encoding: 'json',
    });
  } catch (error) {
    throw new BallastError(topicErrors.open, `openTopics: cannot open ${path}: ${String(error)}`, {
      cause: error,
    });
  }
}

function identify(state: Database<Identity, string>, path: string, options: EnvironmentOptions): Identity {
  const stored = state.get('identity');
  if (stored !== undefined && stored.format !== formatVersion) {
    throw new BallastError(
      topicErrors.format,
      `openTopics: ${path} has format ${stored.format}, this version reads ${formatVersion}`,
    );
  }
  if (stored?.tableId !== undefined && options.tableId !== undefined && stored.tableId !== options.tableId) {
    throw new BallastError(
      topicErrors.table,
      `openTopics: ${path} belongs to table ${stored.tableId}, not to ${options.tableId}`,
    );
  }
  const tableId = stored?.tableId ?? options.tableId;
  const partitions = stored?.partitions ?? options.partitions ?? Math.max(4, availableParallelism());
  if (!Number.isInteger(partitions) || partitions < 1 || partitions > 10_000) {
    throw new RangeError(`openTopics: partitions must be a whole number from 1 to 10000, got ${partitions}`);
  }
  const identity = { format: formatVersion, partitions, ...(tableId === undefined ? {} : { tableId }) };
  if (stored === undefined || stored.tableId !== tableId) state.putSync('identity', identity);
  return identity;
}
