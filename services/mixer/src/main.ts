import { createLogger, createMetrics, exitCodeOf, formatError, hostStage, loadPipeline } from '@ballast/host';
import { openDataset } from './dataset.ts';
import { readMixerFlags } from './flags.ts';
import { startMixer } from './mixer.ts';

export { openDataset } from './dataset.ts';
export type { Dataset } from './dataset.ts';
export { startMixer } from './mixer.ts';
export type { MixerContext, MixerOffsets, RunningMixer } from './mixer.ts';

/** Runs the mixer as a process until SIGTERM; resolves to the exit status. `ballast run mixer` is this. */
export async function serveMixer(args: readonly string[]): Promise<number> {
  try {
    const { table, state, config, port } = readMixerFlags(args);
    const pipeline = loadPipeline(config);
    const [logger, metrics] = [createLogger('mixer'), createMetrics()];
    await using dataset = await openDataset(table, pipeline, { state });
    const { topics } = dataset;
    const run = async (signal: AbortSignal): Promise<void> => {
      const mixer = await startMixer({
        pipeline,
        topics,
        root: table,
        logger,
        signal,
        ended: () => false,
        observe: metrics.recordBatch,
      });
      await mixer.done;
    };
    return await hostStage({
      name: 'mixer',
      metrics,
      logger,
      run,
      ready: () => true,
      ...(port === undefined ? {} : { port }),
    });
  } catch (error) {
    process.stderr.write(formatError(error));
    return exitCodeOf(error);
  }
}

if (import.meta.main) process.exitCode = await serveMixer(process.argv.slice(2));
