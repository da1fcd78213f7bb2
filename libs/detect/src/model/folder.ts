import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BallastError } from '@ballast/stage';
import { z } from 'zod';
import { cardFormat, modelCardSchema } from './card.ts';
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
 * file is not there or not readable, BALLAST_DETECT_MODEL_LAYOUT (78) when another version's training wrote
 * it, BALLAST_DETECT_MODEL_CORRUPT (78) when card or bytes are not right.
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

const layoutSchema = z.object({ format: z.number() });

async function readPart(folder: string, file: string): Promise<Buffer> {
  try {
    return await readFile(join(folder, file));
  } catch (cause) {
    throw new BallastError(modelErrors.missing, `cannot read ${join(folder, file)}`, { cause });
  }
}

function readCard(folder: string, text: string): ModelCard {
  const path = join(folder, cardFile);
  try {
    const card: unknown = JSON.parse(text);
    const layout = layoutSchema.safeParse(card).data?.format ?? cardFormat;
    if (layout !== cardFormat) {
      throw new BallastError(
        modelErrors.layout,
        `${path} is of model layout ${layout}; this version reads layout ${cardFormat}`,
      );
    }
    return modelCardSchema.parse(card);
  } catch (cause) {
    if (cause instanceof BallastError) throw cause;
    throw new BallastError(modelErrors.corrupt, `${path} is not the card of a model this version can read`, {
      cause,
    });
  }
}
