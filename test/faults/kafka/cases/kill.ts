import { ownBroker } from '../../../broker/shared.ts';
import { exactlyOnce, pick, sized } from '../fault-case.ts';
import type { CaseContext, FaultCase, Outcome } from '../fault-case.ts';
import { Feeder } from '../feeder.ts';
import { PipelineRun } from '../pipeline-run.ts';
import { stages } from '../progress.ts';

/** F1: SIGKILL of a random replica of a random service, again and again while documents flow. */
export const killServices: FaultCase = {
  id: 'F1',
  title: 'SIGKILL of a random service',
  target: '200 kills over 1,000,000 documents, 2 replicas each: 0/0, order kept, recovery ≤ 3 s',
  slices: 20,
  run: killRandomly,
};

/** Documents a second that arrive: what two cores do with time left to come back from a kill. */
const arriving = 1_500;

async function killRandomly(context: CaseContext): Promise<Outcome> {
  const kills = sized(context, 10);
  const set = { seed: context.seed, count: Math.max(2_000, sized(context, 50_000)), size: 600 };
  await using broker = await ownBroker();
  const replicas = { detector: 2, verifier: 2, oversampler: 2, mixer: 2 };
  await using run = new PipelineRun({ bootstrap: broker.bootstrap, set, replicas });
  await run.createTopics();
  await using feeder = await Feeder.open(broker.bootstrap, set);
  run.start();
  await feeder.feed(1_000);
  await run.untilQuiet();
  const stop = new AbortController();
  const feeding = feeder.feedAt(arriving, stop.signal);
  const recoveryMs: number[] = [];
  const injected: { [fault: string]: number } = {};
  for (let kill = 0; kill < kills; kill += 1) {
    // Spread over the arrivals, so that every kill meets documents on their way.
    await run.untilDone('verifier', Math.floor(((kill + 0.5) * set.count) / (kills + 1)));
    const stage = pick(context, stages);
    const victim = pick(context, [0, 1]);
    run.replicas(stage)[victim]?.signal('SIGKILL');
    injected[`SIGKILL ${stage}`] = (injected[`SIGKILL ${stage}`] ?? 0) + 1;
    const ms = await run.progress.recovery(stage, 60_000, { isFlowing: feeder.isFeeding });
    if (ms !== undefined) recoveryMs.push(ms);
    context.say(
      `${kill + 1} of ${kills}: ${stage}-${victim}, ${ms === undefined ? 'nothing waited' : `back after ${ms} ms`}`,
    );
  }
  await feeding;
  const check = await run.finish();
  return exactlyOnce({ documents: set.count, injected, check, recoveryMs, figures: memory(run) });
}

/** Greatest anonymous memory of any service, MiB. */
export function memory(run: PipelineRun): { readonly 'peak RssAnon MiB': number } {
  const peak = Math.max(0, ...run.supervisor.services.map(({ peakBytes }) => peakBytes));
  return { 'peak RssAnon MiB': Math.round(peak / 2 ** 20) };
}
