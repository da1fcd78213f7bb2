import { readFileSync, writeFileSync } from 'node:fs';
import { spread } from './fault-case.ts';
import { holds } from './suite.ts';
import type { CaseReport } from './suite.ts';

/** The table that this module keeps in the results page stands under this heading and begins with these lines. */
const heading = '## Long runs: figures';
const head = [
  '| # | run | injected | documents | lost / twice / order breaks | redelivered | recovery p50 / max | over 3 s | verdict |',
  '|---|---|---|---|---|---|---|---|---|',
];

/** What a row is told by, beside the case. */
export interface RunOf {
  readonly seed: number;
  readonly scale: number;
}

/** Puts one row per case into the page's table of long runs, in the place of the row of the same case, seed and scale. */
export function writeResults(file: string, reports: readonly CaseReport[], run: RunOf): void {
  const page = readFileSync(file, 'utf8').trimEnd();
  const [before = '', after = ''] = page.includes(heading) ? page.split(heading) : [`${page}\n\n`, ''];
  const lines = after.split('\n');
  const rest = lines.filter((line) => !line.startsWith('|')).join('\n');
  const rows = new Map(
    lines.filter((line) => /^\| [A-Zc]/.test(line) && line !== head[0]).map((line) => [keyOf(line), line]),
  );
  for (const report of reports) {
    const row = rowOf(report, run);
    if (row !== undefined) rows.set(keyOf(row), row);
  }
  const table = [...head, ...rows.values()].join('\n');
  writeFileSync(file, `${before}${heading}\n\n${table}\n${rest.trim() === '' ? '' : `\n${rest.trim()}\n`}`);
}

/** Case, seed and scale: up to the number of slices, which grows as a run goes on. */
function keyOf(row: string): string {
  return row.split(', slices')[0] ?? row;
}

function rowOf(report: CaseReport, { seed, scale }: RunOf): string | undefined {
  const { id, title, outcomes, slices } = report;
  if (outcomes.length === 0) return undefined;
  const sum = (of: (outcome: (typeof outcomes)[number]) => number): number =>
    outcomes.reduce((total, outcome) => total + of(outcome), 0);
  const count = (name: 'lost' | 'duplicated' | 'orderBreaks' | 'redelivered'): string =>
    sum(({ check }) => check?.[name] ?? 0).toLocaleString('en-US');
  const injected = new Map<string, number>();
  for (const outcome of outcomes)
    for (const [fault, times] of Object.entries(outcome.injected))
      injected.set(fault, (injected.get(fault) ?? 0) + times);
  const recoveries = outcomes.flatMap(({ recoveryMs }) => recoveryMs);
  const recovery = spread(recoveries);
  const seconds = (ms: number): string => (ms / 1_000).toFixed(1);
  const slow = recoveries.filter((ms) => ms > 3_000).length;
  const failures = outcomes.flatMap((outcome) => outcome.failures).length;
  return `| ${[
    id,
    `${title}: seed ${seed}, scale ${scale}, slices ${outcomes.length} of ${slices}`,
    [...injected].map(([fault, times]) => `${times} × ${fault}`).join(', '),
    sum(({ documents }) => documents).toLocaleString('en-US'),
    `${count('lost')} / ${count('duplicated')} / ${count('orderBreaks')}`,
    count('redelivered'),
    recovery === undefined ? '–' : `${seconds(recovery.p50)} / ${seconds(recovery.max)} s`,
    recovery === undefined ? '–' : `${slow} of ${recoveries.length}`,
    holds(report) ? 'holds' : `**not met**: ${failures} failures`,
  ].join(' | ')} |`;
}
