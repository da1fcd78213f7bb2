import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Limits } from './actions.ts';
import { DeltaLog } from './log.ts';
import type { LogState } from './log.ts';
import { localStore } from './store.ts';
import type { Store } from './store.ts';

/** What a table is opened with; written into its logs. */
export interface TableSettings {
  /** Training generation that new rows belong to; default 0. */
  readonly generation?: number | undefined;
  /** Limits that the mixer admits by; the audit holds the rows against them. */
  readonly limits?: Limits | undefined;
  /** SHA-256 of the pipeline configuration, hexadecimal; default empty. */
  readonly configSha256?: string | undefined;
  /** Cluster whose offsets the commits hold, named in their `txn`. Default the table's own id: embedded topics. */
  readonly clusterId?: string | undefined;
  /** Object store of the logs; default the table's directory. */
  readonly store?: Store | undefined;
}

/** Default limits: the default caps of pipeline.yaml. */
export const defaultLimits: Limits = { unverified: 0.2, total: 0.3, repeatedTokens: 0.05 };

/** Both logs of one table. */
export interface Table {
  readonly root: string;
  readonly tableId: string;
  readonly data: DeltaLog;
  readonly refused: DeltaLog;
  readonly dataState: LogState;
  readonly refusedState: LogState;
}

const identityKey = 'ballast/table.json';
const identitySchema = z.object({ tableId: z.string().min(1), format: z.literal(1) });

/**
 * Opens `data/` and `refused/` below a root and creates what is missing; both logs carry one table
 * id. Rejects with exit 74 when the directory cannot be written, 65 when a log is damaged or foreign.
 */
export async function openTable(root: string, settings: TableSettings = {}): Promise<Table> {
  const store = settings.store ?? localStore(root);
  const data = new DeltaLog(store, 'data');
  const refused = new DeltaLog(store, 'refused');
  const existing = (await data.refresh()) ?? (await refused.refresh());
  const tableId = existing?.tableId ?? (await identify(store));
  const creation = {
    tableId,
    generation: settings.generation ?? 0,
    limits: settings.limits ?? defaultLimits,
    configSha256: settings.configSha256 ?? '',
  };
  const dataState = await data.open(creation);
  const refusedState = await refused.open({ ...creation, tableId: dataState.tableId });
  return { root, tableId: dataState.tableId, data, refused, dataState, refusedState };
}

/** Whoever writes the identity first gives the table its id; everyone else reads it. */
async function identify(store: Store): Promise<string> {
  const mine = JSON.stringify({ tableId: randomUUID(), format: 1 });
  await store.putIfAbsent(identityKey, new TextEncoder().encode(`${mine}\n`));
  const bytes = await store.get(identityKey);
  return identitySchema.parse(JSON.parse(new TextDecoder().decode(bytes))).tableId;
}
