import { setTimeout as delay } from 'node:timers/promises';
import { ownBroker } from '../../../broker/shared.ts';
import { exactlyOnce, pick, sized, documentsMax } from '../fault-case.ts';
import type { CaseContext, FaultCase, Outcome } from '../fault-case.ts';
import { Feeder } from '../feeder.ts';
import { PipelineRun } from '../pipeline-run.ts';
import { stages } from '../progress.ts';

/** F6: a replica joins or leaves one group after the other every two seconds. */
export const rebalanceStorm: FaultCase = {
  id: 'F6',
  title: 'rebalance storm',
  target: 'a member joins or leaves every 2 s for 5 min: 0/0; progress in every minute',
  slices: 4,
  run: storm,
};

async function storm(context: CaseContext): Promise<Outcome> {
  const seconds = Math.max(20, sized(context, 300));
  const set = { seed: context.seed, count: documentsMax, size: 600 };
  await using broker = await ownBroker();
  await using run = new PipelineRun({ bootstrap: broker.bootstrap, set });
  await run.createTopics();
  await using feeder = await Feeder.open(broker.bootstrap, set);
  run.start();
  for (const stage of stages) run.startReplica(stage, 1);
  const stop = new AbortController();
  const feeding = feeder.feedAt(250, stop.signal);
  await run.untilDone('mixer', 200);
  let [moves, standstills, last] = [0, 0, await run.progress.done('mixer')];
  const end = performance.now() + seconds * 1_000;
  for (let mark = performance.now(); performance.now() < end;) {
    const stage = pick(context, stages);
    const guest = run.replicas(stage)[1];
    if (guest?.isRunning === true) await guest.drain(10_000);
    else guest?.start();
    moves += 1;
    await delay(2_000);
    if (performance.now() - mark < Math.min(60_000, seconds * 500)) continue;
    const done = await run.progress.done('mixer');
    if (done === last) standstills += 1;
    [last, mark] = [done, performance.now()];
  }
  stop.abort();
  await feeding;
  const check = await run.finish({ set: feeder.fed });
  return exactlyOnce(
    { documents: feeder.fed.count, injected: { 'joins and leaves': moves }, check, recoveryMs: [] },
    standstills === 0 ? [] : [`${standstills} spans without progress`],
  );
}
