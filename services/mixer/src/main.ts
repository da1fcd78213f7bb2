import {
  createLogger,
  createMetrics,
  endSoon,
  exitCodeOf,
  formatError,
  hostStage,
  loadPipeline,
  overridesOf,
} from '@ballast/host';
import { openOnBrokers } from '@ballast/kafka';
import type { DealtTopics, OpenBroker } from '@ballast/stage';
import { openDataset } from './dataset.ts';
import { readMixerFlags } from './flags.ts';
import { startMixer } from './mixer.ts';
import { mixOverBrokers } from './over-brokers.ts';

export { openDataset } from './dataset.ts';
export type { Dataset } from './dataset.ts';
export { startMixer } from './mixer.ts';
export type { MixerContext, MixerOffsets, RunningMixer } from './mixer.ts';

/** Runs the mixer as a process until SIGTERM; resolves to the exit status. `ballast run mixer` is this. */
export async function serveMixer(
  args: readonly string[],
  openBroker: OpenBroker<DealtTopics>,
): Promise<number> {
  try {
    const flags = readMixerFlags(args);
    const { table, state, config, port } = flags;
    const pipeline = loadPipeline(config, overridesOf({ brokers: flags.brokers }));
    const [logger, metrics] = [createLogger('mixer'), createMetrics()];
    let isReady = (): boolean => false;
    const onOpen = (ready: () => boolean): void => void (isReady = ready);
    const overTopics = async (signal: AbortSignal): Promise<void> => {
      await using dataset = await openDataset(table, pipeline, { state });
      const { topics } = dataset;
      const observe = metrics.recordBatch;
      const mixer = await startMixer({
        pipeline,
        topics,
        root: table,
        logger,
        signal,
        ended: () => false,
        observe,
      });
      onOpen(() => true);
      await mixer.done;
    };
    const overBrokers = { flags, pipeline, logger, openBroker, metrics, onOpen };
    const status = await hostStage({
      name: 'mixer',
      metrics,
      logger,
      run: (signal) =>
        pipeline.kafka.brokers.length > 0 ? mixOverBrokers(overBrokers, signal) : overTopics(signal),
      ready: () => isReady(),
      ...(port === undefined ? {} : { port }),
    });
    return endSoon(status);
  } catch (error) {
    process.stderr.write(formatError(error));
    return exitCodeOf(error);
  }
}

if (import.meta.main) process.exitCode = await serveMixer(process.argv.slice(2), openOnBrokers);
