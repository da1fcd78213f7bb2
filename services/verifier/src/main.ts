import { detectedTopic, verifiedTopic } from '@ballast/document';
import { serve } from '@ballast/host';
import type { StageService } from '@ballast/host';
import { openOnBrokers } from '@ballast/kafka';

/** The verifier: reads what the detector wrote, writes every document with its verdict to one topic. */
export const verifier: StageService = {
  name: 'verifier',
  reads: (topic) => topic === detectedTopic,
  writes: [verifiedTopic],
  route: () => verifiedTopic,
  async open(context) {
    // Loaded when the brokers know that this process is here: others wait for that, not for the index.
    const { openVerifier } = await import('./open-verifier.ts');
    return await openVerifier(context);
  },
};

if (import.meta.main) process.exitCode = await serve([verifier], process.argv.slice(2), openOnBrokers);
