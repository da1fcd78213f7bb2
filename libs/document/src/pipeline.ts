import { z } from 'zod';
import { trustSchema } from './document.ts';

const share = z.number().min(0).max(1);

const sourceSchema = z
  .strictObject({
    match: z
      .string()
      .min(1)
      .describe('Source name, or registrable domain of the URL, or a pattern with * at the end.'),
    trust: z
      .enum(['human', 'synthetic', 'none'])
      .default('none')
      .describe(
        'What the source is known to publish. `human` attests, but only from an ingest with `trusted: [source]`.',
      ),
    prior: share
      .optional()
      .describe('Share of synthetic text the source is known to carry, for text that cannot be judged.'),
    family: z
      .string()
      .optional()
      .describe('Sources of one family share canaries and calibration. Default: the source itself.'),
    licence: z.string().optional().describe('Licence of the texts, copied to the licence column.'),
  })
  .describe('One entry of the source registry.');

const ingestSchema = z
  .strictObject({
    topic: z.string().optional().describe('Ingest topic this entry speaks of.'),
    file: z.string().optional().describe('Input file this entry speaks of, as given to --input.'),
    trusted: z
      .array(trustSchema)
      .default([])
      .describe('What this ingest is trusted to say: source, captured, check. Default nothing.'),
    gaps: z
      .enum(['refused', 'allowed'])
      .default('refused')
      .describe('Whether offsets may have gaps (transactional writers).'),
  })
  .describe('What an ingest topic or file is trusted to say.');

const detectorSchema = z.strictObject({
  model: z
    .string()
    .optional()
    .describe('Folder of a detector written by `ballast train-detector`. Default: the shipped one.'),
  canaries: z
    .string()
    .optional()
    .describe('JSONL of documents with `label: human|synthetic`, used to calibrate per source family.'),
  tau: share
    .default(0.1)
    .describe('Below this upper end of p a document is presumed human. At most half the unverified cap.'),
  upper: share.default(0.9).describe('From this p on a document counts as synthetic.'),
  cutoff: z.string().default('2022-11-30').describe('A trusted capture before this date attests human.'),
  batch: z.int().min(1).max(4096).default(256).describe('Documents per model run.'),
});

const verifySchema = z.strictObject({
  action: z
    .enum(['enforce', 'annotate'])
    .default('enforce')
    .describe('Whether quality rules refuse documents or only record what they found.'),
  preset: z.enum(['datatrove-0.10']).default('datatrove-0.10').describe('Quality rules and thresholds.'),
  code: z
    .enum(['optional', 'required', 'off'])
    .default('optional')
    .describe(
      '`required`: refuse to start without a sandbox. `optional`: code checks end `unknown` without one.',
    ),
  timeoutMs: z
    .int()
    .min(100)
    .max(120_000)
    .default(5_000)
    .describe('Wall-clock limit of one check in milliseconds.'),
});

const oversamplerSchema = z.strictObject({
  reference: z
    .string()
    .optional()
    .describe('JSONL of trusted human documents whose strata are the target. Default none: repeats 1.'),
  stratify: z
    .enum(['labels', 'source'])
    .default('labels')
    .describe('Stratum from `labels.stratum` (falling back to the source), or from the source alone.'),
  repeatsMax: z.int().min(1).max(4).default(4).describe('Most copies of one document.'),
});

const mixerSchema = z.strictObject({
  caps: z
    .strictObject({
      unverified: share
        .default(0.2)
        .describe('Ceiling on the upper bound of unverified synthetic tokens in every judged unit.'),
      total: share
        .default(0.3)
        .describe('Ceiling on the upper bound of all synthetic tokens in every judged unit.'),
    })
    .prefault({}),
  rowGroupDocuments: z.int().min(2).max(16_384).default(1024).describe('Documents per row group.'),
  rowGroupBytes: z
    .int()
    .min(65_536)
    .max(256 * 1024 * 1024)
    .default(16 * 1024 * 1024)
    .describe('Most raw text bytes per row group.'),
  shardBytes: z
    .int()
    .min(65_536)
    .default(128 * 1024 * 1024)
    .describe('Compressed bytes after which a shard is closed and committed.'),
  maxHumanDelaySeconds: z
    .number()
    .min(0)
    .default(3600)
    .describe('A commit closes without a judged unit only after this time, then human-lane text only.'),
  repeatedTokensMax: share.default(0.05).describe('Largest share of repeated tokens in a shard.'),
});

/** `pipeline.yaml`: data behaviour only; ports and log levels are flags and environment. */
export const pipelineSchema = z
  .strictObject({
    sources: z.array(sourceSchema).default([]),
    ingest: z.array(ingestSchema).default([]),
    detector: detectorSchema.prefault({}),
    verify: verifySchema.prefault({}),
    oversampler: oversamplerSchema.prefault({}),
    mixer: mixerSchema.prefault({}),
  })
  .superRefine((pipeline, context) => {
    const { unverified, total } = pipeline.mixer.caps;
    if (unverified > total) {
      context.addIssue({
        code: 'custom',
        path: ['mixer', 'caps', 'unverified'],
        message: `${unverified} is above mixer.caps.total ${total}: the ceilings are nested`,
      });
    }
    if (pipeline.detector.tau > unverified / 2) {
      context.addIssue({
        code: 'custom',
        path: ['detector', 'tau'],
        message: `${pipeline.detector.tau} is above half of mixer.caps.unverified: the human lane alone could break a unit`,
      });
    }
  });

/** Parsed pipeline.yaml with every default filled in. */
export type Pipeline = z.infer<typeof pipelineSchema>;
/** One entry of the source registry. */
export type SourceEntry = Pipeline['sources'][number];
