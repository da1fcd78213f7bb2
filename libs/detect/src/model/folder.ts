import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BallastError } from '@ballast/stage';
import { modelCardSchema } from './card.ts';
import type { ModelCard } from './card.ts';
import { modelErrors } from './errors.ts';

/** Files of a model folder. */
export const modelFile = 'model.onnx';
/** The card as JSON. */
export const cardFile = 'detector.json';

/** A model folder as read: the bytes are those the card names. */
export interface ModelFolder {
  readonly card: ModelCard;
  readonly model: Uint8Array;
}

/** First 16 hex digits of the SHA-256 of model.onnx: the identity of a model. */
export function modelId(model: Uint8Array): string {
  return createHash('sha256').update(model).digest('hex').slice(0, 16);
}

/**
 * Reads and checks a model folder. Throws BallastError BALLAST_DETECT_MODEL_MISSING (exit 66) when a
 * file is not there or not readable, BALLAST_DETECT_MODEL_CORRUPT (78) when card or bytes are not right.
 */
export async function readModelFolder(folder: string): Promise<ModelFolder> {
  const [text, model] = await Promise.all([
    readPart(folder, cardFile).then((bytes) => bytes.toString('utf8')),
    readPart(folder, modelFile),
  ]);
  const card = readCard(folder, text);
  if (card.id !== modelId(model)) {
    throw new BallastError(
      modelErrors.corrupt,
      `${join(folder, modelFile)} is ${modelId(model)}, its card names ${card.id}`,
    );
  }
  return { card, model };
}

async function readPart(folder: string, file: string): Promise<Buffer> {
  try {
    return await readFile(join(folder, file));
  } catch (cause) {
    throw new BallastError(modelErrors.missing, `cannot read ${join(folder, file)}`, { cause });
  }
}

function readCard(folder: string, text: string): ModelCard {
  try {
    return modelCardSchema.parse(JSON.parse(text));
  } catch (cause) {
    const message = `${join(folder, cardFile)} is not the card of a model this version can read`;
    throw new BallastError(modelErrors.corrupt, message, { cause });
  }
}
