import type { Amount, Mixture } from '@ballast/document';
import { boundOf } from '@ballast/table';
import type { Counts, LogState, Tally as TableTally } from '@ballast/table';
import { countFlow, readWaiting, sumWaiting, totalOf } from './flow.ts';
import type { FlowDocuments } from './flow.ts';
import type { JudgedUnits } from './judged-units.ts';
import type { InputReport } from './inputs.ts';
import type { RunOutcome } from './run-files.ts';
import type { TallyCounts } from './tally.ts';

/** Measured share F and upper bound U of synthetic tokens. */
export interface ShareBound {
  readonly share: number;
  readonly upper: number;
}

/** The final report of a run: what `--json` prints. */
export interface RunReport {
  readonly schemaVersion: 1;
  readonly table: string;
  readonly tableId: string;
  readonly inputs: readonly InputReport[];
  /** This run: verdicts per stage and action, refusals by reason. */
  readonly stages: TallyCounts['stages'];
  readonly redelivered: number;
  /** Raw arrivals scored before the first verdict, for the first prevalence. */
  readonly surveyed: number;
  /** Where every document ever ingested into this table is; tokens where they are known. */
  readonly flow: FlowDocuments & {
    readonly tokens: { readonly kept: number; readonly refused: number; readonly waiting: number };
  };
  readonly refusals: { readonly [reason: string]: Amount };
  readonly waiting: {
    readonly lanes: { readonly [lane: string]: Amount };
    readonly strata: { readonly [stratum: string]: Amount };
  };
  readonly mixture: Mixture;
  readonly caps: { readonly unverified: number; readonly total: number };
  readonly shares: {
    /** Of everything in judged units since the table began. */
    readonly cumulative: { readonly unverified: ShareBound; readonly total: ShareBound };
    /** Of the units that this run committed: every one holds its cap. */
    readonly judgedUnits: JudgedUnits;
  };
  /** Per source family: share of synthetic arrivals with interval, calibrated or why not. */
  readonly calibration: RunOutcome['calibration'];
  readonly judged: number;
  readonly cpuSeconds: number;
  readonly wallSeconds: number;
  readonly docsPerCpuSecond: number;
}

/** Makes the final report; counts what waits exactly, each document once. */
export function reportOf(outcome: RunOutcome): RunReport {
  const { dataset, states, tally, judged, cpuSeconds, wallSeconds, inputs, surveyed } = outcome;
  const waiting = sumWaiting(readWaiting(dataset.topics, states));
  const counted = countFlow(dataset.topics, states);
  // Copies written by a process that was killed lie in the lanes too; the exact count leaves them out.
  const flow = {
    ...counted,
    waiting: waiting.documents,
    unaccounted: counted.unaccounted + counted.waiting - waiting.documents,
  };
  const { data, refused } = states;
  return {
    schemaVersion: 1,
    table: dataset.root,
    tableId: dataset.tableId,
    inputs,
    stages: tally.counts.stages,
    redelivered: tally.counts.redelivered,
    surveyed,
    flow: {
      ...flow,
      tokens: {
        kept: totalOf(data.totals.origin).tokens,
        refused: totalOf(refused.totals.refused).tokens,
        waiting: waiting.tokens,
      },
    },
    refusals: Object.fromEntries(
      Object.entries(refused.totals.refused).map(([reason, sum]) => [reason, amountOf(sum)]),
    ),
    waiting: { lanes: waiting.lanes, strata: waiting.strata },
    mixture: mixtureOf(data.totals),
    caps: capsOf(data),
    shares: { cumulative: sharesOf(data.totals), judgedUnits: outcome.units },
    calibration: outcome.calibration,
    judged,
    cpuSeconds,
    wallSeconds,
    docsPerCpuSecond: cpuSeconds === 0 ? 0 : judged / cpuSeconds,
  };
}

/** Documents and tokens in the table, by origin. */
export function mixtureOf({ origin }: Counts): Mixture {
  return {
    human: amountOf(origin.human),
    synthetic: amountOf(origin.synthetic),
    unknown: amountOf(origin.unknown),
  };
}

/** Both shares of what the judged units hold. */
export function sharesOf({ bound }: Counts): RunReport['shares']['cumulative'] {
  return { unverified: boundOf(bound, 'unverified'), total: boundOf(bound, 'total') };
}

/** The ceilings that the table's last commit was made under. */
export function capsOf({ latest }: LogState): RunReport['caps'] {
  const { unverified, total } = latest.facts.limits;
  return { unverified, total };
}

function amountOf(tally: TableTally | undefined): Amount {
  return { documents: tally?.documents ?? 0, tokens: tally?.tokens ?? 0 };
}
