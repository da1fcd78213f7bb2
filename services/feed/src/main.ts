import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { createLogger, createMetrics, exitCodeOf, formatError, hostStage } from '@ballast/host';
import { startFeed } from './server.ts';

/** Serves the table of `--table DIR` until SIGTERM; resolves to the exit status. */
async function main(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: { table: { type: 'string' }, port: { type: 'string' } },
  });
  if (values.table === undefined) {
    process.stderr.write('usage: ballast-feed --table DIR [--port N]\n');
    return 2;
  }
  const feed = await startFeed({ root: values.table, port: Number(values.port ?? 0) });
  const logger = createLogger('feed');
  logger.info({ url: `${feed.url}shards` }, 'serving committed shards');
  const untilStopped = async (signal: AbortSignal): Promise<void> => {
    if (!signal.aborted) await once(signal, 'abort');
    await feed.close();
  };
  return hostStage({ name: 'feed', run: untilStopped, ready: () => true, metrics: createMetrics(), logger });
}

if (import.meta.main) {
  process.exitCode = await main(process.argv.slice(2)).catch((error: unknown) => {
    process.stderr.write(formatError(error));
    return exitCodeOf(error);
  });
}
