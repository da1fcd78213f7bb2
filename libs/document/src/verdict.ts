import { z } from 'zod';
import { poolSchema } from './origin.ts';
import { bandSchema } from './topics.ts';

/** The four stages in the order documents pass them. */
export const stageNames = ['detect', 'verify', 'oversample', 'mix'] as const;

/** One of the four stages. */
export type StageName = (typeof stageNames)[number];

/** The four ways out of a stage. */
export const actionSchema = z.enum(['keep', 'reject', 'defer', 'dead']);

/** keep = goes on; reject = refused with a reason; defer = may come back; dead = not processable. */
export type Action = z.infer<typeof actionSchema>;

const refusalActionSchema = z.enum(['reject', 'defer', 'dead']);

/** A refusal that says no more than its reason, open to every stage. */
const refusal = <S extends StageName>(stage: S) =>
  z.object({ stage: z.literal(stage), version: z.string(), action: refusalActionSchema, reason: z.string() });

/** One piece of provenance evidence with its weight in log-odds of *synthetic*. */
export const evidenceSchema = z.object({
  name: z.string(),
  /** Evidence of one block is correlated, and limited together: traces in the text, unsigned claims, … */
  block: z.enum(['text', 'claim', 'registry', 'credential', 'watermark']),
  weight: z.number(),
  detail: z.string().optional(),
  /** The statistical test behind a watermark hit. */
  test: z
    .object({
      /** Scheme and version of the test, as `kgw/1`. */
      scheme: z.string(),
      /** First 16 hex digits of the SHA-256 of the key. */
      key: z.string(),
      /** Standard deviations above unmarked text. */
      statistic: z.number(),
      /** Tokens or n-grams counted, each distinct one once. */
      counted: z.number().int().nonnegative(),
      /** Probability of at least this much in unmarked text, corrected for the number of keys tried. */
      pValue: z.number().min(0).max(1),
    })
    .optional(),
});

/** One piece of provenance evidence. */
export type Evidence = z.infer<typeof evidenceSchema>;

/** What the text is written in, as identified; whatever the document says of itself stands in its `lang`. */
const languageFields = {
  /** ISO 639-1. Absent for code, where too few letters tell, and where it was not asked for. */
  language: z.string().optional(),
  /** Share of the letters looked at that are in this language. */
  languageScore: z.number().min(0).max(1).optional(),
};

const detectJudgementSchema = z.object({
  stage: z.literal('detect'),
  version: z.string(),
  action: z.literal('keep'),
  reason: z.string(),
  pool: poolSchema,
  /** Decided on `pUpper`, fixed here, so that routing needs no threshold. */
  band: bandSchema,
  /** Calibrated probability that the text is synthetic: anchor 0, declared 1. */
  p: z.number().min(0).max(1),
  /** Upper end of the interval of p. */
  pUpper: z.number().min(0).max(1),
  /** Calibration error of this family and band (protocol P17); 0 when attested or declared. */
  eps: z.number().min(0).max(1),
  /** False: the upper share of the source's human band exceeds 0.16, or no bound is known. */
  calibrated: z.boolean(),
  /** Source family whose canaries and prevalence were used. */
  family: z.string(),
  ...languageFields,
  /** What p rests on. */
  basis: z.enum(['attested', 'declared', 'model', 'prevalence']),
  /** Log-likelihood ratio of the model, natural log, absent when the model was not asked. */
  llr: z.number().optional(),
  evidence: z.array(evidenceSchema),
  /** What p and pUpper were compared with; absent when attestation or declaration decided. */
  thresholds: z.object({ tau: z.number(), upper: z.number() }).optional(),
  /** Published snapshots the verdict used, each a content hash or version. */
  snapshots: z.object({
    model: z.string(),
    calibration: z.string(),
    prevalence: z.string(),
    /** Hash over the keys and trust anchors of the probes; absent where none is configured. */
    probes: z.string().optional(),
  }),
});

/** The detector's verdict. */
export const detectVerdictSchema = z.union([detectJudgementSchema, refusal('detect')]);

/** The detector's judgement of a readable document. */
export type DetectJudgement = z.infer<typeof detectJudgementSchema>;
/** The detector's verdict. */
export type DetectVerdict = z.infer<typeof detectVerdictSchema>;

/** Outcome of a ground-truth check; `unknown` never counts as verified. */
export const checkOutcomeSchema = z.object({
  kind: z.enum(['code', 'math']),
  outcome: z.enum(['pass', 'fail', 'unknown']),
  /** True when the ingest vouches for the check; otherwise the document tested itself. */
  trusted: z.boolean(),
  passed: z.number().int().nonnegative().optional(),
  total: z.number().int().nonnegative().optional(),
  detail: z.string().optional(),
});

/** Outcome of a ground-truth check. */
export type CheckOutcome = z.infer<typeof checkOutcomeSchema>;

const verifyJudgementSchema = z.object({
  stage: z.literal('verify'),
  version: z.string(),
  action: z.enum(['keep', 'reject']),
  reason: z.string(),
  preset: z.string(),
  tokenizer: z.string(),
  /** Every measured ratio, by rule. */
  ratios: z.record(z.string(), z.number()),
  /** Every failing quality rule, in the preset's order; the first is the reason when enforced. */
  failed: z.array(z.string()),
  ...languageFields,
  /** True only if a check from an ingest trusted for checks passed. */
  verified: z.boolean(),
  check: checkOutcomeSchema.optional(),
  /** Position of the holder this document duplicates. */
  duplicateOf: z.string().optional(),
  /** Position of a holder that it nearly duplicates, where that is recorded and not enforced. */
  nearDuplicateOf: z.string().optional(),
  /** Documents alike, directly or through others, as known when this one came: name (a position) and size with it. */
  cluster: z.object({ name: z.string(), size: z.number().int().min(2) }).optional(),
  /** Benchmark that it shares 13 words in a row with; the reason `contaminated` where that is enforced. */
  contaminatedBy: z.string().optional(),
  /** Lines to leave out when the text column is written, by rule (kept ranges are not stored). */
  textEdits: z.array(z.string()).optional(),
});

/** The verifier's verdict. */
export const verifyVerdictSchema = z.union([verifyJudgementSchema, refusal('verify')]);

/** The verifier's judgement of a document it could examine. */
export type VerifyJudgement = z.infer<typeof verifyJudgementSchema>;
/** The verifier's verdict. */
export type VerifyVerdict = z.infer<typeof verifyVerdictSchema>;

/** The oversampler's verdict: always keep; what it cannot judge gets stratum `unknown`, repeats 1. */
export const oversampleVerdictSchema = z.object({
  stage: z.literal('oversample'),
  version: z.string(),
  action: z.literal('keep'),
  reason: z.string(),
  stratum: z.string(),
  /** Proposed copies in all, 1 to 4. */
  repeats: z.number().int().min(1).max(4),
  /** Tokens of the text by Ballast's own counter. */
  tokens: z.number().int().nonnegative(),
  /** Published snapshots the verdict used. */
  snapshots: z.object({ reference: z.string(), census: z.string() }),
});

/** The oversampler's verdict. */
export type OversampleVerdict = z.infer<typeof oversampleVerdictSchema>;

/** Where one copy of a document lies: judged unit and row group, counted within its shard, and row within the group. */
export const placementSchema = z.object({
  unit: z.number().int().nonnegative(),
  group: z.number().int().nonnegative(),
  row: z.number().int().nonnegative(),
});

/** Where one copy of a document lies. */
export type Placement = z.infer<typeof placementSchema>;

/** The mixer's verdict: placed in the table, or deferred because it is too long for the bound. */
export const mixVerdictSchema = z.union([
  z.object({
    stage: z.literal('mix'),
    version: z.string(),
    action: z.literal('keep'),
    reason: z.string(),
    /** False: the row group is too small to bound and holds human-lane text only. */
    judged: z.boolean(),
    /** The first is the document itself, the others are granted repeats, in distinct row groups. */
    placements: z.array(placementSchema).min(1),
  }),
  refusal('mix'),
]);

/** The mixer's verdict. */
export type MixVerdict = z.infer<typeof mixVerdictSchema>;

/** Any stage's verdict. */
export type Verdict = DetectVerdict | VerifyVerdict | OversampleVerdict | MixVerdict;

/** What the stages said of one document so far. */
export const verdictsSchema = z.object({
  detect: detectVerdictSchema.optional(),
  verify: verifyVerdictSchema.optional(),
  oversample: oversampleVerdictSchema.optional(),
  mix: mixVerdictSchema.optional(),
});

/** What the stages said of one document so far, by stage. */
export type Verdicts = Readonly<z.infer<typeof verdictsSchema>>;

/** The first verdict that is not keep, if any: such a record passes the later stages unprocessed. */
export function refusalIn(verdicts: Verdicts): Verdict | undefined {
  for (const stage of stageNames) {
    const verdict = verdicts[stage];
    if (verdict !== undefined && verdict.action !== 'keep') return verdict;
  }
  return undefined;
}
