import { identifyLanguage } from '@ballast/detect/language';
import { trustOf } from '@ballast/host';
import type { OpenedStage, StageContext } from '@ballast/host';
import { verify } from '@ballast/verify';
import type { FirstSeenIndex } from '@ballast/verify';
import { openPipelineBenchmarks } from './benchmarks.ts';
import { openPipelineIndex } from './first-seen-index.ts';
import { openPipelineSandbox } from './sandbox.ts';

/** The verifier's stage with its index, its sandbox and its benchmarks. Throws what those throw. */
export async function openVerifier(context: StageContext): Promise<OpenedStage> {
  const { verify: pipeline } = context.pipeline;
  const index = withFailPoints(
    await openPipelineIndex(pipeline, context.stateDir, context.tableId),
    context.topics.failAt,
  );
  const sandbox = await openPipelineSandbox(pipeline, context.logger);
  const benchmarks = await openPipelineBenchmarks(pipeline, context.logger);
  return {
    stage: verify({ pipeline, index, sandbox, benchmarks, identifyLanguage, trustOf: trustOf(context) }),
    close: async () => {
      await sandbox?.close();
      await index.close();
    },
  };
}

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
