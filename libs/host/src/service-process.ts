import { exitCodeOf, formatError } from './format-error.ts';
import { hostStage } from './host.ts';
import { createLogger } from './log.ts';
import type { Logger } from './log.ts';
import { createMetrics } from './metrics.ts';
import type { Metrics } from './metrics.ts';

/** What a service's process works with. */
export interface ServiceProcess {
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Aborts when the process is asked to stop: what is in hand is finished. */
  readonly signal: AbortSignal;
  /** Told how readiness is asked, once work is taken; until then the process is not ready. */
  readonly onOpen: (ready: () => boolean) => void;
}

/** A service as its flags ask for it. */
export interface ServiceWork {
  readonly port: number | undefined;
  readonly run: (process: ServiceProcess) => Promise<void>;
}

/**
 * Runs a service as a process until SIGTERM; resolves to the exit status. `read` reads the flags: with `help`
 * the usage is printed, and what it throws ends the process before anything is opened.
 */
export async function serveProcess(
  name: string,
  usage: string,
  read: () => ServiceWork | 'help',
): Promise<number> {
  try {
    const work = read();
    if (work === 'help') {
      process.stderr.write(`${name} ${usage}`);
      return 0;
    }
    const [logger, metrics] = [createLogger(name), createMetrics()];
    let isReady = (): boolean => false;
    const onOpen = (ready: () => boolean): void => void (isReady = ready);
    const status = await hostStage({
      name,
      metrics,
      logger,
      ready: () => isReady(),
      run: (signal) => work.run({ logger, metrics, signal, onOpen }),
      ...(work.port === undefined ? {} : { port: work.port }),
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
function endSoon(status: number): number {
  setTimeout(() => process.exit(status), 1_000).unref();
  return status;
}
