/**
 * The fault suite on real brokers and real processes: F1 to F16 of the fault table, and the controls
 * that must fail. Results are in test/faults/RESULTS.md.
 *
 *   npm run faults -- [--only F3,F5] [--scale 1] [--seed 1] [--slice N] [--resume] [--state FILE]
 *     [--minutes M] [--results test/faults/RESULTS.md]
 *
 * --scale 1 is the figure of the table (hours), 0.01 a hundredth of it; --slice N (from 0) with the same
 * seed and scale reproduces one slice; --resume goes on where a run was cut off; --minutes begins no further
 * slice after that time; --results puts what the state holds by then into the page's table. Exit 0: all slices
 * held; 1: one did not; 69: something cannot run on this host; 75: held so far, and slices are left.
 */
import { homedir } from 'node:os';
import { join } from 'node:path';
import { readFlags } from '../flags.ts';
import { mainVersion } from '../broker/jars.ts';
import { faultCases } from './kafka/cases/index.ts';
import { writeResults } from './kafka/results.ts';
import { holds, render, runSuite } from './kafka/suite.ts';

process.env['KAFKAJS_NO_PARTITIONER_WARNING'] = '1';
const values = readFlags(import.meta.filename, {
  only: { type: 'string' },
  scale: { type: 'string', default: '0.01' },
  seed: { type: 'string', default: '1' },
  slice: { type: 'string' },
  resume: { type: 'boolean', default: false },
  minutes: { type: 'string' },
  results: { type: 'string' },
  state: { type: 'string', default: join(homedir(), '.cache', 'ballast', 'faults.json') },
});
const only = values.only?.split(',');
const unknown = only?.filter((id) => !faultCases.some((each) => each.id === id)) ?? [];
const [scale, seed] = [Number(values.scale), Number(values.seed)];
if (unknown.length > 0 || !(scale > 0) || !Number.isInteger(seed)) {
  process.stderr.write(
    `faults: ${unknown.length > 0 ? `there is no ${unknown.join(', ')}; ` : ''}--only takes ${faultCases.map(({ id }) => id).join(',')}, --scale a number above 0, --seed a whole number\n`,
  );
  process.exit(2);
}
const say = (text: string): void => void process.stderr.write(`${text}\n`);
say(
  `faults: Kafka ${process.env['KAFKA_VERSION'] ?? mainVersion}, scale ${scale}, seed ${seed}, state in ${values.state}`,
);
const reports = await runSuite({
  cases: faultCases.filter(({ id }) => only?.includes(id) ?? true),
  scale,
  seed,
  state: values.state,
  resume: values.resume,
  slice: values.slice === undefined ? undefined : Number(values.slice),
  minutes: values.minutes === undefined ? undefined : Number(values.minutes),
  say,
});
for (const { id, title, outcomes, slices, unavailable } of reports) {
  const name = `${id} ${title} (${outcomes.length} of ${slices} slices, seed ${seed}, scale ${scale})`;
  process.stdout.write(
    unavailable === undefined ? `${render(name, outcomes)}\n` : `CANNOT RUN ${name}: ${unavailable}\n`,
  );
}
if (values.results !== undefined) writeResults(values.results, reports, { seed, scale });
const isLeft = reports.some(
  ({ unavailable, outcomes, slices }) =>
    unavailable === undefined && values.slice === undefined && outcomes.length < slices,
);
const cannot = reports.some(({ unavailable }) => unavailable !== undefined);
process.exit(!reports.every(holds) ? 1 : isLeft ? 75 : cannot ? 69 : 0);
