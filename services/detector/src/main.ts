import { fileURLToPath } from 'node:url';
import { detect } from '@ballast/detect';
import { openScorer } from '@ballast/detect/onnx';
import { detectedTopic, isIngestTopic } from '@ballast/document';
import { serve, trustOf } from '@ballast/host';
import type { StageService } from '@ballast/host';
import { openOnBrokers } from '@ballast/kafka';
import { readCanaries } from './canaries.ts';

export { readCanaries } from './canaries.ts';

/** Folder of the model that ships with Ballast. */
export const shippedModel = fileURLToPath(new URL('../../../libs/detect/model', import.meta.url));

/** The detector: reads ingest topics, writes every document with its verdict to one topic. */
export const detector: StageService = {
  name: 'detector',
  reads: isIngestTopic,
  writes: [detectedTopic],
  route: () => detectedTopic,
  async open(context) {
    const { detector: pipeline, sources } = context.pipeline;
    const scorer = await openScorer(pipeline.model ?? shippedModel);
    const canaries = await readCanaries(pipeline.canaries);
    const store = context.topics.published;
    return {
      stage: detect({ scorer, pipeline, sources, canaries, store, trustOf: trustOf(context) }),
      close: () => scorer.close(),
    };
  },
};

if (import.meta.main) process.exitCode = await serve([detector], process.argv.slice(2), openOnBrokers);
