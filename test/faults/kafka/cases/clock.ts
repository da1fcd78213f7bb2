import { existsSync, globSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ownBroker } from '../../../broker/shared.ts';
import { Unavailable, exactlyOnce, pick, sized, documentsMax } from '../fault-case.ts';
import type { CaseContext, FaultCase, Outcome } from '../fault-case.ts';
import { Feeder } from '../feeder.ts';
import { PipelineRun } from '../pipeline-run.ts';

/** F11: the wall clock of all services jumps by a day, forwards and back, while they work. */
export const clockJumps: FaultCase = {
  id: 'F11',
  title: 'clock jumps of ± 1 day',
  target: 'also backwards during a commit: 0/0, no invariant goes by the clock',
  slices: 2,
  run: jump,
};

const offsets: readonly [string, ...string[]] = ['+1d', '-1d', '+0', '+1h', '-1h'];

async function jump(context: CaseContext): Promise<Outcome> {
  const library = globSync('/usr/lib/*/faketime/libfaketimeMT.so.1').find((file) => existsSync(file));
  if (library === undefined)
    throw new Unavailable('libfaketime is not installed (apt-get install libfaketime)');
  const jumps = sized(context, 30);
  const set = { seed: context.seed, count: documentsMax, size: 600 };
  await using broker = await ownBroker();
  let clock = '';
  await using run = new PipelineRun({
    bootstrap: broker.bootstrap,
    set,
    // Only the wall clock jumps; time-outs go by the monotonic one.
    spec: () => ({
      env: {
        LD_PRELOAD: library,
        FAKETIME_TIMESTAMP_FILE: clock,
        FAKETIME_NO_CACHE: '1',
        FAKETIME_DONT_FAKE_MONOTONIC: '1',
        DONT_FAKE_MONOTONIC: '1',
      },
    }),
  });
  clock = join(run.folder, 'clock');
  writeFileSync(clock, '+0\n');
  await run.createTopics();
  await using feeder = await Feeder.open(broker.bootstrap, set);
  const stop = new AbortController();
  const feeding = feeder.feedAt(500, stop.signal);
  run.start();
  await run.untilDone('mixer', 200);
  for (let each = 0; each < jumps; each += 1) {
    writeFileSync(clock, `${pick(context, offsets)}\n`);
    await delay(500 + Math.floor(context.random() * 2_000));
  }
  stop.abort();
  await feeding;
  const check = await run.finish({ set: feeder.fed });
  const restarts = run.supervisor.services.reduce((sum, { exits }) => sum + exits.length - 1, 0);
  return exactlyOnce({
    documents: feeder.fed.count,
    injected: { 'clock jumps': jumps },
    check,
    recoveryMs: [],
    figures: { restarts },
  });
}
