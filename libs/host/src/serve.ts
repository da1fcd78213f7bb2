import type { Pipeline } from '@ballast/document';
import { BallastError } from '@ballast/stage';
import type { OpenBroker, Topics } from '@ballast/stage';
import { openTopics } from '@ballast/stage/embedded';
import { openReplica, overridesOf } from './broker.ts';
import { loadPipeline } from './config.ts';
import { hostErrors } from './errors.ts';
import { partitionsOf, readServeFlags, usage } from './serve-flags.ts';
import type { ServeFlags } from './serve-flags.ts';
import { serveProcess } from './service-process.ts';
import type { ServiceProcess } from './service-process.ts';
import { groupOf, runServices } from './service.ts';
import type { StageService } from './service.ts';

type Services = readonly [StageService, ...StageService[]];

/**
 * Runs services as a process until SIGTERM, joined into one loop; resolves to the exit status. The
 * service's own main.ts and `ballast run STAGE` are both this. It runs over brokers when any are named,
 * else over the embedded topics.
 */
export async function serve(
  services: Services,
  args: readonly string[],
  openBroker: OpenBroker,
): Promise<number> {
  const name = groupOf(services);
  return await serveProcess(name, usage, () => {
    const flags = readServeFlags(name, args);
    if (flags === 'help') return 'help';
    const pipeline = loadPipeline(flags.config, overridesOf(flags));
    return {
      port: flags.port,
      run: (context) => runServed(services, { flags, pipeline, openBroker }, context),
    };
  });
}

async function runServed(services: Services, serving: Serving, context: ServiceProcess): Promise<void> {
  const { logger, metrics, signal, onOpen } = context;
  await using opened = await openService(services, serving, context);
  const { topics, tableId, partitions } = opened;
  const work = runServices(
    services,
    { pipeline: serving.pipeline, topics, stateDir: serving.flags.state, tableId, logger, metrics },
    {
      signal,
      ...(partitions === undefined ? {} : { partitions }),
      observe: metrics.recordBatch,
      onOpen: () => onOpen(opened.ready),
    },
  );
  await Promise.race([work, opened.failed]);
}

interface OpenedService extends AsyncDisposable {
  readonly topics: Topics;
  readonly tableId: string;
  /** Undefined: all, or those the broker deals out. */
  readonly partitions: readonly number[] | undefined;
  readonly ready: () => boolean;
  readonly failed: Promise<never>;
}

interface Serving {
  readonly flags: ServeFlags;
  readonly pipeline: Pipeline;
  readonly openBroker: OpenBroker;
}

async function openService(
  services: Services,
  { flags, pipeline, openBroker }: Serving,
  { logger, metrics }: ServiceProcess,
): Promise<OpenedService> {
  if (pipeline.kafka.brokers.length === 0) {
    const topics = await openTopics(flags.state);
    return {
      topics,
      tableId: topics.tableId ?? '',
      partitions: partitionsOf(flags.partitions, topics.partitions),
      ready: () => true,
      failed: new Promise(() => undefined),
      [Symbol.asyncDispose]: () => topics.close(),
    };
  }
  if (flags.partitions !== undefined) {
    throw new BallastError(hostErrors.usage, '--partitions: over brokers the consumer group deals them out');
  }
  const replica = await openReplica(openBroker, {
    group: groupOf(services),
    pipeline,
    stateDir: flags.state,
    reads: services[0].reads,
    writes: (services.at(-1) ?? services[0]).writes,
    insecure: flags.insecure,
    logger,
    metrics,
  });
  return {
    topics: replica.topics,
    tableId: replica.clusterId,
    partitions: undefined,
    ready: replica.ready,
    failed: replica.failed,
    [Symbol.asyncDispose]: () => replica[Symbol.asyncDispose](),
  };
}
