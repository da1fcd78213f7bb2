import { setTimeout as delay } from 'node:timers/promises';
import { ownBroker } from '../../../broker/shared.ts';
import { exactlyOnce, pick, sized, documentsMax } from '../fault-case.ts';
import type { CaseContext, FaultCase, Outcome } from '../fault-case.ts';
import { Feeder } from '../feeder.ts';
import { brokerNetwork } from '../namespaces.ts';
import { PipelineRun } from '../pipeline-run.ts';
import { stages } from '../progress.ts';
import { proxiedBroker } from '../proxied-broker.ts';
import type { AnswerFault, Direction } from '../proxy.ts';

/**
 * F4: even slices cut one service off from the broker at a proxy (both ways, or one way only); odd
 * slices cut a broker of three off from the other two by network namespaces.
 */
export const partitions: FaultCase = {
  id: 'F4',
  title: 'network partition',
  target: 'service↔broker, broker↔broker, one way; 5 to 120 s: 0/0',
  slices: 12,
  run: (context) => (context.slice % 2 === 0 ? cutServiceOff(context) : cutBrokerOff(context)),
};

const directions: readonly [Direction, ...Direction[]] = ['both', 'toBroker', 'toClient'];

async function cutServiceOff(context: CaseContext): Promise<Outcome> {
  const cuts = sized(context, 6);
  const set = { seed: context.seed, count: documentsMax, size: 600 };
  await using proxied = await proxiedBroker(context.random);
  const { bootstrap } = proxied;
  await using run = new PipelineRun({ bootstrap, set });
  await run.createTopics();
  await using feeder = await Feeder.open(bootstrap, set);
  run.start();
  const stop = new AbortController();
  const feeding = feeder.feedAt(400, stop.signal);
  await run.untilDone('mixer', 500);
  const recoveryMs: number[] = [];
  const injected: { [fault: string]: number } = {};
  for (let cut = 0; cut < cuts; cut += 1) {
    const [stage, direction] = [pick(context, stages), pick(context, directions)];
    const seconds = 5 + Math.floor(context.random() * sized(context, 115));
    for (const proxy of proxied.proxies) proxy.partition(new RegExp(`\\b${stage}\\b`), direction);
    await delay(seconds * 1_000);
    for (const proxy of proxied.proxies) proxy.heal();
    const ms = await run.progress.recovery(stage, 90_000);
    if (ms !== undefined) recoveryMs.push(ms);
    injected[`cut off ${direction}`] = (injected[`cut off ${direction}`] ?? 0) + 1;
    context.say(
      `${cut + 1} of ${cuts}: ${stage} cut off (${direction}) for ${seconds} s, back after ${ms ?? 0} ms`,
    );
  }
  stop.abort();
  await feeding;
  const check = await run.finish({ set: feeder.fed });
  return exactlyOnce({ documents: feeder.fed.count, injected, check, recoveryMs });
}

async function cutBrokerOff(context: CaseContext): Promise<Outcome> {
  const cuts = sized(context, 4);
  const set = { seed: context.seed, count: documentsMax, size: 600 };
  using network = brokerNetwork();
  await using broker = await ownBroker({ nodes: 3, hosts: network.hosts });
  await using run = new PipelineRun({ bootstrap: broker.bootstrap, set });
  await run.createTopics();
  await using feeder = await Feeder.open(broker.bootstrap, set);
  run.start();
  const stop = new AbortController();
  const feeding = feeder.feedAt(400, stop.signal);
  await run.untilDone('mixer', 500);
  const recoveryMs: number[] = [];
  const injected: { [fault: string]: number } = {};
  for (let cut = 0; cut < cuts; cut += 1) {
    const victim = Math.floor(context.random() * 3);
    const isOneWay = context.random() < 0.5;
    const seconds = 5 + Math.floor(context.random() * sized(context, 55));
    network.cutOff(victim, isOneWay);
    await delay(seconds * 1_000);
    network.heal(victim);
    const since = performance.now();
    await broker.ready();
    await Promise.all(stages.map((stage) => run.progress.recovery(stage, 90_000)));
    const stall = Math.round(performance.now() - since);
    recoveryMs.push(stall);
    const what = isOneWay ? 'broker cut off one way' : 'broker cut off';
    injected[what] = (injected[what] ?? 0) + 1;
    context.say(
      `${cut + 1} of ${cuts}: node ${victim} (${what}) for ${seconds} s, every stage goes on ${stall} ms after it was healed`,
    );
  }
  stop.abort();
  await feeding;
  const check = await run.finish({ set: feeder.fed });
  return exactlyOnce({ documents: feeder.fed.count, injected, check, recoveryMs });
}

/** F5: answers to Produce, OffsetCommit and Fetch get lost at random with their connections. */
export const lostAnswers: FaultCase = {
  id: 'F5',
  title: 'lost answers',
  target: '1 % of Produce, OffsetCommit and Fetch answers: 0/0 (the controls lose)',
  slices: 10,
  run: loseAnswers,
};

async function loseAnswers(context: CaseContext): Promise<Outcome> {
  const set = { seed: context.seed, count: Math.max(4_000, sized(context, 40_000)), size: 600 };
  await using proxied = await proxiedBroker(context.random);
  const { bootstrap, proxies } = proxied;
  await using run = new PipelineRun({ bootstrap, set });
  await run.createTopics();
  await run.produce();
  const fault: AnswerFault = {
    apis: ['produce', 'offsetCommit', 'fetch'],
    share: context.size < 0.5 ? 0.04 : 0.01,
    action: 'lose',
    client: /detector|verifier|oversampler|mixer/,
  };
  for (const proxy of proxies) proxy.setFaults([fault]);
  run.start();
  await run.untilQuiet();
  for (const proxy of proxies) proxy.setFaults([]);
  const check = await run.finish();
  const injected: { [fault: string]: number } = {};
  for (const proxy of proxies)
    for (const [api, count] of Object.entries(proxy.injected))
      injected[`${api} answer lost`] = (injected[`${api} answer lost`] ?? 0) + count;
  const restarts = run.supervisor.services.reduce((sum, { exits }) => sum + exits.length - 1, 0);
  return exactlyOnce({ documents: set.count, injected, check, recoveryMs: [], figures: { restarts } });
}
