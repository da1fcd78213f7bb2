import { detectedTopic, isIngestTopic } from '@ballast/document';
import { serve } from '@ballast/host';
import type { StageService } from '@ballast/host';
import { openOnBrokers } from '@ballast/kafka';

/** The detector: reads ingest topics, writes every document with its verdict to one topic. */
export const detector: StageService = {
  name: 'detector',
  reads: isIngestTopic,
  writes: [detectedTopic],
  route: () => detectedTopic,
  async open(context) {
    // Loaded when the brokers know that this process is here: others wait for that, not for the model.
    const { openDetector } = await import('./open-detector.ts');
    return await openDetector(context);
  },
};

if (import.meta.main) process.exitCode = await serve([detector], process.argv.slice(2), openOnBrokers);
