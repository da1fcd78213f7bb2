/**
 * The crash run: `ballast run` is ended by SIGKILL at random moments and at every fail point, started
 * again each time, and in the end nothing may be lost, twice, or off in the audit.
 *
 *   npm run crash -- [--documents 20000] [--kills 30] [--seed 1] [--dir DIR] [--points-only]
 */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readFlags } from '../flags.ts';
import type { TableCheck } from './check-table.ts';
import { CrashRun, failPoints } from './crash-run.ts';
import { seeded } from '../seeded.ts';

const values = readFlags(import.meta.filename, {
  documents: { type: 'string', default: '20000' },
  kills: { type: 'string', default: '30' },
  seed: { type: 'string', default: '1' },
  dir: { type: 'string', default: join(tmpdir(), 'ballast-crash') },
  'points-only': { type: 'boolean', default: false },
  point: { type: 'string' },
});
const [documents, kills, seed] = [Number(values.documents), Number(values.kills), Number(values.seed)];
const say = (text: string): void => void process.stderr.write(`crash: ${text}\n`);
let failed = false;

if (!values['points-only']) {
  say(`seed ${seed}, ${documents} documents, SIGKILL at ${kills} random moments`);
  const random = seeded(seed);
  // A table that is finished has nothing left to interrupt: the next round starts another one.
  for (let done = 0, round = 0; done < kills; round += 1) {
    const run = new CrashRun(join(values.dir, 'random'), documents, seed + round);
    let killed = true;
    const before = done;
    while (killed && done < kills) {
      const ms = 300 + Math.floor(random() * 2_000);
      killed = await run.killAfter(ms);
      if (killed) done += 1;
      say(`${done} of ${kills}: ${killed ? 'killed' : 'ended'} after ${ms} ms`);
    }
    report(`table ${round + 1}, ${done - before} random kills`, run.finish(), await run.check());
    run.remove();
  }
}

for (const point of values.point === undefined
  ? failPoints
  : failPoints.filter((each) => each === values.point)) {
  const run = new CrashRun(join(values.dir, 'point'), 3_000, seed);
  let hits = 0;
  for (const count of [1, 3]) if (await run.killAt(point, count)) hits += 1;
  report(`fail point ${point}, hit ${hits} times`, run.finish(), await run.check());
  if (hits === 0) {
    failed = true;
    say(`${point} was never passed`);
  }
  run.remove();
}
process.exitCode = failed ? 1 : 0;

function report(name: string, unaccounted: number, check: TableCheck): void {
  const isRight =
    check.lost.length + check.duplicated.length + check.unreadableOff + Math.abs(unaccounted) === 0 &&
    check.auditHolds;
  if (!isRight) failed = true;
  process.stdout.write(
    `${isRight ? 'ok' : 'NOT OK'} ${name}: kept ${check.kept}, refused ${check.refused}, waiting ${check.waiting}; ` +
      `lost ${check.lost.length}, duplicated ${check.duplicated.length}, unreadable off by ${check.unreadableOff}, unaccounted ${unaccounted}, audit ${check.auditHolds ? 'holds' : 'BREACHED'}\n`,
  );
  for (const breach of check.breaches.slice(0, 5)) process.stdout.write(`  ${breach}\n`);
}
