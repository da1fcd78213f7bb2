import { refusalIn, stageNames } from '@ballast/document';
import type { Action, StageName, Verdicts } from '@ballast/document';
import type { BatchReport } from '@ballast/stage';
import { z } from 'zod';

const countsSchema = z.object({
  keep: z.number(),
  reject: z.number(),
  defer: z.number(),
  dead: z.number(),
  reasons: z.record(z.string(), z.number()),
});

/** What one stage said in this run: documents by action, and refusals by reason. */
export type StageCounts = z.infer<typeof countsSchema>;

/** Schema of a tally as one process sends it to another. */
export const tallySchema = z.object({
  arrivals: z.number(),
  redelivered: z.number(),
  stages: z.partialRecord(z.enum(stageNames), countsSchema),
});

/** Counts of this run, over all stages. */
export type TallyCounts = z.infer<typeof tallySchema>;

/** Adds up what the loops report; several processes' tallies can be added. */
export class Tally {
  readonly counts: TallyCounts = { arrivals: 0, redelivered: 0, stages: {} };

  /** Counts one acked delivery: for each stage of the loop what its verdict was. */
  observe(report: BatchReport): void {
    this.counts.arrivals += report.arrivals;
    this.counts.redelivered += report.redelivered;
    const stages = stageNames.filter((name) => report.stage.split('+').includes(name));
    for (const { verdicts } of report.routed) for (const stage of stages) this.#count(stage, verdicts);
  }

  /** Adds another tally. */
  add(other: TallyCounts): void {
    this.counts.arrivals += other.arrivals;
    this.counts.redelivered += other.redelivered;
    for (const stage of stageNames) {
      const counts = other.stages[stage];
      if (counts === undefined) continue;
      const mine = this.#of(stage);
      for (const action of ['keep', 'reject', 'defer', 'dead'] as const) mine[action] += counts[action];
      for (const [reason, count] of Object.entries(counts.reasons))
        mine.reasons[reason] = (mine.reasons[reason] ?? 0) + count;
    }
  }

  #count(stage: StageName, verdicts: Verdicts): void {
    const verdict = verdicts[stage];
    // A record refused by an earlier stage carries no verdict of this one: it passed unprocessed.
    if (verdict === undefined) return;
    const counts = this.#of(stage);
    counts[verdict.action] += 1;
    if (refusalIn(verdicts) === verdict)
      counts.reasons[verdict.reason] = (counts.reasons[verdict.reason] ?? 0) + 1;
  }

  #of(stage: StageName): StageCounts {
    const counts = this.counts.stages[stage] ?? emptyCounts();
    this.counts.stages[stage] = counts;
    return counts;
  }
}

function emptyCounts(): { [A in Action]: number } & { reasons: { [reason: string]: number } } {
  return { keep: 0, reject: 0, defer: 0, dead: 0, reasons: {} };
}
