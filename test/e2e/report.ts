import { z } from 'zod';

const count = z.int().min(0);
const share = z.number().min(0);
const amounts = z.record(z.string(), z.strictObject({ documents: count, tokens: count }));
const bound = z.strictObject({ share, upper: share });
const stageCounts = z.strictObject({
  keep: count,
  reject: count,
  defer: count,
  dead: count,
  reasons: z.record(z.string(), count),
});

/** What `ballast run --json` prints. Strict: a field more or less is a change that users would notice. */
export const reportSchema = z.strictObject({
  schemaVersion: z.literal(1),
  table: z.string(),
  tableId: z.uuid(),
  inputs: z.array(
    z.strictObject({
      file: z.string(),
      topic: z.string().optional(),
      rows: count,
      added: count,
      error: z
        .strictObject({ code: z.string(), message: z.string(), exit: count, fix: z.string() })
        .optional(),
    }),
  ),
  stages: z.strictObject({
    detect: stageCounts.optional(),
    verify: stageCounts.optional(),
    oversample: stageCounts.optional(),
  }),
  redelivered: count,
  surveyed: count,
  flow: z.strictObject({
    in: count,
    kept: count,
    rejected: count,
    deferred: count,
    dead: count,
    waiting: count,
    inFlight: count,
    unaccounted: z.int(),
    tokens: z.strictObject({ kept: count, refused: count, waiting: count }),
  }),
  refusals: amounts,
  waiting: z.strictObject({ lanes: amounts, strata: amounts }),
  mixture: z.strictObject({
    human: amounts.valueType,
    synthetic: amounts.valueType,
    unknown: amounts.valueType,
  }),
  caps: z.strictObject({ unverified: share, total: share }),
  shares: z.strictObject({
    cumulative: z.strictObject({ unverified: bound, total: bound }),
    judgedUnits: z.strictObject({ count, unverifiedMax: share, totalMax: share }),
  }),
  calibration: z.array(z.looseObject({ family: z.string(), calibrated: z.boolean(), arrivals: count })),
  judged: count,
  cpuSeconds: z.number().positive(),
  wallSeconds: z.number().positive(),
  docsPerCpuSecond: z.number().min(0),
});

/** A parsed report. */
export type Report = z.infer<typeof reportSchema>;
