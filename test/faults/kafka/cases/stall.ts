import { setTimeout as delay } from 'node:timers/promises';
import { exactlyOnce, sized } from '../fault-case.ts';
import type { CaseContext, FaultCase, Outcome } from '../fault-case.ts';
import { PipelineRun } from '../pipeline-run.ts';
import { stages } from '../progress.ts';
import { proxiedBroker } from '../proxied-broker.ts';

/** F15: every write of the stages takes seconds and the mixer is frozen, while a long backlog waits. */
export const stalledDownstream: FaultCase = {
  id: 'F15',
  title: 'downstream stalled for 10 min',
  target: 'RSS ≤ bound (what it was in free flow) + 20 %, no restart, no rebalance storm; 0/0',
  slices: 1,
  run: stall,
};

async function stall(context: CaseContext): Promise<Outcome> {
  const seconds = Math.max(20, sized(context, 600));
  const set = { seed: context.seed, count: 60_000, size: 2_000 };
  await using proxied = await proxiedBroker(context.random);
  await using run = new PipelineRun({ bootstrap: proxied.bootstrap, set, sessionTimeoutMs: 30_000 });
  await run.createTopics();
  await run.produce();
  run.start();
  await run.untilDone('oversampler', Math.floor(set.count / 6));
  const { services } = run.supervisor;
  const free = new Map(services.map((service) => [service.name, service.peakBytes]));
  for (const proxy of proxied.proxies)
    proxy.setFaults([
      {
        apis: ['produce'],
        share: 1,
        action: 'delay',
        ms: 3_000,
        client: /detector|verifier|oversampler/,
      },
    ]);
  run.replicas('mixer')[0]?.signal('SIGSTOP');
  const end = performance.now() + seconds * 1_000;
  while (performance.now() < end) {
    for (const service of services) service.sample();
    await delay(250);
  }
  const failures = services.flatMap(({ name, peakBytes, exits }) => [
    ...(peakBytes > (free.get(name) ?? 0) * 1.2
      ? [`${name} grew from ${mebibytes(free.get(name) ?? 0)} to ${mebibytes(peakBytes)} MiB`]
      : []),
    ...(exits.length > 0 ? [`${name} ended ${exits.length} times`] : []),
  ]);
  const figures = Object.fromEntries(
    services.map(({ name, peakBytes }) => [
      `${name} MiB, free → stalled`,
      `${mebibytes(free.get(name) ?? 0)} → ${mebibytes(peakBytes)}`,
    ]),
  );
  for (const proxy of proxied.proxies) proxy.setFaults([]);
  run.replicas('mixer')[0]?.signal('SIGCONT');
  const recovered = await Promise.all(stages.map((stage) => run.progress.recovery(stage, 60_000)));
  const check = await run.finish();
  return exactlyOnce(
    {
      documents: set.count,
      injected: { [`stalled for ${seconds} s`]: 1 },
      check,
      recoveryMs: recovered.filter((ms) => ms !== undefined),
      figures,
    },
    failures,
  );
}

function mebibytes(bytes: number): number {
  return Math.round(bytes / 2 ** 20);
}
