import { lanes } from '@ballast/document';
import { z } from 'zod';
import { canariesSchema } from './snapshot-canaries.ts';

const count = z.number().nonnegative();
const share = z.number().min(0).max(1);

/** Documents and tokens, counted together. */
const amountSchema = z.object({ documents: count, tokens: count });

/** Documents, and their tokens where those are counted: text has none before the table counts it. */
const passingSchema = z.object({ documents: count, tokens: count.optional() });

/** A measured share and its upper confidence bound; the cap is compared with `u`. */
const boundSchema = z.object({
  /** F: expected synthetic share of the kept tokens, 0 to 1. */
  f: share,
  /** U = F + eps + 2.33·sd, 0 to 1 (a bound above 1 is cut at 1). */
  u: share,
});

/** Everything the page shows, whole, once a second. */
export const dashboardSnapshotSchema = z.object({
  /** Name of the dataset: the table's root as the user wrote it. */
  dataset: z.string(),
  /** When the numbers were taken, ISO 8601. */
  time: z.iso.datetime({ offset: true }),
  /** False once the feed has ended or the pipeline was stopped. */
  running: z.boolean(),
  verdict: z.object({
    /** holds: every promise holds; filling: too little to judge, or documents wait; broken: one does not hold. */
    state: z.enum(['holds', 'filling', 'broken']),
    /** Why, most important first, each a whole sentence. */
    sentences: z.array(z.string()),
  }),
  /** Ceilings on U, 0 to 1. */
  caps: z.object({ unverified: share, total: share }),
  /** Shares of the kept tokens in the scope named. */
  shares: z.object({ scope: z.literal('cumulative'), unverified: boundSchema, total: boundSchema }),
  /** Kept text by origin. */
  mixture: z.object({ human: amountSchema, synthetic: amountSchema, unknown: amountSchema }),
  /** What the page must say first: something it shows could not be read. Whole sentences that do not tick. */
  notices: z.array(z.string()).optional(),
  /**
   * in = kept + rejected + deferred + dead + waiting + in flight; the page prints what is missing. What
   * only the topics tell (in, waiting, in flight) is absent where no topic can be read.
   */
  flow: z.object({
    in: passingSchema.optional(),
    kept: amountSchema,
    rejected: amountSchema,
    deferred: amountSchema,
    dead: amountSchema,
    waiting: passingSchema.optional(),
    inFlight: passingSchema.optional(),
  }),
  /** What was refused since the beginning, by reason, most documents first. */
  refusals: z
    .array(
      z.object({
        action: z.enum(['reject', 'defer', 'dead']),
        reason: z.string(),
        documents: count,
        tokens: count,
      }),
    )
    .optional(),
  /** How far each stage is behind, in the order documents pass them. */
  stages: z
    .array(
      z.object({
        /** Name of the service: its consumer group. */
        stage: z.string(),
        /** What it reads, in a few words. */
        reads: z.string(),
        /** Messages written and not processed yet. */
        documents: count,
        /** Seconds since the oldest of them arrived; absent where no arrival is stamped (embedded topics). */
        seconds: count.optional(),
        /** What is odd about it, a few words; empty when nothing is. */
        note: z.string(),
      }),
    )
    .optional(),
  /** Topics in the order documents pass them. */
  topics: z.array(
    z.object({
      topic: z.string(),
      /** Documents ever written, over all partitions. */
      end: count,
      /** Documents per second over the last second or so. */
      perSecond: count,
      /** Documents written but not yet acked by the reader. */
      lag: count,
    }),
  ),
  /** Lanes with what waits in them. */
  lanes: z.array(
    z.object({
      lane: z.enum(lanes),
      documents: count,
      tokens: count.optional(),
      /** What would release it, a sentence; empty when nothing waits. */
      note: z.string(),
    }),
  ),
  /** Last commits that added text, newest first. */
  commits: z.array(
    z.object({
      version: count,
      time: z.iso.datetime({ offset: true }),
      rows: count,
      tokens: count,
      /** U of all synthetic text in the commit, 0 to 1; absent when it is too small to judge. */
      upper: share.optional(),
    }),
  ),
  /** Strata: against the reference, worst first; without one, largest first. */
  strata: z
    .array(
      z.object({
        stratum: z.string(),
        documents: count,
        tokens: count,
        /** Share of the human tokens that the reference wants, 0 to 1; absent without a reference. */
        target: share.optional(),
        /** Share of all kept tokens, repeats included, 0 to 1. */
        reached: share,
      }),
    )
    .optional(),
  /** What the canaries let the detector say, by source family. */
  canaries: canariesSchema.optional(),
  /** Known only where the truth is known (the demo): true synthetic token share, 0 to 1, and a sentence. */
  truth: z.object({ share, text: z.string() }).optional(),
});

/** Everything the page shows. */
export type DashboardSnapshot = z.infer<typeof dashboardSnapshotSchema>;
