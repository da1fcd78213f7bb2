import type { DashboardSnapshot } from '@ballast/dashboard';
import { watchTable } from '@ballast/table';
import type { SeenCommit, TableHeads, TableWatch } from '@ballast/table';
import { z } from 'zod';
import { addUnits, noUnits, shardOf } from '../pipeline/judged-units.ts';
import type { CommittedShard } from '../pipeline/judged-units.ts';
import { StrataSums } from './strata-sums.ts';

/** Commits kept for the page. */
const commitsShown = 120;

/** The part of a commit's ledger that the mixer's units stand in, and the reference they were weighed by. */
const ledgerSchema = z.object({
  units: z.json().optional(),
  reference: z.record(z.string(), z.number()).optional(),
});

/** What a look at the table adds up to. */
export interface TableNumbers {
  readonly heads: TableHeads;
  /** Latest first. */
  readonly commits: readonly CommittedShard[];
  /** Commits since the beginning with a judged unit whose stated bound is above the cap it was made under. */
  readonly commitsOver: number;
  readonly strata: NonNullable<DashboardSnapshot['strata']>;
}

/** A table as a page watches it: each log entry is read once and folded into sums. */
export class WatchedTable {
  readonly #watch: TableWatch;
  #strata = new StrataSums();
  /** Latest first. */
  #commits: CommittedShard[] = [];
  #commitsOver = 0;
  #read = 0;

  constructor(root: string) {
    this.#watch = watchTable(root, {
      onCommit: (commit) => this.#add(commit),
      onReplaced: () => this.#forget(),
    });
  }

  /** Entries of `data/` read so far; the first look at a long log takes a while. */
  get read(): number {
    return this.#read;
  }

  /** Reads on. Rejects as the watch does; what was read before stays counted. */
  async look(): Promise<TableNumbers> {
    const heads = await this.#watch.look();
    return {
      heads,
      commits: this.#commits,
      commitsOver: this.#commitsOver,
      strata: this.#strata.rows(),
    };
  }

  #forget(): void {
    this.#strata = new StrataSums();
    [this.#commits, this.#commitsOver, this.#read] = [[], 0, 0];
  }

  #add({ version, timestamp, limits, ledger }: SeenCommit): void {
    this.#read += 1;
    const { data } = ledgerSchema.safeParse(ledger);
    if (data === undefined) return;
    const units = data.units ?? null;
    const { count, unverifiedMax, totalMax } = addUnits(noUnits, units);
    if (count > 0 && (unverifiedMax > limits.unverified || totalMax > limits.total)) this.#commitsOver += 1;
    this.#strata.add(units, data.reference);
    const shard = shardOf(version, units, new Date(timestamp));
    if (shard === undefined) return;
    this.#commits.unshift(shard);
    this.#commits.splice(commitsShown);
  }
}
