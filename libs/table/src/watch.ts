import type { Json } from '@ballast/stage';
import type { Limits } from './actions.ts';
import type { Counts } from './counts.ts';
import { DeltaLog, sha256Of, versionKey } from './log.ts';
import type { LogState } from './log.ts';
import { localStore } from './store.ts';

/** A commit of `data/` as it was read. */
export interface SeenCommit {
  readonly version: number;
  /** Milliseconds since the epoch, the writer's clock. */
  readonly timestamp: number;
  /** Ceilings in force when it was made. */
  readonly limits: Limits;
  /** Of this commit alone. */
  readonly counts: Counts;
  readonly ledger: Json;
}

/** The heads of both logs; undefined where there is no log yet. */
export interface TableHeads {
  readonly data: LogState | undefined;
  readonly refused: LogState | undefined;
}

/** Follows a table that others write. */
export interface TableWatch {
  /**
   * Reads the entries since the last look and gives the heads. Rejects with exit 65 when a log is damaged
   * or foreign, 74 when it cannot be read; the next look tries again.
   */
  look(): Promise<TableHeads>;
}

/** Who is told while a table is followed. */
export interface TableListener {
  /** Every commit of `data/` in order, from version 0 on, once. */
  onCommit(commit: SeenCommit): void;
  /** Another table lies at the root now: what was told before is of one that is gone. */
  onReplaced(): void;
}

/**
 * Follows the logs below `root` without ever writing there: each entry is read once, at the look after it
 * was written, so a look costs next to nothing while nothing is committed, however long the log is.
 */
export function watchTable(root: string, listener?: TableListener): TableWatch {
  const store = localStore(root);
  const open = (): { readonly data: DeltaLog; readonly refused: DeltaLog } => ({
    data: new DeltaLog(store, 'data', (version, { timestamp, facts }) =>
      listener?.onCommit({
        version,
        timestamp,
        limits: facts.limits,
        counts: facts.counts,
        ledger: facts.ledger,
      }),
    ),
    refused: new DeltaLog(store, 'refused'),
  });
  let logs = open();
  let creation: string | undefined;
  return {
    async look() {
      const first = await store.get(versionKey('data', 0));
      const found = first === undefined ? undefined : sha256Of(first);
      if (creation !== undefined && found !== creation) {
        logs = open();
        listener?.onReplaced();
      }
      creation = found;
      return { data: await logs.data.refresh(), refused: await logs.refused.refresh() };
    },
  };
}
