import { parseArgs } from 'node:util';
import { openTopics } from '@ballast/stage/embedded';
import { loadPipeline } from './config.ts';
import { formatError, exitCodeOf } from './format-error.ts';
import { hostStage } from './host.ts';
import { createLogger } from './log.ts';
import { createMetrics } from './metrics.ts';
import { runServices } from './service.ts';
import type { StageService } from './service.ts';

const usage = `usage: --state DIR [--config pipeline.yaml] [--partitions 0,1,…] [--port N]

  --state       folder of the embedded topics (DIR/_state of a table)
  --config      pipeline.yaml; default: every default
  --partitions  partitions this process works on; default: all
  --port        port of /health/live, /health/ready and /metrics; default: any free one
`;

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
    const { values } = parseArgs({
      args: [...args],
      options: {
        state: { type: 'string' },
        config: { type: 'string' },
        partitions: { type: 'string' },
        port: { type: 'string' },
        help: { type: 'boolean' },
      },
    });
    if (values.help === true || values.state === undefined) {
      process.stderr.write(`${name} ${usage}`);
      return values.help === true ? 0 : 2;
    }
    const pipeline = loadPipeline(values.config);
    const logger = createLogger(name);
    const metrics = createMetrics();
    await using topics = await openTopics(values.state);
    const context = { pipeline, topics, stateDir: values.state, tableId: topics.tableId ?? '', logger };
    const partitions = values.partitions?.split(',').map(Number);
    let isReady = false;
    return await hostStage({
      name,
      metrics,
      logger,
      ready: () => isReady,
      ...(values.port === undefined ? {} : { port: Number(values.port) }),
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
