import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { HeadName, ModelCard } from '../model/card.ts';
import { cardFile, modelFile, modelId, readModelFolder } from '../model/folder.ts';
import { readTables, writeGraph } from '../model/graph.ts';

/**
 * Writes a model folder that holds one head of another model, to see what it alone says and costs. The card's
 * calibration and figures stay those of the whole model, so the raw score may be used and the llr may not.
 * Throws what {@link readModelFolder} throws, and RangeError where the model has no such head.
 */
export async function writeHeadAlone(from: string, name: HeadName, to: string): Promise<void> {
  const { card, model } = await readModelFolder(from);
  const heads = card.heads.filter((head) => head.name === name);
  if (heads.length === 0) throw new RangeError(`writeHeadAlone: ${from} has no ${name} head`);
  const alone = writeGraph(heads, readTables(model));
  await mkdir(to, { recursive: true });
  await writeFile(join(to, modelFile), alone);
  const cardAlone: ModelCard = { ...card, id: modelId(alone), heads };
  await writeFile(join(to, cardFile), `${JSON.stringify(cardAlone)}\n`);
}
