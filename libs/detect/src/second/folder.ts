import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BallastError } from '@ballast/stage';
import { z } from 'zod';
import { secondErrors } from './errors.ts';
import { findMachine } from './labels.ts';
import type { MachineClass } from './labels.ts';
import { sidecarSchema } from './sidecar.ts';
import type { Sidecar } from './sidecar.ts';

/** Where the model may lie, first found first. */
const modelFiles = ['model.onnx', 'onnx/model_quantized.onnx', 'onnx/model.onnx'] as const;

const objectSchema = z.record(z.string(), z.unknown());

const configSchema = z.object({
  id2label: z.record(z.string().regex(/^\d{1,4}$/), z.string()),
  /** Positions that the model knows; a window is never longer. */
  max_position_embeddings: z.int().positive().optional(),
});

/** A user's classifier as its folder holds it, every part checked against the others. */
export interface SecondFolder {
  /** First 16 hex digits of the SHA-256 over all files that sway a score. */
  readonly id: string;
  readonly model: Uint8Array;
  readonly tokenizer: Readonly<Record<string, unknown>>;
  readonly tokenizerConfig: Readonly<Record<string, unknown>>;
  readonly machine: MachineClass;
  /** Tokens of one window, special tokens included. */
  readonly maxTokens: number;
  readonly sidecar: Sidecar;
}

/**
 * Reads and checks the folder of a Hugging Face text-classification export with its `detector.json`.
 * Throws BallastError, exit 78: BALLAST_DETECT_SECOND_MISSING, _INVALID, _HASH or _LABELS.
 */
export async function readSecondFolder(folder: string): Promise<SecondFolder> {
  const [tokenizer, config, card, tokenizerConfig, found] = await Promise.all([
    readPart(folder, 'tokenizer.json'),
    readPart(folder, 'config.json'),
    readPart(folder, 'detector.json'),
    readOptional(join(folder, 'tokenizer_config.json')),
    readModel(folder),
  ]);
  const sidecar = parsePart(folder, 'detector.json', card, sidecarSchema);
  const { id2label, max_position_embeddings: positions } = parsePart(
    folder,
    'config.json',
    config,
    configSchema,
  );
  const sha256 = hashOf(found.model);
  if (sha256 !== sidecar.sha256) {
    throw new BallastError(
      secondErrors.hash,
      `${join(folder, found.file)} has the SHA-256 ${sha256}, detector.json names ${sidecar.sha256}`,
    );
  }
  if (!sidecar.languages.some((tag) => tag === 'en' || tag.startsWith('en-'))) {
    throw new BallastError(
      secondErrors.invalid,
      `${join(folder, 'detector.json')}: languages: only English text has a first score that a second can join, and "en" is not among ${sidecar.languages.join(', ')}`,
    );
  }
  const parts = [found.model, tokenizer, tokenizerConfig ?? new Uint8Array(), config, card];
  return {
    id: hashOf(new TextEncoder().encode(parts.map(hashOf).join('\n'))).slice(0, 16),
    model: found.model,
    tokenizer: parsePart(folder, 'tokenizer.json', tokenizer, objectSchema),
    tokenizerConfig:
      tokenizerConfig === undefined
        ? {}
        : parsePart(folder, 'tokenizer_config.json', tokenizerConfig, objectSchema),
    machine: findMachine(id2label, sidecar.machineLabel, folder),
    maxTokens: Math.min(sidecar.maxTokens, positions ?? sidecar.maxTokens),
    sidecar,
  };
}

async function readModel(folder: string): Promise<{ readonly file: string; readonly model: Buffer }> {
  for (const file of modelFiles) {
    const model = await readOptional(join(folder, file));
    if (model !== undefined) return { file, model };
  }
  throw new BallastError(secondErrors.missing, `${folder} has none of ${modelFiles.join(', ')}`);
}

async function readPart(folder: string, file: string): Promise<Buffer> {
  try {
    return await readFile(join(folder, file));
  } catch (cause) {
    throw new BallastError(secondErrors.missing, `cannot read ${join(folder, file)}`, { cause });
  }
}

async function readOptional(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined;
    throw new BallastError(secondErrors.missing, `cannot read ${path}`, { cause });
  }
}

function parsePart<S extends z.ZodType>(folder: string, file: string, bytes: Buffer, schema: S): z.infer<S> {
  let json: unknown;
  try {
    json = JSON.parse(bytes.toString('utf8'));
  } catch (cause) {
    throw new BallastError(secondErrors.invalid, `${join(folder, file)} is not JSON`, { cause });
  }
  const result = schema.safeParse(json);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw new BallastError(
    secondErrors.invalid,
    `${join(folder, file)}: ${issue?.path.join('.') || 'the file'}: ${issue?.message ?? 'another shape'}`,
    { cause: result.error },
  );
}

function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
