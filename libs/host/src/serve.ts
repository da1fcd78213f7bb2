import { openTopics } from '@ballast/stage/embedded';
import { loadPipeline } from './config.ts';
import { formatError, exitCodeOf } from './format-error.ts';
import { hostStage } from './host.ts';
import { createLogger } from './log.ts';
import { createMetrics } from './metrics.ts';
import { partitionsOf, readServeFlags, usage } from './serve-flags.ts';
import { runServices } from './service.ts';
import type { StageService } from './service.ts';

/**
 * Runs services as a process until SIGTERM, joined into one loop; resolves to the exit status. The
 * service's own main.ts and `ballast run STAGE` are both this.
 */
export async function serve(
  services: readonly [StageService, ...StageService[]],
  args: readonly string[],
): Promise<number> {
  const name = services.map((service) => service.name).join('+');
  try {
    const flags = readServeFlags(name, args);
    if (flags === 'help') {
      process.stderr.write(`${name} ${usage}`);
      return 0;
    }
    const pipeline = loadPipeline(flags.config);
    const logger = createLogger(name);
    const metrics = createMetrics();
    await using topics = await openTopics(flags.state);
    const context = { pipeline, topics, stateDir: flags.state, tableId: topics.tableId ?? '', logger };
    const partitions = partitionsOf(flags.partitions, topics.partitions);
    let isReady = false;
    return await hostStage({
      name,
      metrics,
      logger,
      ready: () => isReady,
      ...(flags.port === undefined ? {} : { port: flags.port }),
      run: async (signal) => {
        isReady = true;
        await runServices(services, context, {
          signal,
          ...(partitions === undefined ? {} : { partitions }),
          observe: metrics.recordBatch,
        });
      },
    });
  } catch (error) {
    process.stderr.write(formatError(error));
    return exitCodeOf(error);
  }
}
