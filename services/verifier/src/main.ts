import { join } from 'node:path';
import { detectedTopic, verifiedTopic } from '@ballast/document';
import { serve, trustOf } from '@ballast/host';
import type { StageService } from '@ballast/host';
import { verify } from '@ballast/verify';
import type { FirstSeenIndex } from '@ballast/verify';
import { openLmdbIndex } from '@ballast/verify/lmdb';
import { openPipelineSandbox } from './sandbox.ts';

/** The verifier: reads what the detector wrote, writes every document with its verdict to one topic. */
export const verifier: StageService = {
  name: 'verifier',
  reads: (topic) => topic === detectedTopic,
  route: () => verifiedTopic,
  async open(context) {
    const index = withFailPoints(
      await openLmdbIndex(join(context.stateDir, 'first-seen'), { table: context.tableId }),
      context.topics.failAt,
    );
    const sandbox = await openPipelineSandbox(context.pipeline.verify, context.logger);
    const { verify: pipeline } = context.pipeline;
    return {
      stage: verify({ pipeline, index, sandbox, trustOf: trustOf(context) }),
      close: () => index.close(),
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

if (import.meta.main) process.exitCode = await serve([verifier], process.argv.slice(2));
