import { parentPort } from 'node:worker_threads';
import { compareAnswers } from './compare-answers.ts';
import type { Comparison } from './compare.ts';

/** The thread that reads and compares formulas, one pair at a time. */
parentPort?.on('message', (comparison: Comparison) => {
  let truth: unknown;
  try {
    truth = compareAnswers(comparison);
  } catch {
    truth = { outcome: 'unknown', detail: 'unparsable' }; // a bug of the parser, or a stack that is full
  }
  // A thread's port has no origin.
  // oxlint-disable-next-line unicorn/require-post-message-target-origin
  parentPort?.postMessage(truth);
});
