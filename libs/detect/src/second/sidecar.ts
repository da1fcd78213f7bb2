import { z } from 'zod';
import { modelCardSchema } from '../model/card.ts';

const standardSchema = z.strictObject({ mean: z.number(), sd: z.number().positive() });

/** Says how a user's classifier is fed, read and combined; lies beside it as `detector.json`. */
export const sidecarSchema = z.strictObject({
  /** SHA-256 of the ONNX file, 64 hex digits. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** Class of machine-made text as `id2label` spells it; needed where its name does not say so. */
  machineLabel: z.string().min(1).optional(),
  /** Divides the log-odds that the classifier gives. */
  temperature: z.number().positive().default(1),
  /** Tokens of one window, special tokens included. */
  maxTokens: z.int().min(8).max(8192).default(512),
  /** Tokens from the start of one window to the start of the next. Default: windows do not overlap. */
  stride: z.int().min(1).optional(),
  /** BCP 47 tags of the languages that it may judge. */
  languages: z.array(z.string()).default(['en']),
  /** Share of the second stage in the mean of both. */
  share: z.number().min(0).max(1).default(0.5),
  /** Mean and standard deviation of both stages' llr on labelled text: what they are standardised by before the mean. */
  standard: z.strictObject({ first: standardSchema, second: standardSchema }).optional(),
  /** Calibration of the mean per length bucket, llr = a·mean + b, natural log. Default: the mean itself. */
  platt: modelCardSchema.shape.platt.default([{ maxLength: null, a: 1, b: 0 }]),
  /**
   * llr of both stages together on held-out domains, as the first model's card has them: where the
   * fit of a source family begins, and its synthetic side while it has human canaries alone.
   */
  domains: modelCardSchema.shape.domains.default([]),
  /** What the author wants to say; Ballast reads nothing from it. */
  about: z.json().optional(),
});

/** Says how a user's classifier is fed, read and combined. */
export type Sidecar = Readonly<z.infer<typeof sidecarSchema>>;
