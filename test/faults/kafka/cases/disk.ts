import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ownBroker } from '../../../broker/shared.ts';
import { exactlyOnce, sized } from '../fault-case.ts';
import type { CaseContext, FaultCase, Outcome } from '../fault-case.ts';
import { PipelineRun } from '../pipeline-run.ts';
import { smallDisk } from '../small-disk.ts';

/** F7: the disk of the table (even slices) or of the broker (odd slices) is full, and gets room later. */
export const diskFull: FaultCase = {
  id: 'F7',
  title: 'disk full at the table, at the broker',
  target: 'clear stop, goes on after there is room; 0/0',
  slices: 4,
  run: (context) => (context.slice % 2 === 0 ? tableDiskFull(context) : brokerDiskFull(context)),
};

async function tableDiskFull(context: CaseContext): Promise<Outcome> {
  const set = { seed: context.seed, count: Math.max(8_000, sized(context, 40_000)), size: 2_000 };
  using disk = smallDisk(3);
  await using broker = await ownBroker();
  await using run = new PipelineRun({
    bootstrap: broker.bootstrap,
    set,
    table: join(disk.folder, 'table'),
  });
  await run.createTopics();
  await run.produce();
  run.start();
  const [mixer] = run.replicas('mixer');
  await run.until('the mixer to stop at the full disk', 120_000, async () => (mixer?.exits.length ?? 0) >= 2);
  const failures = /ENOSPC|no space|disk/i.test(mixer?.log() ?? '')
    ? []
    : [`the mixer does not say that the disk is full:\n${mixer?.logTail(5) ?? ''}`];
  disk.grow(200);
  const since = performance.now();
  const ms = await run.progress.recovery('mixer', 60_000);
  context.say(`room again: the mixer goes on after ${ms ?? performance.now() - since} ms`);
  const check = await run.finish();
  const recoveryMs = ms === undefined ? [] : [ms];
  return exactlyOnce(
    { documents: set.count, injected: { 'table disk full': 1 }, check, recoveryMs },
    failures,
  );
}

async function brokerDiskFull(context: CaseContext): Promise<Outcome> {
  const set = { seed: context.seed, count: Math.max(20_000, sized(context, 40_000)), size: 2_000 };
  using disk = smallDisk(24);
  await using broker = await ownBroker({ data: [join(disk.folder, 'data')] });
  await using run = new PipelineRun({ bootstrap: broker.bootstrap, set });
  await run.createTopics();
  run.start();
  // It may be cut off with the broker, or be done before: run again, it sends what is missing.
  const producing = run.produce().catch(() => undefined);
  const [node] = broker.nodes;
  for (let waited = 0; node?.isRunning === true && waited < 120_000; waited += 100) await delay(100);
  const failures = node?.isRunning === true ? ['the broker did not stop at the full disk'] : [];
  await producing;
  disk.grow(600);
  await broker.restart(0);
  await run.produce();
  const ms = await run.progress.recovery('detector', 60_000);
  const check = await run.finish();
  const recoveryMs = ms === undefined ? [] : [ms];
  return exactlyOnce(
    { documents: set.count, injected: { 'broker disk full': 1 }, check, recoveryMs },
    failures,
  );
}
