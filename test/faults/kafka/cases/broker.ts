import { setTimeout as delay } from 'node:timers/promises';
import { ownBroker } from '../../../broker/shared.ts';
import { exactlyOnce, sized, documentsMax } from '../fault-case.ts';
import type { CaseContext, FaultCase, Outcome } from '../fault-case.ts';
import { Feeder } from '../feeder.ts';
import { PipelineRun } from '../pipeline-run.ts';
import { stages } from '../progress.ts';

/** F2: SIGKILL and restart of the only broker (even slices), or of each of three in turn (odd slices). */
export const killBroker: FaultCase = {
  id: 'F2',
  title: 'SIGKILL and restart of brokers',
  target: '50 times, one node and rolling over 3 (RF 3, min.isr 2): 0/0; stall on 3 nodes ≤ 10 s',
  slices: 10,
  run: (context) => killBrokers(context, context.slice % 2 === 0 ? 1 : 3),
};

async function killBrokers(context: CaseContext, nodes: 1 | 3): Promise<Outcome> {
  const kills = sized(context, 5);
  const set = { seed: context.seed, count: documentsMax, size: 600 };
  await using broker = await ownBroker({ nodes });
  await using run = new PipelineRun({ bootstrap: broker.bootstrap, set });
  await run.createTopics();
  await using feeder = await Feeder.open(broker.bootstrap, set);
  const stop = new AbortController();
  const feeding = feeder.feedAt(500, stop.signal);
  run.start();
  await run.untilDone('mixer', 100);
  const recoveryMs: number[] = [];
  for (let kill = 0; kill < kills; kill += 1) {
    const victim = kill % nodes;
    await delay(500 + Math.floor(context.random() * 1_000));
    await broker.kill(victim);
    const since = performance.now();
    if (nodes === 1) await broker.restart(0);
    const restarted = Math.round(performance.now() - since);
    const stalls = await Promise.all(stages.map((stage) => run.progress.recovery(stage, 90_000)));
    const stall = restarted + Math.max(0, ...stalls.map((each) => each ?? 0));
    recoveryMs.push(stall);
    const each = stages.map((stage, index) => `${stage} ${stalls[index] ?? '–'}`).join(', ');
    context.say(`${kill + 1} of ${kills}: node ${victim} back after ${restarted} ms; then ${each} ms`);
    if (nodes === 3) await broker.restart(victim);
  }
  stop.abort();
  await feeding;
  const check = await run.finish({ set: feeder.fed });
  const slow = nodes === 3 ? recoveryMs.filter((ms) => ms > 10_000).length : 0;
  return exactlyOnce(
    {
      documents: feeder.fed.count,
      injected: { [`SIGKILL of a broker of ${nodes}`]: kills },
      check,
      recoveryMs,
    },
    slow === 0 ? [] : [`${slow} stalls were longer than 10 s`],
  );
}
