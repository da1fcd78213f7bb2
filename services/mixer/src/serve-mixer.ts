import { join } from 'node:path';
import type { Pipeline } from '@ballast/document';
import {
  createLogger,
  createMetrics,
  endSoon,
  exitCodeOf,
  formatError,
  hostStage,
  loadPipeline,
  openReplica,
  overridesOf,
} from '@ballast/host';
import type { Logger, Metrics } from '@ballast/host';
import type { DealtTopics, OpenBroker } from '@ballast/stage';
import { readMixerFlags } from './flags.ts';
import type { MixerFlags } from './flags.ts';
import { mixerTopics } from './mixer-topics.ts';
import type { OverBrokers } from './over-brokers.ts';

interface Serving {
  readonly flags: MixerFlags;
  readonly pipeline: Pipeline;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Told how readiness is asked once the mixer works. */
  readonly onOpen: (ready: () => boolean) => void;
}

/** Runs the mixer as a process until SIGTERM; resolves to the exit status. `ballast run mixer` is this. */
export async function serveMixer(
  args: readonly string[],
  openBroker: OpenBroker<DealtTopics>,
): Promise<number> {
  try {
    const flags = readMixerFlags(args);
    const pipeline = loadPipeline(flags.config, overridesOf({ brokers: flags.brokers }));
    const [logger, metrics] = [createLogger('mixer'), createMetrics()];
    let isReady = (): boolean => false;
    const onOpen = (ready: () => boolean): void => void (isReady = ready);
    const serving = { flags, pipeline, logger, metrics, onOpen };
    const status = await hostStage({
      name: 'mixer',
      metrics,
      logger,
      run: (signal) =>
        pipeline.kafka.brokers.length > 0
          ? overBrokers(serving, openBroker, signal)
          : overTopics(serving, signal),
      ready: () => isReady(),
      ...(flags.port === undefined ? {} : { port: flags.port }),
    });
    return endSoon(status);
  } catch (error) {
    process.stderr.write(formatError(error));
    return exitCodeOf(error);
  }
}

/** The table is loaded when the brokers know that this process is here: others wait for that. */
async function overBrokers(
  serving: Serving,
  openBroker: OpenBroker<DealtTopics>,
  signal: AbortSignal,
): Promise<void> {
  const { flags, pipeline, logger, metrics } = serving;
  const opened = Promise.withResolvers<Parameters<OverBrokers['onTable']>[0]>();
  await using replica = await openReplica(openBroker, {
    group: 'mixer',
    pipeline,
    stateDir: flags.state ?? join(flags.table, '_state'),
    reads: (topic) => mixerTopics.includes(topic),
    writes: [],
    insecure: flags.insecure,
    logger,
    metrics,
    places: async () => (await opened.promise)(),
  });
  const { mixOverBrokers } = await import('./over-brokers.ts');
  await mixOverBrokers({ ...serving, onTable: opened.resolve }, replica, signal);
}

async function overTopics({ flags, pipeline, logger, metrics, onOpen }: Serving, signal: AbortSignal) {
  const [{ openDataset }, { startMixer }] = await Promise.all([import('./dataset.ts'), import('./mixer.ts')]);
  await using dataset = await openDataset(flags.table, pipeline, { state: flags.state });
  const mixer = await startMixer({
    pipeline,
    topics: dataset.topics,
    root: flags.table,
    logger,
    signal,
    ended: () => false,
    observe: metrics.recordBatch,
  });
  onOpen(() => true);
  await mixer.done;
}
