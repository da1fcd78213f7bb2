import { detect } from '@ballast/detect';
import { trustOf } from '@ballast/host';
import type { OpenedStage, StageContext } from '@ballast/host';
import { readCanaries } from './canaries.ts';
import { openCanaryFile } from './canary-file.ts';
import { watchFamilies } from './families.ts';
import { openModels } from './models.ts';
import { openProbes } from './probes.ts';
import { readSources } from './sources.ts';

export { openModels, openProbes, readCanaries, readSources };

/** The detector's stage with its models, canaries, probes and sources. Throws what those throw. */
export async function openDetector(context: StageContext): Promise<OpenedStage> {
  const { detector: pipeline } = context.pipeline;
  const { logger, metrics } = context;
  const scorer = await openModels(pipeline, logger);
  const { canaries, renew } = await openCanaryFile(pipeline.canaries, { logger, metrics });
  const probes = await openProbes(pipeline);
  const sources = await readSources(context.pipeline);
  const store = context.topics.published;
  return {
    stage: detect({
      scorer,
      pipeline,
      sources,
      canaries,
      probes,
      store,
      trustOf: trustOf(context),
      // A run over files ends soon, shows the families in its summary, and keeps the canaries it began with.
      ...(metrics === undefined
        ? {}
        : { renewCanaries: renew, onEstimates: watchFamilies({ logger, metrics }) }),
    }),
    close: () => scorer.close(),
  };
}
