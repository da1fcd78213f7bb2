import type { Pipeline } from '@ballast/document';
import { BallastError } from '@ballast/stage';
import type { OpenBroker, Topics } from '@ballast/stage';
import { openTopics } from '@ballast/stage/embedded';
import { openReplica, overridesOf } from './broker.ts';
import { loadPipeline } from './config.ts';
import { hostErrors } from './errors.ts';
import { formatError, exitCodeOf } from './format-error.ts';
import { hostStage } from './host.ts';
import { createLogger } from './log.ts';
import type { Logger } from './log.ts';
import { createMetrics } from './metrics.ts';
import type { Metrics } from './metrics.ts';
import { partitionsOf, readServeFlags, usage } from './serve-flags.ts';
import type { ServeFlags } from './serve-flags.ts';
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
  try {
    const flags = readServeFlags(name, args);
    if (flags === 'help') {
      process.stderr.write(`${name} ${usage}`);
      return 0;
    }
    const pipeline = loadPipeline(flags.config, overridesOf(flags));
    const logger = createLogger(name);
    const metrics = createMetrics();
    let isReady = (): boolean => false;
    const status = await hostStage({
      name,
      metrics,
      logger,
      ready: () => isReady(),
      ...(flags.port === undefined ? {} : { port: flags.port }),
      run: async (signal) => {
        await using opened = await openService(services, { flags, pipeline, logger, metrics, openBroker });
        const { topics, tableId, partitions } = opened;
        const work = runServices(
          services,
          { pipeline, topics, stateDir: flags.state, tableId, logger },
          {
            signal,
            ...(partitions === undefined ? {} : { partitions }),
            observe: metrics.recordBatch,
            onOpen: () => (isReady = opened.ready),
          },
        );
        await Promise.race([work, opened.failed]);
      },
    });
    return endSoon(status);
  } catch (error) {
    process.stderr.write(formatError(error));
    return exitCodeOf(error);
  }
}

/**
 * The exit status, handed on. What still runs a second later (a batch that did not drain, a connection
 * that does not close) is cut off: everything acked is durable, and the process must not keep its
 * supervisor from the restart that goes on where the last ack was.
 */
export function endSoon(status: number): number {
  setTimeout(() => process.exit(status), 1_000).unref();
  return status;
}

interface OpenedService extends AsyncDisposable {
  readonly topics: Topics;
  readonly tableId: string;
  /** Undefined: all, or those the broker deals out. */
  readonly partitions: readonly number[] | undefined;
  readonly ready: () => boolean;
  readonly failed: Promise<never>;
}

interface ServiceOpening {
  readonly flags: ServeFlags;
  readonly pipeline: Pipeline;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly openBroker: OpenBroker;
}

async function openService(
  services: Services,
  { flags, pipeline, logger, metrics, openBroker }: ServiceOpening,
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
