/**
 * The exactly-once simulation: seeded runs of the real loop, router, index, mixer and commit over a
 * simulated broker and store that fail in every way a process, a network and a rebalance can.
 *
 *   npm run simulate -- [--runs 200000] [--seed 1] [--off RULE] [--silent-losses] [--until-broken] [--json]
 *
 * A long series goes in slices: `--seed 50001 --runs 50000` goes on after 50,000 runs. Exit 0 when every run
 * held, or, with --until-broken, when one did not; else 1.
 *
 *   npm run simulate -- --rules
 *
 * takes every rule and every guard away in turn and lists what noticed. Exit 0 when something did each time.
 */
import { z } from 'zod';
import { readFlags } from '../flags.ts';
import { catchAll } from './catching.ts';
import type { Variant } from './faults.ts';
import { simulate } from './simulate.ts';

/** What a series of runs came to. */
interface Result {
  readonly runs: number;
  readonly documents: number;
  /** Runs with a loss that nobody was told of, or in which a document is nowhere. */
  readonly losing: number;
  readonly duplicating: number;
  /** Runs in which a service stopped and called a person. */
  readonly alarmed: number;
  /** The first seeds that broke. */
  readonly seeds: readonly number[];
}

const rules = z.enum([
  'pure_route',
  'one_writer_per_topic',
  'stop_on_failed_send',
  'immutable_snapshots',
  'log_is_the_truth',
]);

const values = readFlags(import.meta.filename, {
  runs: { type: 'string', default: '2000' },
  seed: { type: 'string', default: '1' },
  off: { type: 'string' },
  'silent-losses': { type: 'boolean', default: false },
  'until-broken': { type: 'boolean', default: false },
  rules: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
});

const variant: Variant = {
  silentLosses: values['silent-losses'],
  off: values.off === undefined ? undefined : rules.parse(values.off),
};
if (values.rules) process.exitCode = await listRules();
else {
  const isBroken = await series(Number(values.seed), Number(values.runs));
  process.exitCode = isBroken === values['until-broken'] ? 0 : 1;
}

async function listRules(): Promise<number> {
  let count = 0;
  const missed = await catchAll((rule, by) => {
    count += 1;
    process.stdout.write(
      `${by === undefined ? 'MISSED' : 'caught'}  ${rule}\n        ${by ?? 'nothing noticed'}\n`,
    );
  });
  process.stdout.write(`${count - missed.length} of ${count} are noticed when they are taken away\n`);
  return missed.length === 0 ? 0 : 1;
}

async function series(first: number, runs: number): Promise<boolean> {
  let result: Result = { runs: 0, documents: 0, losing: 0, duplicating: 0, alarmed: 0, seeds: [] };
  let told = performance.now();
  for (let seed = first; seed < first + runs; seed += 1) {
    const { documents, lost, duplicated, alarms } = await simulate(seed, variant);
    // A service that has stopped and says why has not lost anything: its input is still there.
    const isLost = lost.length > 0 && !(variant.silentLosses === true && alarms.length > 0);
    const isWrong = isLost || duplicated.length > 0;
    result = {
      runs: result.runs + 1,
      documents: result.documents + documents,
      losing: result.losing + Number(isLost),
      duplicating: result.duplicating + Number(duplicated.length > 0),
      alarmed: result.alarmed + Number(alarms.length > 0),
      seeds: isWrong ? [...result.seeds, seed].slice(0, 10) : result.seeds,
    };
    if (isWrong && values['until-broken']) break;
    if (performance.now() - told > 10_000) {
      told = performance.now();
      process.stderr.write(
        `${result.runs} of ${runs} runs, ${result.losing} lose, ${result.duplicating} duplicate\n`,
      );
    }
  }
  print(result, first);
  return result.losing + result.duplicating > 0;
}

function print(result: Result, first: number): void {
  const { runs, documents, losing, duplicating, alarmed, seeds } = result;
  process.stdout.write(
    values.json
      ? `${JSON.stringify(result)}\n`
      : `seeds ${first} to ${first + runs - 1}: ${runs} runs, ${documents} documents; ` +
          `${losing} runs lose, ${duplicating} duplicate, ${alarmed} stopped with an alarm` +
          `${seeds.length === 0 ? '' : `; broken seeds ${seeds.join(', ')}`}\n`,
  );
}
