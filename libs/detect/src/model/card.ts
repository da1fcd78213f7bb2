import { z } from 'zod';

/** Names of the three hashed heads, in the order of the graph's inputs. */
export const headNames = ['word', 'char', 'delex'] as const;

/** One of the three heads. */
export type HeadName = (typeof headNames)[number];

/** Version of tokens, hashes and weighting; a model serves only code that speaks the same one. */
export const featureVersion = 'fnv1a-mix/1';

/**
 * Layout of card and graph. 2: the buckets of a head are one flat input; in 1 they stood in rows.
 * A file of another layout is refused by name.
 */
export const cardFormat = 2;

/** Points of every quantile list of the card: 0, 0.05 … 1. */
export const quantileCount = 21;

const headSchema = z.object({
  name: z.enum(headNames),
  /** The table has 2^bits buckets. */
  bits: z.number().int().min(8).max(22),
  bias: z.number(),
  /** Standardisation: mean and standard deviation of the head's logits on domains it was not trained on. */
  mean: z.number(),
  sd: z.number().positive(),
  /** Idf of a bucket = 1 + idfScale · stored byte. */
  idfScale: z.number().positive(),
  /** Tokens the delexicalised head keeps as they are; empty for the other heads. */
  kept: z.array(z.string()),
});

/** Calibration of one length bucket: llr = a · raw + b, natural log, prior of the training data taken out. */
const plattSchema = z.object({
  /** Longest canonical text of the bucket, code units (inclusive); null for the last bucket. */
  maxLength: z.number().int().positive().nullable(),
  a: z.number(),
  b: z.number(),
});

/** Calibration of one length bucket. */
export type Platt = z.infer<typeof plattSchema>;

const quantilesSchema = z.array(z.number()).length(quantileCount);

const rateSchema = z.object({
  auroc: z.number(),
  /** Share of synthetic rows found at 1 % and 5 % of the human rows (thresholds of the slice itself). */
  tprAt1: z.number(),
  tprAt5: z.number(),
  human: z.number().int(),
  synthetic: z.number().int(),
});

/** AUROC and true positive rates of one slice. */
export type Rates = z.infer<typeof rateSchema>;

/** Everything a reader or the calibration must know about a model; lies beside it as `detector.json`. */
export const modelCardSchema = z.object({
  format: z.literal(cardFormat),
  /** First 16 hex digits of the SHA-256 of model.onnx. */
  id: z.string().regex(/^[0-9a-f]{16}$/),
  features: z.literal(featureVersion),
  /** Three, or fewer where a model was taken apart; the score is their plain mean. */
  heads: z
    .array(headSchema)
    .min(1)
    .refine((heads) => new Set(heads.map(({ name }) => name)).size === heads.length, 'heads: one of a kind'),
  /** Ascending by maxLength, the last one null. */
  platt: z
    .array(plattSchema)
    .min(1)
    .refine(isAscending, 'platt: buckets must ascend by maxLength and end with null')
    .readonly(),
  /** BCP 47 tags of the languages the model may judge. */
  languages: z.array(z.string()),
  /**
   * Per training domain the llr quantiles (0, 0.05 … 1) of its rows as judged by a model that never
   * saw the domain: what a source without canaries is resampled from. `machine` = synthetic rows.
   */
  domains: z.array(z.object({ domain: z.string(), human: quantilesSchema, machine: quantilesSchema })),
  metrics: z.object({
    /** How rows were folded for the honest scores: `domain`, or `id` when the data has no second domain. */
    folds: z.enum(['domain', 'id']),
    /** Rows of md5(id) mod 5 = 0: optimistic, pairs of one source text lie on both sides. */
    validation: rateSchema,
    /** Mean over the folds of domains unseen in training. */
    domainOut: rateSchema,
    /** The same rows in one pool. */
    domainOutPooled: rateSchema,
    /** Expected calibration error, 15 bins, domains balanced, calibration itself fitted on other folds. */
    ece: z.number(),
    /** Largest share of a domain's human rows above the threshold that 5 % of all human rows exceed. */
    worstDomainFprAt5: z.number(),
    /** EM estimate of planted shares of synthetic rows: mean and standard deviation over draws. */
    baseRate: z.array(z.object({ planted: z.number(), mean: z.number(), sd: z.number() })),
  }),
  data: z.object({
    description: z.string(),
    /** SHA-256 over ids, texts, labels and domains of the rows used. */
    sha256: z.string(),
    sources: z.array(
      z.object({
        source: z.string(),
        licence: z.string(),
        human: z.number().int(),
        synthetic: z.number().int(),
      }),
    ),
    /** AUROC of each trivial feature on canonical text, worst source (the leak gate). */
    leaks: z.record(z.string(), z.number()),
  }),
  licences: z.array(z.string()),
  seed: z.number().int(),
});

/** Everything a reader or the calibration must know about a model. */
export type ModelCard = z.infer<typeof modelCardSchema>;

/** One head as the card describes it. */
export type HeadCard = ModelCard['heads'][number];

/** The calibration for a canonical text of this many code units. */
export function plattFor(platt: readonly Platt[], length: number): Platt {
  const bucket = platt.find(({ maxLength }) => maxLength === null || length <= maxLength);
  if (bucket === undefined) throw new RangeError('plattFor: the last bucket must have maxLength null');
  return bucket;
}

function isAscending(platt: readonly Platt[]): boolean {
  return platt.every((bucket, i) => {
    const next = platt[i + 1];
    if (next === undefined) return bucket.maxLength === null;
    return bucket.maxLength !== null && (next.maxLength === null || next.maxLength > bucket.maxLength);
  });
}
