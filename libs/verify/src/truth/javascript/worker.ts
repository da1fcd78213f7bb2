import { parentPort, workerData } from 'node:worker_threads';
import { Judge } from './judge.ts';
import type { Question } from './open.ts';

const judge = new Judge(workerData);

/** The thread that judges JavaScript: one program at a time, each in memories of its own. */
parentPort?.on('message', ({ program, mode, timeoutMs }: Question) => {
  judge.judge(program, { mode, timeoutMs }).then(
    // A thread's port has no origin.
    // oxlint-disable-next-line unicorn/require-post-message-target-origin
    (report) => parentPort?.postMessage(report),
    // Only what nobody foresaw comes here; the thread is then not to be trusted again.
    // A thread's port has no origin.
    // oxlint-disable-next-line unicorn/require-post-message-target-origin
    () => parentPort?.postMessage({ problem: 'no_verdict' }),
  );
});
