import { detectedTopic, isIngestTopic } from '@ballast/document';
import { serve, trustOf } from '@ballast/host';
import type { StageService } from '@ballast/host';
import { openOnBrokers } from '@ballast/kafka';
import { readCanaries } from './canaries.ts';
import { openModels } from './models.ts';
import { openProbes } from './probes.ts';
import { readSources } from './sources.ts';

export { readCanaries } from './canaries.ts';
export { openModels, shippedModel } from './models.ts';
export { openProbes } from './probes.ts';
export { readSources } from './sources.ts';

/** The detector: reads ingest topics, writes every document with its verdict to one topic. */
export const detector: StageService = {
  name: 'detector',
  reads: isIngestTopic,
  writes: [detectedTopic],
  route: () => detectedTopic,
  async open(context) {
    // Loaded when the brokers know that this process is here: others wait for that, not for the model.
    const { detect } = await import('@ballast/detect');
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
  },
};

if (import.meta.main) process.exitCode = await serve([detector], process.argv.slice(2), openOnBrokers);
