import { z } from 'zod';
import { checkSchema, trustSchema } from './document.ts';
import { poolSchema } from './origin.ts';
import { parseRule } from './rule-expression.ts';

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

const sourceListSchema = z
  .strictObject({
    file: z
      .string()
      .min(1)
      .describe('One source name, domain, hosts line or ||domain^ rule per line; # and ! begin comments.'),
    trust: z.enum(['human', 'synthetic', 'none']).describe('As `sources[].trust`, for every line.'),
    family: z.string().optional().describe('As `sources[].family`, for every line.'),
    prior: share.optional().describe('As `sources[].prior`, for every line.'),
  })
  .describe('A list of sources in a file.');

const watermarkSchema = z
  .strictObject({
    name: z
      .string()
      .regex(/^[a-z][a-z0-9_]{0,63}$/)
      .describe('Name in verdicts, where it stands as `watermark_<name>`: small letters, digits and _.'),
    scheme: z
      .enum(['kgw', 'unigram', 'synthid'])
      .describe('How the text was marked: Kirchenbauer et al., Unigram, or SynthID-Text.'),
    key: z.string().min(1).describe('Key file, JSON.'),
    tokenizer: z
      .string()
      .min(1)
      .describe('tokenizer.json of the model that wrote the marked text, as Hugging Face exports it.'),
    sources: z
      .array(z.string().min(1))
      .min(1)
      .optional()
      .describe(
        'Names or domains of the sources to test, matched as `sources[].match`. Default every document.',
      ),
  })
  .describe('One watermark key.');

const credentialsSchema = z
  .strictObject({
    trustAnchors: z
      .string()
      .min(1)
      .describe('PEM file of the authorities (or single signers) whose word on who wrote a text counts.'),
    asOf: z.iso
      .date()
      .describe(
        'Date the list speaks for, as 2026-11-01. Certificates must be in force on it, or on the capture date of an ingest trusted for captures.',
      ),
  })
  .describe('The pinned trust list of content credentials (C2PA).');

const secondSchema = z
  .strictObject({
    model: z
      .string()
      .min(1)
      .describe(
        'Folder of an ONNX sequence classifier with its tokenizer, as Hugging Face exports it, and a detector.json; docs/detector-models.md says how.',
      ),
    band: z
      .array(share)
      .length(2)
      .refine(([low = 0, high = 0]) => low < high, 'the lower edge must be below the upper one')
      .default([0.1, 0.9])
      .describe('Texts whose p by the first model, at even odds, lies in this band are judged by both.'),
    timeoutMs: z
      .int()
      .min(100)
      .max(600_000)
      .default(10_000)
      .describe(
        'Longest wait for one text; then its process is replaced and, failing twice, the text deferred.',
      ),
    processes: z
      .int()
      .min(1)
      .max(64)
      .default(1)
      .describe('Processes that hold the model, one core each. Changes no verdict.'),
  })
  .describe('A second model for what the first leaves uncertain. Default none.');

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
  second: secondSchema.optional(),
  watermarks: z
    .array(watermarkSchema)
    .max(32)
    .default([])
    .superRefine((watermarks, context) => {
      for (const [index, { name }] of watermarks.entries()) {
        if (watermarks.findIndex((each) => each.name === name) !== index)
          context.addIssue({
            code: 'custom',
            path: [index, 'name'],
            message: `"${name}" is the name of another watermark`,
          });
      }
    })
    .describe('Keys of text watermarks to look for; docs/provenance.md shows the key files.'),
  sourceLists: z
    .array(sourceListSchema)
    .default([])
    .describe(
      'Lists of domains or source names, such as blocklists people share; `sources` goes before them.',
    ),
  credentials: credentialsSchema
    .optional()
    .describe(
      'Whose signed word on the origin of a text counts; a human one attests. Default nobody: every credential is worth an unsigned claim.',
    ),
});

const dedupSchema = z.strictObject({
  exact: z
    .enum(['reject', 'off'])
    .default('reject')
    .describe('Whether a second copy of a text (white space and Unicode composition aside) is refused.'),
  near: z
    .strictObject({
      action: z
        .enum(['off', 'record', 'reject'])
        .default('off')
        .describe(
          '`reject`: a near-duplicate is refused. `record`: it is kept and its verdict names the other. Attested human text is never refused for it. Off by default: numbers do not count, so tables, logs and forms that differ in nothing else fold into one, and it takes some 14 times the index.',
        ),
      hash: z
        .enum(['xxh64', 'sha1'])
        .default('xxh64')
        .describe('Hash of the word 5-grams: `xxh64` as FineWeb-2, `sha1` as FineWeb.'),
      expireDays: z
        .int()
        .min(1)
        .max(36_500)
        .optional()
        .describe(
          'Days after which a document no longer counts as a near-duplicate of another. Default never.',
        ),
    })
    .prefault({}),
});

const userRuleSchema = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z][a-z0-9_]{0,63}$/)
    .describe('Name in verdicts, where it stands as `rule.<name>`: small letters, digits and _.'),
  when: z
    .string()
    .superRefine((when, context) => {
      try {
        parseRule(when);
      } catch (error) {
        context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : String(error) });
      }
    })
    .describe('When it applies, as `ratios.top_2_gram > 0.2 and source == "forum"`.'),
  action: z
    .enum(['reject', 'annotate'])
    .describe('`reject`: the document is refused for it. `annotate`: the verdict names the rule.'),
});

const ruleTestSchema = z.strictObject({
  name: z.string().optional().describe('What the test shows. Default its number.'),
  document: z
    .strictObject({
      text: z.string().describe('Its text.'),
      source: z.string().default('test').describe('Its source name.'),
      url: z.string().optional().describe('Its address.'),
      lang: z.string().optional().describe('Its language, a BCP 47 tag.'),
      labels: z.record(z.string(), z.string()).optional().describe('Its labels, by name.'),
      check: checkSchema.optional().describe('The ground truth it brings along.'),
      pool: poolSchema.default('uncertain').describe('Pool the detector would have put it in.'),
      p: share.default(0.5).describe('Probability of synthetic text the detector would have given it.'),
    })
    .describe('The document, as it would be ingested, and what the detector would have said of it.'),
  expect: z
    .strictObject({
      action: z.enum(['keep', 'reject']).optional().describe('What becomes of it.'),
      reason: z.string().optional().describe('The reason its verdict gives.'),
      failed: z.array(z.string()).default([]).describe('Rules it must fail, `rule.<name>` for your own.'),
      passes: z.array(z.string()).default([]).describe('Rules it must not fail.'),
      verified: z.boolean().optional().describe('Whether its check counts.'),
    })
    .describe('What its verdict must say.'),
});

const verifySchema = z.strictObject({
  dedup: dedupSchema.prefault({}).describe('Exact and near duplicates, found as documents stream by.'),
  decontaminate: z
    .array(z.string().min(1))
    .default([])
    .describe(
      'Benchmark files (.jsonl with `text` and optional `query`, or one item per line). A document that shares 13 words in a row with one is refused as `contaminated`.',
    ),
  index: z
    .string()
    .regex(/^rediss?:\/\//)
    .optional()
    .describe(
      'Redis or Valkey that several verifiers share, redis://host:port/db. Default: LMDB in the state folder.',
    ),
  action: z
    .enum(['enforce', 'annotate'])
    .default('enforce')
    .describe('Whether quality rules refuse documents or only record what they found.'),
  preset: z
    .enum([
      'datatrove-0.10',
      'fineweb-paper',
      'c4-tfds',
      'dclm',
      'fineweb2/de',
      'fineweb2/fr',
      'fineweb2/es',
      'fineweb2/zh',
      'fineweb2/ar',
    ])
    .default('datatrove-0.10')
    .describe('Quality rules and thresholds; docs/filters.md lists them.'),
  rules: z
    .array(userRuleSchema)
    .max(100)
    .default([])
    .describe('Rules of your own over what the verifier measured; they never refuse attested human text.'),
  tests: z
    .array(ruleTestSchema)
    .default([])
    .describe('Documents with the verdict they must get; `ballast test` runs them.'),
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
  shardWriter: z
    .enum(['hyparquet-writer', 'parquetjs-lite'])
    .default('hyparquet-writer')
    .describe(
      'Library that writes the Parquet: `hyparquet-writer` with zstd, `parquetjs-lite` with gzip. Same rows, same ledger, same audit.',
    ),
  maxHumanDelaySeconds: z
    .number()
    .min(0)
    .default(3600)
    .describe('A commit closes without a judged unit only after this time, then human-lane text only.'),
  repeatedTokensMax: share.default(0.05).describe('Largest share of repeated tokens in a shard.'),
});

const kafkaSchema = z
  .strictObject({
    brokers: z
      .array(
        z
          .string()
          .regex(/^(?:[\w.-]+|\[[\da-fA-F:]+\]):\d{1,5}$/)
          .describe('Write host:port, an IPv6 address in brackets.'),
      )
      .default([])
      .describe('Brokers to begin with, host:port each. Services run over Kafka when any is named.'),
    clientId: z
      .string()
      .min(1)
      .default('ballast')
      .describe('Name in the logs of the broker; the service is added.'),
    ssl: z
      .strictObject({
        ca: z
          .string()
          .optional()
          .describe('PEM file of the authority that signed the brokers. Default: the system.'),
        cert: z.string().optional().describe('PEM file of the certificate this client shows (mTLS).'),
        key: z.string().optional().describe('PEM file of the key of that certificate.'),
      })
      .optional()
      .describe('TLS to the brokers; `ssl: {}` trusts the authorities of the system.'),
    sasl: z
      .strictObject({
        mechanism: z
          .enum(['plain', 'scram-sha-256', 'scram-sha-512'])
          .describe('SASL mechanism of the listener.'),
        username: z.string().min(1).describe('User the ACLs speak of.'),
        password: z.string().describe('Its password: write ${NAME} and set the environment variable.'),
      })
      .optional()
      .describe('How this client logs in.'),
    sessionTimeoutMs: z
      .int()
      .min(1_000)
      .max(1_800_000)
      .default(30_000)
      .describe("Silence in milliseconds after which the broker gives a member's partitions away."),
    replication: z
      .int()
      .min(1)
      .max(32)
      .optional()
      .describe('Replicas of every topic. Default 3, or the number of brokers where there are fewer.'),
    minInsyncReplicas: z
      .int()
      .min(1)
      .max(32)
      .optional()
      .describe(
        'Replicas that must hold a message before it counts. Default 2, or 1 where replication is below 3.',
      ),
    retentionHours: z
      .int()
      .min(1)
      .default(168)
      .describe(
        'Hours that documents.raw, .detected and .verified keep a message. Lanes and refusals do not expire.',
      ),
  })
  .describe(
    'The brokers. Connection only: it decides nothing about a document and is not in the config hash.',
  );

/** `pipeline.yaml`: data behaviour, and where the brokers are; ports and log levels are flags and environment. */
export const pipelineSchema = z
  .strictObject({
    sources: z.array(sourceSchema).default([]),
    ingest: z.array(ingestSchema).default([]),
    detector: detectorSchema.prefault({}),
    verify: verifySchema.prefault({}),
    oversampler: oversamplerSchema.prefault({}),
    mixer: mixerSchema.prefault({}),
    kafka: kafkaSchema.prefault({}),
  })
  .superRefine((pipeline, context) => {
    const names = pipeline.verify.rules.map(({ name }) => name);
    for (const [index, name] of names.entries()) {
      if (names.indexOf(name) === index) continue;
      context.addIssue({
        code: 'custom',
        path: ['verify', 'rules', index, 'name'],
        message: `"${name}" is the name of another rule`,
      });
    }
    const { unverified, total } = pipeline.mixer.caps;
    if (unverified > total) {
      context.addIssue({
        code: 'custom',
        path: ['mixer', 'caps', 'unverified'],
        message: `${unverified} is above mixer.caps.total ${total}: the ceilings are nested`,
      });
    }
    const { cert, key } = pipeline.kafka.ssl ?? {};
    if ((cert === undefined) !== (key === undefined)) {
      context.addIssue({
        code: 'custom',
        path: ['kafka', 'ssl', cert === undefined ? 'key' : 'cert'],
        message: 'is given without its other half: cert and key go together',
      });
    }
    const { replication, minInsyncReplicas } = pipeline.kafka;
    if (replication !== undefined && minInsyncReplicas !== undefined && minInsyncReplicas > replication) {
      context.addIssue({
        code: 'custom',
        path: ['kafka', 'minInsyncReplicas'],
        message: `${minInsyncReplicas} is above kafka.replication ${replication}: no message could ever count`,
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
/** Where the brokers are and how topics lie on them. */
export type KafkaSettings = Pipeline['kafka'];
/** A test of the verifier's rules. */
export type RuleTestCase = Pipeline['verify']['tests'][number];
/** One entry of the source registry. */
export type SourceEntry = Pipeline['sources'][number];
