import { canaryStatus, sourceRegistry } from '@ballast/detect';
import type { CanaryStatus, PublishedReader } from '@ballast/detect';
import { openModels, readCanaries, readSources } from '@ballast/detector/open';
import type { Pipeline } from '@ballast/document';
import { createLogger } from '@ballast/host';

/**
 * Scores the configured canaries and says how every family stands over the arrivals that the published
 * values know. Publishes nothing. Throws what canaries and model throw.
 */
export async function statusOfCanaries(pipeline: Pipeline, store: PublishedReader): Promise<CanaryStatus> {
  const { detector } = pipeline;
  const canaries = await readCanaries(detector.canaries);
  const registry = sourceRegistry(await readSources(pipeline));
  const scorer = await openModels(detector, createLogger('canaries'));
  try {
    return await canaryStatus({
      scorer,
      canaries,
      registry,
      batch: detector.batch,
      tau: detector.tau,
      store,
    });
  } finally {
    await scorer.close();
  }
}
