import { detect } from '@ballast/detect';
import { trustOf } from '@ballast/host';
import type { OpenedStage, StageContext } from '@ballast/host';
import { readCanaries } from './canaries.ts';
import { openModels } from './models.ts';
import { openProbes } from './probes.ts';
import { readSources } from './sources.ts';

export { openModels, openProbes, readCanaries, readSources };

/** The detector's stage with its models, canaries, probes and sources. Throws what those throw. */
export async function openDetector(context: StageContext): Promise<OpenedStage> {
  const { detector: pipeline } = context.pipeline;
  const scorer = await openModels(pipeline, context.logger);
  const canaries = await readCanaries(pipeline.canaries);
  const probes = await openProbes(pipeline);
  const sources = await readSources(context.pipeline);
  const store = context.topics.published;
  return {
    stage: detect({ scorer, pipeline, sources, canaries, probes, store, trustOf: trustOf(context) }),
    close: () => scorer.close(),
  };
}
