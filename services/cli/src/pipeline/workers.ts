import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import type { StageContext } from '@ballast/host';
import { BallastError } from '@ballast/stage';
import { cliErrors } from '../errors.ts';
import { runLoops } from './loops.ts';
import { Tally } from './tally.ts';
import { fromWorkerSchema } from './worker-messages.ts';
import type { ToWorker } from './worker-messages.ts';

/** What all workers are given. */
export type WorkerStart = Omit<Extract<ToWorker, { kind: 'start' }>, 'kind' | 'partitions'>;

/** What runs the three stages of a run: processes that share its partitions, or this process. */
export interface Workers {
  /** Resolves when every worker has ended well; rejects BALLAST_CLI_WORKER_ENDED when one did not, after draining the others. */
  readonly done: Promise<void>;
  /** True once all have ended well. */
  hasEnded(): boolean;
  /** Tells them that no more input will come. */
  end(): void;
  /** Asks them to stop after the delivery in hand. */
  drain(): void;
  /** Counts of all workers so far. */
  tally(): Tally;
  /** CPU time of the worker processes so far, seconds. */
  cpuSeconds(): number;
}

/** Starts `count` workers (at most one per partition); worker i takes the partitions i, i + count, … */
export function startWorkers(count: number, partitions: number, start: WorkerStart): Workers {
  const processes = Math.min(count, partitions);
  let isDraining = false;
  const workers = Array.from({ length: processes }, (_, worker) => {
    const own = Array.from({ length: partitions }, (_, partition) => partition).filter(
      (p) => p % processes === worker,
    );
    return startWorker({ kind: 'start', ...start, partitions: own }, () => isDraining);
  });
  const drain = (): void => {
    isDraining = true;
    workers.forEach((worker) => worker.tell({ kind: 'drain' }));
  };
  let hasEnded = false;
  const done = Promise.all(
    workers.map((worker) =>
      worker.ended.catch((error: unknown) => {
        drain();
        throw error;
      }),
    ),
  ).then(() => {
    hasEnded = true;
  });
  // Whoever awaits `done` sees the rejection; nobody may be awaiting it yet.
  done.catch(() => undefined);
  return {
    done,
    drain,
    hasEnded: () => hasEnded,
    end: () => workers.forEach((worker) => worker.tell({ kind: 'ended' })),
    tally: () => {
      const sum = new Tally();
      for (const worker of workers)
        if (worker.last() !== undefined) sum.add(worker.last()?.tally ?? sum.counts);
      return sum;
    },
    cpuSeconds: () => workers.reduce((sum, worker) => sum + (worker.last()?.cpuMicros ?? 0), 0) / 1e6,
  };
}

function startWorker(start: ToWorker, isDraining: () => boolean) {
  const child = fork(new URL('worker.ts', import.meta.url), { stdio: ['ignore', 2, 2, 'ipc'], execArgv: [] });
  let last: ReturnType<typeof fromWorkerSchema.parse> | undefined;
  child.on('message', (message) => {
    last = fromWorkerSchema.parse(message);
  });
  // A worker that has just ended takes no message; that it ended is seen by its exit.
  const tell = (message: ToWorker): void => void (child.connected && child.send(message, () => undefined));
  tell(start);
  return {
    last: () => last,
    ended: ended(child, isDraining),
    tell,
  };
}

/** Runs the three stages in this process, over all partitions. */
export function startInProcess(context: StageContext): Workers {
  const stop = new AbortController();
  const tally = new Tally();
  let [isEnding, hasEnded] = [false, false];
  const done = runLoops(context, {
    signal: stop.signal,
    until: () => isEnding,
    observe: (report) => tally.observe(report),
  }).then(() => {
    hasEnded = true;
  });
  done.catch(() => undefined);
  return {
    done,
    hasEnded: () => hasEnded,
    end: () => {
      isEnding = true;
    },
    drain: () => stop.abort(),
    tally: () => tally,
    cpuSeconds: () => 0,
  };
}

async function ended(child: ChildProcess, isDraining: () => boolean): Promise<void> {
  const [code, signal] = await new Promise<[number | null, string | null]>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve([code, signal]));
  });
  // A signal to the whole group may reach a worker before it has begun to work; it had nothing to lose.
  if (code === 0 || (isDraining() && (signal === 'SIGINT' || signal === 'SIGTERM'))) return;
  throw new BallastError(
    { ...cliErrors.worker, exit: exitOf(code, signal) },
    `worker ${child.pid} ended with ${signal ?? `exit status ${code}`}`,
  );
}

/** Exit statuses of sysexits name what the worker found wrong; they are the run's too. */
function exitOf(code: number | null, signal: string | null): number {
  // A page of the state's memory map that its file system has no room for ends the process this way.
  if (signal === 'SIGBUS') return 74;
  return code !== null && code >= 64 && code <= 78 ? code : cliErrors.worker.exit;
}
