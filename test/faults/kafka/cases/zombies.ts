import { setTimeout as delay } from 'node:timers/promises';
import { ownBroker } from '../../../broker/shared.ts';
import { exactlyOnce, sized, documentsMax } from '../fault-case.ts';
import type { CaseContext, FaultCase, Outcome } from '../fault-case.ts';
import { Feeder } from '../feeder.ts';
import { PipelineRun } from '../pipeline-run.ts';
import { stages } from '../progress.ts';
import type { Stage } from '../progress.ts';
import type { Service } from '../supervisor.ts';

/**
 * F3: a replica of every stage is frozen for twice the session time-out and wakes as a zombie. Every
 * second round freezes at a fail point: the mixer between its range check and the creation of the log
 * entry, the others between their write and their commit.
 */
export const zombies: FaultCase = {
  id: 'F3',
  title: 'SIGSTOP for 2 × the session time-out, then SIGCONT',
  target: '100 zombies per stage, half of them at a fail point: 0/0; rejected commits = injected',
  slices: 25,
  run: wakeZombies,
};

const sessionMs = 2_500;
/** Longest a woken zombie may take to be refused, milliseconds. */
const refusalMs = 20_000;
const failPoints: { readonly [S in Stage]: string } = {
  detector: 'ack:before',
  verifier: 'ack:before',
  oversampler: 'ack:before',
  mixer: 'commit:before',
};

async function wakeZombies(context: CaseContext): Promise<Outcome> {
  const rounds = sized(context, 4);
  const set = { seed: context.seed, count: documentsMax, size: 600 };
  await using broker = await ownBroker();
  const replicas = { detector: 2, verifier: 2, oversampler: 2, mixer: 2 };
  await using run = new PipelineRun({
    bootstrap: broker.bootstrap,
    set,
    replicas,
    sessionTimeoutMs: sessionMs,
  });
  await run.createTopics();
  await using feeder = await Feeder.open(broker.bootstrap, set);
  run.start();
  await feeder.feed(2_000);
  await run.untilDone('mixer', 1_000);
  const failures: string[] = [];
  const recoveryMs: number[] = [];
  let [random, aimed, refused] = [0, 0, 0];
  for (let round = 0; round < rounds; round += 1) {
    // A single round is an aimed one.
    const isAimed = round % 2 === 1 || rounds === 1;
    const stop = new AbortController();
    const feeding = feeder.feedAt(400, stop.signal);
    const frozen = isAimed ? await freezeAtFailPoints(run, context) : freezeNow(run, context);
    if (isAimed) aimed += frozen.length;
    else random += frozen.length;
    const [took] = await Promise.all([
      Promise.all(stages.map((stage) => run.progress.recovery(stage, 60_000))),
      delay(2 * sessionMs),
    ]);
    recoveryMs.push(...took.filter((ms) => ms !== undefined));
    // Each one that was caught at a fail point wakes with a commit in hand that is no longer its own to make.
    const refusing = isAimed ? frozen.map(([, service]) => refusal(service)) : [];
    for (const [, service] of frozen) service.signal('SIGCONT');
    stop.abort();
    await feeding;
    for (const isRefused of await Promise.all(refusing)) refused += Number(isRefused);
    await run.untilQuiet();
    context.say(
      `round ${round + 1} of ${rounds}: ${frozen.map(([name]) => name).join(', ')} woke as zombies`,
    );
    if (isAimed && frozen.length < stages.length)
      failures.push(`only ${frozen.map(([name]) => name).join(', ')} came to its fail point`);
  }
  if (refused < aimed) failures.push(`${refused} zombies were refused of ${aimed} with a commit in hand`);
  const check = await run.finish({ set: feeder.fed });
  return exactlyOnce(
    {
      documents: feeder.fed.count,
      injected: { 'frozen at random': random, 'frozen at a fail point': aimed },
      check,
      recoveryMs,
      figures: { 'zombies refused': refused },
    },
    failures,
  );
}

type Frozen = readonly (readonly [name: string, service: Service])[];

function freezeNow(run: PipelineRun, { random }: CaseContext): Frozen {
  return stages.flatMap((stage) => {
    const service = run.replicas(stage)[Math.floor(random() * 2)];
    service?.signal('SIGSTOP');
    return service === undefined ? [] : [[service.name, service] as const];
  });
}

/** Restarts one replica of each stage with a trap, and waits until it is caught in it. */
async function freezeAtFailPoints(run: PipelineRun, { random }: CaseContext): Promise<Frozen> {
  const chosen: (readonly [string, Service])[] = [];
  for (const stage of stages) {
    const service = run.replicas(stage)[Math.floor(random() * 2)];
    await service?.restartWith({ BALLAST_FREEZE_AT: `${failPoints[stage]}@2` });
    if (service !== undefined) chosen.push([service.name, service]);
  }
  const end = performance.now() + 45_000;
  while (chosen.some(([, service]) => !service.isFrozen) && performance.now() < end) await delay(50);
  return chosen.filter(([, service]) => service.isFrozen);
}

/**
 * Whether this service, which wakes now, is refused its commit: a mixer says so and goes on from the commit
 * that was first, every other stage ends with an error and is started again.
 */
async function refusal(service: Service): Promise<boolean> {
  const count = (): number =>
    service.log().split('another mixer committed first').length +
    service.exits.filter(({ code, signal }) => signal === null && code !== 0).length;
  const before = count();
  const end = performance.now() + refusalMs;
  while (count() === before && performance.now() < end) await delay(50);
  return count() > before;
}
