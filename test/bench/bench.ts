/**
 * Speed and memory of the pipeline over generated documents of 2 kB.
 *
 *   npm run bench -- [--documents 20000] [--memory 200000] [--runs 3] [--json]
 *
 * Prints documents per CPU-second (user and system, all processes) per stage and for the whole
 * embedded pipeline, against one JSON parse and one SHA-256 of the same bytes as the floor; and, with
 * --memory, the anonymous resident memory of each process over a long run. It does not measure
 * detection quality, nor wall-clock time, which says little on shared cores.
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readFlags } from '../flags.ts';
import { benchDocuments } from './documents.ts';
import { watchMemory } from './memory.ts';
import { measureStages } from './stages.ts';

const cli = new URL('../../services/cli/src/main.ts', import.meta.url).pathname;
const quiet = { ...process.env, BALLAST_LOG_LEVEL: 'silent' };
const values = readFlags(import.meta.filename, {
  documents: { type: 'string', default: '20000' },
  memory: { type: 'string', default: '0' },
  runs: { type: 'string', default: '3' },
  json: { type: 'boolean', default: false },
});
const [documents, memory, runs] = [Number(values.documents), Number(values.memory), Number(values.runs)];
const folder = join(tmpdir(), 'ballast-bench');
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });

const lines = benchDocuments(documents);
const stages = await measureStages(lines.slice(0, 5_000), runs);
const whole = Array.from({ length: runs }, (_, run) =>
  wholePipeline(join(folder, `table-${run}`), lines),
).toSorted((a, b) => a - b);
const figures = {
  ...stages,
  whole: { min: whole[0] ?? 0, median: whole[whole.length >> 1] ?? 0, max: whole.at(-1) ?? 0 },
};
const memoryReport = memory > 0 ? await longRun(memory) : undefined;
rmSync(folder, { recursive: true, force: true });

if (values.json) process.stdout.write(`${JSON.stringify({ documents, figures, memory: memoryReport })}\n`);
else {
  process.stdout.write(`documents of 2 kB per CPU-second, median (min to max) of ${runs} runs\n`);
  for (const [name, { min, median, max }] of Object.entries(figures)) {
    process.stdout.write(
      `  ${name.padEnd(24)} ${median.toFixed(0).padStart(8)} (${min.toFixed(0)} to ${max.toFixed(0)})\n`,
    );
  }
  for (const line of memoryReport ?? []) process.stdout.write(`${line}\n`);
}

function wholePipeline(table: string, input: readonly string[]): number {
  const file = `${table}.jsonl`;
  writeFileSync(file, input.map((line) => `${line}\n`).join(''));
  const result = spawnSync(process.execPath, [...arguments_(file, table), '--json'], {
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
    env: quiet,
  });
  if (result.status !== 0) throw new Error(`ballast run ended with ${result.status}: ${result.stderr}`);
  const report: unknown = JSON.parse(result.stdout);
  return typeof report === 'object' && report !== null && 'docsPerCpuSecond' in report
    ? Number(report.docsPerCpuSecond)
    : Number.NaN;
}

async function longRun(count: number): Promise<readonly string[]> {
  const [file, table] = [join(folder, 'long.jsonl'), join(folder, 'long')];
  writeFileSync(file, '');
  for (let start = 0; start < count; start += 10_000) {
    writeFileSync(
      file,
      benchDocuments(Math.min(10_000, count - start), start)
        .map((line) => `${line}\n`)
        .join(''),
      { flag: 'a' },
    );
  }
  const child = spawn(process.execPath, arguments_(file, table), {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: quiet,
  });
  return await watchMemory(child);
}

function arguments_(file: string, table: string): string[] {
  const config = join(folder, 'pipeline.yaml');
  writeFileSync(
    config,
    `sources:\n  - { match: "attested-*", trust: human }\n  - { match: "*", family: open }\ningest:\n  - { file: ${JSON.stringify(file)}, trusted: [source] }\n`,
  );
  return [cli, 'run', '--input', file, '--table', table, '--config', config, '--quiet'];
}
