/**
 * What a worker process does: the three stages over some of the partitions. Ends the process with
 * exit status 0 when all input is routed or it was drained.
 */
import { createLogger, exitCodeOf, failPoint, formatError } from '@ballast/host';
import { openTopics } from '@ballast/stage/embedded';
import { runLoops } from './loops.ts';
import { Tally } from './tally.ts';
import { toWorkerSchema } from './worker-messages.ts';
import type { FromWorker, ToWorker } from './worker-messages.ts';

const stop = new AbortController();
const tally = new Tally();
let hasEnded = false;

process.on('message', (message) => {
  const told = toWorkerSchema.parse(message);
  if (told.kind === 'ended') hasEnded = true;
  else if (told.kind === 'drain') stop.abort();
  else void work(told);
});
// The parent is gone: what was acked is durable, the rest is replayed by the next run.
process.on('disconnect', orphaned);

async function work(start: Extract<ToWorker, { kind: 'start' }>): Promise<void> {
  const { pipeline, stateDir, tableId, partitions } = start;
  const timer = setInterval(() => tell('progress'), 500);
  try {
    await using topics = await openTopics(stateDir, { tableId, failAt: failPoint });
    const context = { pipeline, topics, stateDir, tableId, logger: createLogger('worker') };
    const observe = tally.observe.bind(tally);
    await runLoops(context, { signal: stop.signal, partitions, until: () => hasEnded, observe });
    tell('done');
    process.exitCode = 0;
  } catch (error) {
    process.stderr.write(formatError(error));
    process.exitCode = exitCodeOf(error);
  } finally {
    clearInterval(timer);
    process.off('disconnect', orphaned);
    process.disconnect();
  }
}

function orphaned(): void {
  process.exit(75);
}

function tell(kind: FromWorker['kind']): void {
  const { user, system } = process.cpuUsage();
  process.send?.({ kind, tally: tally.counts, cpuMicros: user + system } satisfies FromWorker);
}
