import { lanes, refusals, topicOf, verifiedTopic } from '@ballast/document';
import { serve } from '@ballast/host';
import type { StageService } from '@ballast/host';
import { openOnBrokers } from '@ballast/kafka';
import { oversample, route } from '@ballast/oversample';
import { readReference } from './reference.ts';

export { readReference } from './reference.ts';

/** The oversampler, the only router: writes the lanes and the topics of what is refused. */
export const oversampler: StageService = {
  name: 'oversampler',
  reads: (topic) => topic === verifiedTopic,
  writes: [...lanes, ...refusals].map(topicOf),
  route,
  async open({ pipeline: { oversampler: pipeline } }) {
    const reference = await readReference(pipeline.reference);
    return { stage: oversample({ pipeline, reference }), close: async () => undefined };
  },
};

if (import.meta.main) process.exitCode = await serve([oversampler], process.argv.slice(2), openOnBrokers);
