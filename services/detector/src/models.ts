import { fileURLToPath } from 'node:url';
import { openScorer } from '@ballast/detect/onnx';
import type { Scorer } from '@ballast/detect';
import type { Pipeline } from '@ballast/document';
import type { Logger } from '@ballast/host';

/** Folder of the model that ships with Ballast. */
const shippedModel = fileURLToPath(new URL('../../../libs/detect/model', import.meta.url));

/**
 * Opens the models that the configuration names: the shipped one by default, with the second stage behind
 * it where there is one, whose trouble goes to the log. Everything that scores text for one table must use
 * the same ones. Throws BALLAST_DETECT_MODEL_* and BALLAST_DETECT_SECOND_*.
 */
export async function openModels(
  { model, second }: Pick<Pipeline['detector'], 'model' | 'second'>,
  logger: Pick<Logger, 'info' | 'warn' | 'error'>,
): Promise<Scorer> {
  const first = await openScorer(model ?? shippedModel);
  if (second === undefined) return first;
  try {
    const { withSecond } = await import('@ballast/detect/second');
    const [low = 0, high = 1] = second.band;
    return await withSecond(first, {
      ...second,
      band: [low, high],
      report: ({ level, message, fields }) => logger[level](fields, message),
    });
  } catch (error) {
    await first.close();
    throw error;
  }
}
