import { lanes } from '@ballast/document';
import { z } from 'zod';

const count = z.number().nonnegative();
const share = z.number().min(0).max(1);

/** Documents and tokens, counted together. */
const amountSchema = z.object({ documents: count, tokens: count });

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
  /** in = kept + rejected + deferred + dead + waiting + in flight; the page prints what is missing. */
  flow: z.object({
    in: amountSchema,
    kept: amountSchema,
    rejected: amountSchema,
    deferred: amountSchema,
    dead: amountSchema,
    waiting: amountSchema,
    inFlight: amountSchema,
  }),
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
  /** Last commits, newest first. */
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
  /** Strata against the reference, worst first. */
  strata: z
    .array(
      z.object({
        stratum: z.string(),
        documents: count,
        tokens: count,
        /** Share of human tokens wanted and reached, 0 to 1. */
        target: share,
        reached: share,
        /** True: too little text of this stratum exists to reach the target. */
        limited: z.boolean(),
      }),
    )
    .optional(),
  /** What the canaries say about the detector, a sentence. */
  canaries: z.string().optional(),
  /** Known only where the truth is known (the demo): true synthetic token share, 0 to 1, and a sentence. */
  truth: z.object({ share, text: z.string() }).optional(),
});

/** Everything the page shows. */
export type DashboardSnapshot = z.infer<typeof dashboardSnapshotSchema>;
