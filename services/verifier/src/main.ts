import { detectedTopic, verifiedTopic } from '@ballast/document';
import { serve, trustOf } from '@ballast/host';
import type { StageService } from '@ballast/host';
import { openOnBrokers } from '@ballast/kafka';
import { verify } from '@ballast/verify';
import type { FirstSeenIndex } from '@ballast/verify';
import { openPipelineBenchmarks } from './benchmarks.ts';
import { openPipelineIndex } from './first-seen-index.ts';
import { openPipelineSandbox } from './sandbox.ts';

/** The verifier: reads what the detector wrote, writes every document with its verdict to one topic. */
export const verifier: StageService = {
  name: 'verifier',
  reads: (topic) => topic === detectedTopic,
  writes: [verifiedTopic],
  route: () => verifiedTopic,
  async open(context) {
    const index = withFailPoints(
      await openPipelineIndex(context.pipeline.verify, context.stateDir, context.tableId),
      context.topics.failAt,
    );
    const sandbox = await openPipelineSandbox(context.pipeline.verify, context.logger);
    const benchmarks = await openPipelineBenchmarks(context.pipeline.verify, context.logger);
    const { verify: pipeline } = context.pipeline;
    return {
      stage: verify({ pipeline, index, sandbox, benchmarks, trustOf: trustOf(context) }),
      close: async () => {
        await sandbox?.close();
        await index.close();
      },
    };
  },
};

/** Lets crash tests end the process on either side of the index transaction. */
function withFailPoints(index: FirstSeenIndex, failAt: (point: string) => void): FirstSeenIndex {
  return {
    ...index,
    decide: async (candidates) => {
      failAt('decide:before');
      const outcomes = await index.decide(candidates);
      failAt('decide:flushed');
      return outcomes;
    },
  };
}

if (import.meta.main) process.exitCode = await serve([verifier], process.argv.slice(2), openOnBrokers);
