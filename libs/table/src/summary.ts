import type { Json } from '@ballast/stage';
import type { Limits } from './actions.ts';
import { boundOf } from './counts.ts';
import type { BoundSums, Counts } from './counts.ts';
import { noCounts } from './counts.ts';
import { assertTable, headOf } from './history.ts';
import { localStore } from './store.ts';

/** Measured share and upper bound, 0 to 1, of unverified and of all synthetic text. */
export interface Shares {
  readonly unverified: { readonly share: number; readonly upper: number };
  readonly total: { readonly share: number; readonly upper: number };
}

/** What a table holds, as its logs say. */
export interface TableSummary {
  readonly tableId: string;
  readonly versions: { readonly data: number; readonly refused: number };
  readonly generation: number;
  readonly limits: Limits;
  /** Of `data/` since the beginning. */
  readonly kept: Counts;
  /** Of `refused/` since the beginning. */
  readonly refused: Counts;
  readonly shares: { readonly cumulative: Shares; readonly lastCommit: Shares };
  readonly lastCommit: { readonly timestamp: number; readonly counts: Counts; readonly ledger: Json };
}

/**
 * Counts and shares of a table from the two newest log entries: cheap enough to be asked each
 * second, however long the log is. Rejects with exit 66 when the directory holds no table.
 */
export async function tableSummary(root: string): Promise<TableSummary> {
  await assertTable(root);
  const store = localStore(root);
  const [data, refused] = [await headOf(store, 'data'), await headOf(store, 'refused')];
  const facts = data?.commit.facts;
  return {
    tableId: facts?.tableId ?? '',
    versions: { data: data?.version ?? -1, refused: refused?.version ?? -1 },
    generation: facts?.generation ?? 0,
    limits: facts?.limits ?? { unverified: 0, total: 0, repeatedTokens: 0 },
    kept: facts?.totals ?? noCounts,
    refused: refused?.commit.facts.totals ?? noCounts,
    shares: {
      cumulative: sharesOf((facts?.totals ?? noCounts).bound),
      lastCommit: sharesOf((facts?.counts ?? noCounts).bound),
    },
    lastCommit: {
      timestamp: data?.commit.timestamp ?? 0,
      counts: facts?.counts ?? noCounts,
      ledger: facts?.ledger ?? null,
    },
  };
}

function sharesOf(bound: BoundSums): Shares {
  return { unverified: boundOf(bound, 'unverified'), total: boundOf(bound, 'total') };
}
