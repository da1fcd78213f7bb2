import { parentPort, workerData } from 'node:worker_threads';
import { pipelineSchema } from '@ballast/document';
import { z } from 'zod';
import { canariesSnapshot } from '../canaries/snapshot.ts';
import { statusOfCanaries } from '../canaries/status.ts';
import type { CanaryAnswer } from './canary-thread.ts';

// Entry of the thread that works out how the canaries stand: it answers once and ends.

const questionSchema = z.object({
  pipeline: pipelineSchema,
  published: z.array(z.tuple([z.string(), z.object({ version: z.string(), value: z.json() })])),
});

async function answer(): Promise<CanaryAnswer> {
  try {
    const { pipeline, published } = questionSchema.parse(workerData);
    const values = new Map(published);
    const found = await statusOfCanaries(pipeline, {
      read: (name) => Promise.resolve(values.get(name)),
      list: (prefix) => Promise.resolve([...values.keys()].filter((name) => name.startsWith(prefix))),
    });
    return { found: canariesSnapshot(found) };
  } catch (error) {
    return { failed: error instanceof Error ? error.message : String(error) };
  }
}

// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
parentPort?.postMessage(await answer());
