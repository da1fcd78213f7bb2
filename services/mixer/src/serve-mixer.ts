import { join } from 'node:path';
import type { Pipeline } from '@ballast/document';
import { loadPipeline, openReplica, overridesOf, serveProcess } from '@ballast/host';
import type { ServiceProcess } from '@ballast/host';
import type { DealtTopics, OpenBroker } from '@ballast/stage';
import { readMixerFlags, usage } from './flags.ts';
import type { MixerFlags } from './flags.ts';
import { mixerTopics } from './mixer-topics.ts';
import type { OverBrokers } from './over-brokers.ts';

interface Serving extends ServiceProcess {
  readonly flags: MixerFlags;
  readonly pipeline: Pipeline;
}

/** Runs the mixer as a process until SIGTERM; resolves to the exit status. `ballast run mixer` is this. */
export async function serveMixer(
  args: readonly string[],
  openBroker: OpenBroker<DealtTopics>,
): Promise<number> {
  return await serveProcess('mixer', usage, () => {
    const flags = readMixerFlags(args);
    if (flags === 'help') return 'help';
    const pipeline = loadPipeline(flags.config, overridesOf({ brokers: flags.brokers }));
    const isOverBrokers = pipeline.kafka.brokers.length > 0;
    return {
      port: flags.port,
      run: (context) => {
        const serving = { ...context, flags, pipeline };
        return isOverBrokers ? overBrokers(serving, openBroker) : overTopics(serving);
      },
    };
  });
}

/** The table is loaded when the brokers know that this process is here: others wait for that. */
async function overBrokers(serving: Serving, openBroker: OpenBroker<DealtTopics>): Promise<void> {
  const { flags, pipeline, logger, metrics, signal } = serving;
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

async function overTopics({ flags, pipeline, logger, metrics, signal, onOpen }: Serving): Promise<void> {
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
