import { Worker } from 'node:worker_threads';
import { canariesSchema } from '@ballast/dashboard';
import type { CanariesSnapshot } from '@ballast/dashboard';
import type { Pipeline } from '@ballast/document';
import type { PublishedValue } from '@ballast/stage';
import { z } from 'zod';

/** What the thread is given: everything the status is worked out from, so that it opens no topics. */
export interface CanaryQuestion {
  readonly pipeline: Pipeline;
  /** The values published, by name. */
  readonly published: readonly (readonly [name: string, value: PublishedValue])[];
}

const answerSchema = z.union([z.object({ found: canariesSchema }), z.object({ failed: z.string() })]);

/** What the thread answers: the status, or why there is none. */
export type CanaryAnswer = z.infer<typeof answerSchema>;

/**
 * Works out how the canaries stand in a thread of its own: it takes seconds of computing, in which a page
 * or a pipeline of the same process would stand still. Ends the thread when `signal` aborts, and rejects
 * then, and when the canaries or the model cannot be read.
 */
export async function askCanaries(question: CanaryQuestion, signal: AbortSignal): Promise<CanariesSnapshot> {
  const worker = new Worker(new URL('canary-worker.ts', import.meta.url), { workerData: question });
  const stop = (): void => void worker.terminate();
  signal.addEventListener('abort', stop, { once: true });
  try {
    const answer = await new Promise<CanaryAnswer>((resolve, reject) => {
      worker.once('message', (message) => resolve(answerSchema.parse(message)));
      worker.once('error', reject);
      worker.once('exit', (code) => reject(new Error(`the thread that scores them ended with ${code}`)));
    });
    if ('failed' in answer) throw new Error(answer.failed);
    return answer.found;
  } finally {
    signal.removeEventListener('abort', stop);
    await worker.terminate();
  }
}
