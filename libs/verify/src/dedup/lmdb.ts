import { mkdirSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { BallastError } from '@ballast/stage';
import { open } from 'lmdb';
import type { Database } from 'lmdb';
import { verifyErrors } from '../errors.ts';
import { openFirstSeenIndex } from './first-seen.ts';
import type { FirstSeenIndex, FirstSeenOptions } from './first-seen.ts';
import { assertReadable } from './lmdb-file.ts';
import type { IndexStorage, IndexTransaction, IndexView, Space } from './storage.ts';

/**
 * Opens the first-seen index in a folder, which is created when missing. Several processes of one
 * host may open it at once.
 * Throws BALLAST_VERIFY_INDEX_UNWRITABLE, _UNREADABLE, _OF_OTHER_TABLE or _OF_OTHER_VERSION.
 */
export async function openLmdbIndex(folder: string, options: FirstSeenOptions): Promise<FirstSeenIndex> {
  const storage = openLmdbStorage(folder);
  try {
    return await openFirstSeenIndex(storage, options);
  } catch (error) {
    await storage.close();
    throw error;
  }
}

/** Least room on the disk to begin with, in bytes. */
const roomBytes = 1_048_576;

/** Bands looked over for each document decided: more than the 14 that it adds. */
const sweptPerDocument = 64;

/** The storage of {@link openLmdbIndex}: one LMDB environment, one database per kind of entry. */
export function openLmdbStorage(folder: string): IndexStorage {
  const { root, databases } = openDatabases(folder);
  const view: IndexView = { get: (space, key) => databases[space].get(key) };
  const transaction: IndexTransaction = {
    ...view,
    put: (space, key, value) => databases[space].putSync(key, value),
    removeOutcomes: (start, end) => {
      // Collected first: removing under an open cursor would move it.
      const keys = [...databases.outcome.getKeys({ start, end, inclusiveEnd: true })];
      for (const key of keys) databases.outcome.removeSync(key);
    },
  };
  let revision = Number(guarded('opening', () => databases.meta.get('revision')) ?? '0');
  let swept = '';
  const transact = async <T>(work: (transaction: IndexTransaction) => T): Promise<T> => {
    // The first error of `work` is kept: lmdb aborts the child transaction and may wrap it.
    let thrown: { readonly error: unknown } | undefined;
    try {
      const [result, reached] = await root.childTransaction(() => {
        try {
          const done = work(transaction);
          const next = Number(databases.meta.get('revision') ?? '0') + 1;
          databases.meta.putSync('revision', String(next));
          return [done, next] as const;
        } catch (error) {
          thrown = { error };
          throw error;
        }
      });
      revision = reached;
      return result;
    } catch (cause) {
      throw thrown !== undefined && thrown.error instanceof BallastError ? thrown.error : unwritable(cause);
    }
  };
  return {
    // Both look-ups of one call must see one state: the read transaction is held for the event turn.
    read: async (work) => guarded('read', () => work(view)),
    transact,
    flush: async () => {
      try {
        // `put` and `transaction` resolve at commit; only this waits for the disk (protocol P26).
        await root.flushed;
      } catch (cause) {
        throw unwritable(cause);
      }
    },
    sweep: async (revise, documents) => {
      const limit = documents * sweptPerDocument;
      const some = guarded('sweep', () => [...databases.band.getRange({ start: swept, limit })]);
      swept = some.length < limit ? '' : (some.at(-1)?.key ?? '');
      const changed = some.flatMap(({ key, value }) => {
        const left = revise(value, key);
        return left === value ? [] : [key];
      });
      if (changed.length === 0) return;
      await transact(() => {
        for (const key of changed) {
          // Looked at again: another process may have renewed it.
          const value = databases.band.get(key);
          const left = value === undefined ? undefined : revise(value, key);
          if (left === undefined) databases.band.removeSync(key);
          else if (left !== value) databases.band.putSync(key, left);
        }
      });
    },
    revision: () => revision,
    close: () => root.close(),
  };
}

interface Databases {
  readonly root: ReturnType<typeof open<string, string>>;
  readonly databases: { readonly [S in Space]: Database<string, string> };
}

function openDatabases(folder: string): Databases {
  try {
    mkdirSync(folder, { recursive: true });
    assertRoom(folder);
    assertReadable(join(folder, 'data.mdb'));
    // Without overlapping sync a commit is on disk when it resolves, and no process can see a commit
    // of another that a power cut would still undo.
    const root = open<string, string>({
      path: folder,
      noSubdir: false,
      encoding: 'string',
      overlappingSync: false,
      // With it a failed commit also rejects a promise inside lmdb that nobody can reach, which ends the process.
      eventTurnBatching: false,
    });
    const database = (name: Space): Database<string, string> => root.openDB({ name, encoding: 'string' });
    return {
      root,
      databases: {
        outcome: database('outcome'),
        claim: database('claim'),
        band: database('band'),
        cluster: database('cluster'),
        mark: database('mark'),
        meta: database('meta'),
      },
    };
  } catch (cause) {
    if (cause instanceof BallastError) throw cause;
    throw new BallastError(
      verifyErrors.indexUnwritable,
      `openLmdbIndex: the dedup index in ${folder} cannot be opened`,
      { cause },
    );
  }
}

/**
 * LMDB maps its lock file before it has written it; where the disk has not the few kilobytes for that, the
 * process ends with SIGSEGV or SIGBUS.
 */
function assertRoom(folder: string): void {
  const { bavail, bsize } = statfsSync(folder);
  if (bavail * bsize >= roomBytes) return;
  throw new BallastError(
    verifyErrors.indexUnwritable,
    `openLmdbIndex: the disk of ${folder} has ${bavail * bsize} bytes left, fewer than ${roomBytes}`,
  );
}

function unwritable(cause: unknown): BallastError {
  // lmdb rejects a second promise with the system's own error; nobody else awaits it, and unhandled it ends the process.
  if (cause instanceof Error && 'commitError' in cause && cause.commitError instanceof Promise)
    cause.commitError.catch(() => undefined);
  return new BallastError(
    verifyErrors.indexUnwritable,
    'first-seen index: a transaction could not be written',
    {
      cause,
    },
  );
}

function guarded<T>(what: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (cause instanceof BallastError) throw cause;
    throw new BallastError(verifyErrors.indexUnreadable, `first-seen index: the ${what} failed`, { cause });
  }
}
