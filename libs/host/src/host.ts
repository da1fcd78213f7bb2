import { constants } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { BallastError } from '@ballast/stage';
import type { FastifyInstance } from 'fastify';
import { hostErrors, listenError } from './errors.ts';
import { exitCodeOf, formatError } from './format-error.ts';
import { healthServer } from './health.ts';
import type { Logger } from './log.ts';
import type { Metrics } from './metrics.ts';

/** What {@link hostStage} runs, and where. */
export interface HostOptions {
  /** Name of the stage or service, for the log. */
  readonly name: string;
  /** The work. Ends by itself, or soon after the signal aborts, with everything acked that it wrote. */
  readonly run: (signal: AbortSignal) => Promise<void>;
  /** True while the process takes work; asked by `/health/ready`. */
  readonly ready: () => boolean;
  /** Port of the health and metrics pages; 0 takes a free one. Default: BALLAST_PORT, else 0. */
  readonly port?: number;
  /** Address they listen on. Default: BALLAST_ADDRESS, else loopback only. */
  readonly address?: string;
  readonly metrics: Metrics;
  readonly logger: Logger;
  /** Longest wait for the work to end after a stop signal, in milliseconds. */
  readonly drainMsMax?: number;
  /** Where an error for the user is printed; standard error by default. */
  readonly stderr?: { write(text: string): unknown };
}

/** Exit status when the work did not drain in time (EX_TEMPFAIL): nothing is lost, the rest is replayed. */
const exitNotDrained = 75;

/**
 * Runs one stage as a process and resolves to its exit status: 0 when the work ended or drained after
 * SIGTERM or SIGINT, 75 when it did not drain in time, 128 + n at a second signal, a BallastError's own
 * status with message and fix on standard error, 70 for a bug (logged). Never rejects.
 */
export async function hostStage(options: HostOptions): Promise<number> {
  const stop = new AbortController();
  using signals = new StopSignals((signal) => {
    options.logger.info({ signal }, 'stopping: no new work, finishing what was begun');
    stop.abort(new DOMException(`stopped by ${signal}`, 'AbortError'));
  });
  const server = healthServer(() => !stop.signal.aborted && options.ready(), options.metrics);
  try {
    await listen(server, options);
    const crashed = Promise.race([signals.uncaught, signals.second]);
    const work = options.run(stop.signal).then(
      () => 0,
      (error: unknown) => {
        if (stop.signal.aborted && isAbort(error)) return 0;
        throw error;
      },
    );
    return await Promise.race([work, crashed, drainTimeout(stop.signal, options)]);
  } catch (error) {
    return report(error, options);
  } finally {
    await server
      .close()
      .catch((error: unknown) => options.logger.warn({ err: error }, 'health pages did not close'));
  }
}

async function listen(server: FastifyInstance, options: HostOptions): Promise<void> {
  const port = options.port ?? Number(process.env['BALLAST_PORT'] ?? 0);
  const host = options.address ?? process.env['BALLAST_ADDRESS'] ?? '127.0.0.1';
  try {
    const url = await server.listen({ port, host });
    options.logger.info({ stage: options.name, url: `${url}/metrics` }, 'started');
  } catch (error) {
    throw listenError(options.name, host, port, error);
  }
}

async function drainTimeout(signal: AbortSignal, options: HostOptions): Promise<number> {
  const drainMsMax = options.drainMsMax ?? 10_000;
  await aborted(signal);
  await delay(drainMsMax, undefined, { ref: false });
  options.logger.warn(
    { drainMsMax },
    'not drained in time: what was not acked is replayed at the next start',
  );
  return exitNotDrained;
}

function report(error: unknown, options: HostOptions): number {
  if (error instanceof BallastError) (options.stderr ?? process.stderr).write(formatError(error));
  else options.logger.fatal({ err: error }, hostErrors.bug.fix);
  return exitCodeOf(error);
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** Listens to the process while a stage runs; disposing takes the listeners away again. */
class StopSignals implements Disposable {
  readonly #uncaught = Promise.withResolvers<never>();
  readonly #second = Promise.withResolvers<number>();
  readonly #onFirst: (signal: NodeJS.Signals) => void;
  #isStopping = false;

  constructor(onFirst: (signal: NodeJS.Signals) => void) {
    this.#onFirst = onFirst;
    // Without a listener of its own the rejection would itself be an uncaught one once the race is over.
    this.uncaught.catch(() => {});
    process.on('SIGTERM', this.#onSignal);
    process.on('SIGINT', this.#onSignal);
    process.on('uncaughtException', this.#onUncaught);
  }

  /** Rejects with an exception that nobody caught. */
  get uncaught(): Promise<never> {
    return this.#uncaught.promise;
  }

  /** Resolves to 128 + n when the user asks a second time. */
  get second(): Promise<number> {
    return this.#second.promise;
  }

  readonly #onSignal = (signal: NodeJS.Signals): void => {
    if (this.#isStopping) this.#second.resolve(128 + constants.signals[signal]);
    else this.#onFirst(signal);
    this.#isStopping = true;
  };

  readonly #onUncaught = (error: unknown): void => this.#uncaught.reject(error);

  [Symbol.dispose](): void {
    process.off('SIGTERM', this.#onSignal);
    process.off('SIGINT', this.#onSignal);
    process.off('uncaughtException', this.#onUncaught);
  }
}
