import { Worker } from 'node:worker_threads';
import { BallastError } from '@ballast/stage';
import { openClassifier } from './classifier.ts';
import type { Classifier } from './classifier.ts';
import { readSecondFolder } from './folder.ts';
import { errorNameOf, toChildSchema } from './messages.ts';
import type { FromChild } from './messages.ts';

/**
 * The process that holds one session of a user's classifier: `child.ts FOLDER PARENT`, the latter a process id. A run blocks its
 * event loop, and a stuck one can only be ended from outside. It answers text by text, so the detector
 * sees which one it is at, and it ends when the detector does.
 */
const [folder = '', parent = ''] = process.argv.slice(2);
endWithParent(Number(parent));
let stopping = false;
/** The end of what was asked so far. */
let turn: Promise<void> = Promise.resolve();
const classifier = await open();
if (classifier !== undefined) {
  process.on('message', (message) => {
    const asked = toChildSchema.parse(message);
    if (asked.kind === 'stop') {
      stopping = true;
      turn = turn.then(() => stop(classifier));
    } else turn = turn.then(() => answer(classifier, asked.texts));
  });
  await say({ kind: 'ready' });
}

async function open(): Promise<Classifier | undefined> {
  try {
    return await openClassifier(await readSecondFolder(folder), folder);
  } catch (error) {
    const name = error instanceof BallastError ? errorNameOf(error.code) : undefined;
    await say({
      kind: 'refused',
      error: name ?? 'model',
      message: error instanceof Error ? error.message : String(error),
    });
    process.disconnect();
    return undefined;
  }
}

async function answer(classifier: Classifier, texts: readonly string[]): Promise<void> {
  for (const text of texts) {
    if (stopping) return;
    try {
      const logOdds = await classifier.score(text);
      await say({ kind: 'scored', logOdds: Number.isFinite(logOdds) ? logOdds : null });
    } catch (error) {
      const trouble = error instanceof Error ? error.message : String(error);
      await say({ kind: 'scored', logOdds: null, trouble: trouble.slice(0, 500) });
    }
  }
}

async function stop(classifier: Classifier): Promise<void> {
  await classifier.close();
  process.disconnect();
}

/** Resolves when the message has left: were it still here when the next run takes the process down, the wrong text would be blamed. */
function say(message: FromChild): Promise<void> {
  return new Promise((resolve) => {
    if (process.send === undefined || !process.connected) resolve();
    else process.send(message, undefined, undefined, () => resolve());
  });
}

/** Ends this process with the detector's, even while a run blocks the event loop: a thread keeps watch. */
function endWithParent(parent: number): void {
  process.on('disconnect', () => process.exit(0));
  // Signals to the terminal's process group are the detector's to handle: it stops its children itself.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => {});
  const watch = `
    setInterval(() => { if (process.ppid !== ${parent}) process.kill(process.pid, 'SIGKILL'); }, 500);
  `;
  new Worker(watch, { eval: true }).unref();
}
