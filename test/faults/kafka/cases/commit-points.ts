import { ownBroker } from '../../../broker/shared.ts';
import { Unavailable, documentsMax, exactlyOnce } from '../fault-case.ts';
import type { CaseContext, FaultCase, Outcome } from '../fault-case.ts';
import { Feeder } from '../feeder.ts';
import { PipelineRun } from '../pipeline-run.ts';
import type { Stage } from '../progress.ts';

/** Every point between write, commit and acknowledgement, by the stages that pass it. */
const points: readonly (readonly [stage: Stage, point: string])[] = [
  ['mixer', 'commit:before'],
  ['mixer', 'commit:linked'],
  ['detector', 'write:before'],
  ['detector', 'write:flushed'],
  ['detector', 'ack:snapshot'],
  ['detector', 'ack:committed'],
  ['verifier', 'decide:before'],
  ['verifier', 'decide:flushed'],
  ['verifier', 'ack:before'],
  ['verifier', 'ack:committed'],
  ['oversampler', 'write:before'],
  ['oversampler', 'write:flushed'],
  ['oversampler', 'ack:committed'],
];

/** F13: a process ends by SIGKILL at each point of the commit in turn, at its first and its third passing. */
export const commitPoints: FaultCase = {
  id: 'F13',
  title: 'crash at every step of the commit',
  target: 'all fail points, exhaustively: 0/0 at each',
  slices: 1,
  run: crashAtPoints,
};

async function crashAtPoints(context: CaseContext): Promise<Outcome> {
  const passings = context.size < 0.5 ? [1] : [1, 2, 3];
  const chosen = points.filter((_, index) => context.size >= 0.1 || index % 2 === 0);
  const set = { seed: context.seed, count: documentsMax, size: 600 };
  await using broker = await ownBroker();
  await using run = new PipelineRun({ bootstrap: broker.bootstrap, set });
  await run.createTopics();
  await using feeder = await Feeder.open(broker.bootstrap, set);
  run.start();
  // Without a pause, so that every point is passed again and again.
  const stop = new AbortController();
  const feeding = feeder.feedAt(300, stop.signal);
  await run.untilDone('mixer', 1);
  const injected: { [fault: string]: number } = {};
  const failures: string[] = [];
  for (const [stage, point] of chosen) {
    for (const passing of passings) {
      const [service] = run.replicas(stage);
      if (service === undefined) continue;
      await service.restartWith({ BALLAST_FAIL_AT: `${point}@${passing}` });
      const exits = service.exits.length;
      try {
        await run.until(`${stage} to end at ${point}@${passing}`, 45_000, async () => {
          return service.exits.length > exits;
        });
        injected[`${stage} ${point}`] = (injected[`${stage} ${point}`] ?? 0) + 1;
      } catch {
        failures.push(`${stage} never passed ${point} for the ${passing}. time`);
        await service.restartWith({});
      }
    }
    context.say(`${stage} ${point}`);
  }
  stop.abort();
  await feeding;
  const check = await run.finish({ set: feeder.fed });
  return exactlyOnce({ documents: feeder.fed.count, injected, check, recoveryMs: [] }, failures);
}

/** F14: a store that ignores the condition, and storms of 409, 412 and 503. */
export const ignoredPrecondition: FaultCase = {
  id: 'F14',
  title: 'store ignores the precondition; 409, 412, 503 storm',
  target: 'refused at start; 0/0',
  slices: 1,
  run: () => {
    throw new Unavailable(
      'the only store of this build is a local folder, whose link(2) cannot ignore the condition; an object store brings its own probe and this case',
    );
  },
};
