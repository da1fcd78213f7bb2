import { detector } from '@ballast/detector';
import { runServices } from '@ballast/host';
import type { ServiceRun, StageContext } from '@ballast/host';
import { oversampler } from '@ballast/oversampler';
import { verifier } from '@ballast/verifier';

/**
 * Runs the three stages over some partitions: detector and verifier joined in one loop (one message
 * carries both verdicts), the oversampler in a loop of its own. A partition's oversampler is done when
 * its verifier is, as partition p goes to partition p. Resolves when all input up to `until` is routed,
 * or the signal has aborted: what was in hand and not acked is judged again by the next run.
 */
export async function runLoops(context: StageContext, run: ServiceRun): Promise<void> {
  const stop = new AbortController();
  const signal = AbortSignal.any([run.signal, stop.signal]);
  let isJudged = false;
  const judging = runServices([detector, verifier], context, { ...run, signal }).then(() => {
    isJudged = true;
  });
  const routing = runServices([oversampler], context, { ...run, signal, until: () => isJudged });
  try {
    await Promise.all([judging, routing]);
  } catch (error) {
    stop.abort(error);
    await Promise.allSettled([judging, routing]);
    if (run.signal.aborted && error === run.signal.reason) return;
    throw error;
  }
}
