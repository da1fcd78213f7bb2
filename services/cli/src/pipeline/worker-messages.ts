import { pipelineSchema } from '@ballast/document';
import { z } from 'zod';
import { tallySchema } from './tally.ts';

/** What the parent tells a worker: first `start`, then `ended` when no more input will come, or `drain`. */
export const toWorkerSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('start'),
    pipeline: pipelineSchema,
    stateDir: z.string(),
    tableId: z.string(),
    partitions: z.array(z.number()),
  }),
  z.object({ kind: z.literal('ended') }),
  z.object({ kind: z.literal('drain') }),
]);

/** A message to a worker. */
export type ToWorker = z.infer<typeof toWorkerSchema>;

/** What a worker tells its parent: its tally so far, at last with the CPU it used. */
export const fromWorkerSchema = z.object({
  kind: z.enum(['progress', 'done']),
  tally: tallySchema,
  /** User and system time of the process so far, microseconds. */
  cpuMicros: z.number(),
});

/** A message from a worker. */
export type FromWorker = z.infer<typeof fromWorkerSchema>;
