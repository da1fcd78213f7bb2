import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ShardKind } from '@ballast/shard';
import { BallastError } from '@ballast/stage';
import { decodeCommit } from './actions.ts';
import type { Commit } from './actions.ts';
import { tableErrors } from './errors.ts';
import { versionKey } from './log.ts';
import type { Store } from './store.ts';

/** One entry of a log as it lies there. */
export interface Entry {
  readonly version: number;
  readonly bytes: Uint8Array;
  /** Undefined when the entry is damaged or foreign. */
  readonly commit: Commit | undefined;
  /** Why there is no commit. */
  readonly why: string | undefined;
}

/** Every entry of a log, ascending; one that cannot be read as ours is listed with the reason. */
export async function* entriesOf(store: Store, kind: ShardKind): AsyncGenerator<Entry> {
  for (const name of await store.list(`${kind}/_delta_log/`)) {
    if (!/^\d{20}\.json$/.test(name)) continue;
    const version = Number(name.slice(0, 20));
    const bytes = (await store.get(versionKey(kind, version))) ?? new Uint8Array();
    try {
      yield { version, bytes, commit: decodeCommit(bytes, name), why: undefined };
    } catch (error) {
      yield {
        version,
        bytes,
        commit: undefined,
        why: error instanceof Error ? error.message : String(error),
      };
    }
  }
}

/** The newest commit of a log; undefined when there is none. Reads one entry, whatever the length of the log. */
export async function headOf(
  store: Store,
  kind: ShardKind,
): Promise<{ version: number; commit: Commit } | undefined> {
  const names = (await store.list(`${kind}/_delta_log/`)).filter((name) => /^\d{20}\.json$/.test(name));
  const last = names.at(-1);
  if (last === undefined) return undefined;
  const version = Number(last.slice(0, 20));
  const bytes = await store.get(versionKey(kind, version));
  return bytes === undefined ? undefined : { version, commit: decodeCommit(bytes, last) };
}

/** Rejects with exit 66 when a directory holds no table. */
export async function assertTable(root: string): Promise<void> {
  try {
    await stat(join(root, 'data', '_delta_log'));
  } catch (error) {
    throw new BallastError(tableErrors.notATable, `${root} holds no table: there is no data/_delta_log`, {
      cause: error,
    });
  }
}
