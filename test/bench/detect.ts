/**
 * Detection quality on text whose domain (and generator) no model had seen, goal by goal.
 *
 *   npm run bench:detect -- --data detector-train.jsonl.zst [--cache DIR] [--draws 200] [--all-lengths] [--only PART…] [--json]
 *
 * Parts: folds, canaries, alarms, ece, recovery, attacks, rewritten, aggregation, speed, determinism. Trains eight fold models on the
 * first run (six minutes on one core, kept in the cache folder; an interrupted run goes on after the finished
 * ones) and prints a Markdown table; the shipped model is only asked for attacks, speed and determinism.
 */
import { readFlags } from '../flags.ts';
import { aggregationLines } from './detect/aggregation.ts';
import { canaryLines, falseAlarmLines } from './detect/canaries.ts';
import { foldLines } from './detect/folds.ts';
import { rowOf } from './detect/goal.ts';
import type { GoalLine } from './detect/goal.ts';
import { heldOut } from './detect/held-out.ts';
import { calibrationLines, recoveryLines } from './detect/recovery.ts';
import { rewrittenLines } from './detect/rewritten.ts';
import { attackLines, determinismLines, speedLines } from './detect/shipped.ts';

const values = readFlags(import.meta.filename, {
  data: { type: 'string' },
  cache: { type: 'string', default: 'ballast-data/bench-detect' },
  draws: { type: 'string', default: '200' },
  'all-lengths': { type: 'boolean', default: false },
  only: { type: 'string', multiple: true },
  json: { type: 'boolean', default: false },
});
if (values.data === undefined) {
  process.stderr.write('bench:detect: give the labelled corpus with --data FILE.jsonl.zst\n');
  process.exit(66);
}
const { data } = values;
const scored = await heldOut(data, values.cache, values['all-lengths'] ? 0 : 400);
const parts: { readonly [name: string]: () => readonly GoalLine[] | Promise<readonly GoalLine[]> } = {
  folds: () => foldLines(scored),
  canaries: () => canaryLines(scored.sources),
  alarms: () => falseAlarmLines(scored.sources),
  ece: () => calibrationLines(scored.sources),
  recovery: () => recoveryLines(scored.corpora, Number(values.draws)),
  attacks: () => attackLines(scored.held),
  rewritten: () => rewrittenLines(scored, data),
  aggregation: () => aggregationLines(scored),
  speed: () => speedLines(scored.held),
  determinism: () => determinismLines(scored.held),
};
const lines: GoalLine[] = [];
if (!values.json) process.stdout.write('| figure | goal | measured | |\n|---|---|---|---|\n');
for (const [name, measure] of Object.entries(parts)) {
  if (values.only !== undefined && !values.only.includes(name)) continue;
  for (const line of await measure()) {
    lines.push(line);
    if (!values.json) process.stdout.write(`${rowOf(line)}\n`);
  }
}
if (values.json) process.stdout.write(`${JSON.stringify(lines)}\n`);
