/**
 * The corpus run: labelled text of domains the detector has never seen goes through the whole pipeline
 * without its labels; then the labels tell how much synthetic text got in and how many humans wait.
 *
 *   npm run corpus -- --data detector-train.jsonl.zst [--out DIR] [--ratio 1:4] [--whole] [--json]
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { readFlags } from '../flags.ts';
import { readRows } from './labelled-rows.ts';
import { readKept } from './kept.ts';

const rowSchema = z.object({
  id: z.string(),
  text: z.string(),
  label: z.enum(['human', 'machine']),
  domain: z.string(),
  lang: z.string(),
});
type Row = z.infer<typeof rowSchema>;

const reportSchema = z.object({
  flow: z.object({ unaccounted: z.number() }),
  docsPerCpuSecond: z.number(),
  cpuSeconds: z.number(),
});
const auditSchema = z.object({
  holds: z.boolean(),
  scopes: z.array(z.looseObject({ scope: z.string(), upper_unverified: z.number() })),
});

const canariesPerLabel = 30;
const cli = new URL('../../services/cli/src/main.ts', import.meta.url).pathname;

const values = readFlags(import.meta.filename, {
  data: { type: 'string' },
  out: { type: 'string', default: 'ballast-data/corpus' },
  ratio: { type: 'string', multiple: true },
  whole: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
});
if (values.data === undefined || !existsSync(values.data)) {
  process.stderr.write('corpus: give the labelled corpus with --data FILE.jsonl.zst\n');
  process.exit(66);
}

const out = values.out;
mkdirSync(out, { recursive: true });
const rows = readRows(values.data, rowSchema);
const heldOut = rows.filter((row) => row.lang === 'en' && isHeldOut(row.domain));
say(
  `${heldOut.filter((row) => row.label === 'human').length} human rows in ${new Set(heldOut.map((row) => row.domain)).size} domains set apart`,
);
const model = trainWithout(values.data);
const results: CorpusResult[] = [];
for (const ratio of values.ratio ?? ['1:4', '1:1', '2:1']) results.push(await runAt(ratio));
if (values.whole) results.push(await runWhole());
process.stdout.write(`${values.json ? JSON.stringify(results) : results.map(line).join('\n')}\n`);

/** One domain in five, by hash: md5(domain) mod 5 = 0. */
function isHeldOut(domain: string): boolean {
  return BigInt(`0x${createHash('md5').update(domain).digest('hex')}`) % 5n === 0n;
}

/** Order of the rows that depends on nothing but their ids. */
function byHash(a: Row, b: Row): number {
  const key = (row: Row): string => createHash('md5').update(`order/${row.id}`).digest('hex');
  return key(a) < key(b) ? -1 : 1;
}

/** A detector trained without the held-out domains; kept from one call to the next. */
function trainWithout(data: string): string {
  const folder = join(out, 'detector');
  if (existsSync(join(folder, 'detector.json'))) return folder;
  const domains = [...new Set(heldOut.map((row) => row.domain))];
  say(`training a detector without ${domains.join(', ')}`);
  ballast(['train-detector', '--input', data, '--out', folder, '--exclude-domain', ...domains]);
  return folder;
}

interface CorpusResult {
  readonly name: string;
  readonly rows: number;
  readonly humans: number;
  readonly humansKept: number;
  readonly humansWaiting: { readonly [source: string]: number };
  readonly syntheticTokenShare: number;
  readonly auditExit: number;
  readonly unaccounted: number;
  /** Largest upper bound of unverified text in any scope the audit derived. */
  readonly upperMax: number;
  readonly docsPerCpuSecond: number;
}

/** `machine:human` rows of each held-out domain, canaries set apart. */
async function runAt(ratio: string): Promise<CorpusResult> {
  const [machine = 1, human = 4] = ratio.split(':').map(Number);
  const canaries: Row[] = [];
  const input: Row[] = [];
  for (const domain of [...new Set(heldOut.map((row) => row.domain))].toSorted()) {
    const of = (label: Row['label']) =>
      heldOut.filter((row) => row.domain === domain && row.label === label).toSorted(byHash);
    const [humans, machines] = [of('human'), of('machine')];
    canaries.push(...humans.slice(0, canariesPerLabel), ...machines.slice(0, canariesPerLabel));
    const kept = humans.slice(canariesPerLabel);
    input.push(
      ...kept,
      ...machines.slice(canariesPerLabel, canariesPerLabel + Math.round((kept.length * machine) / human)),
    );
  }
  return await run(`held-out ${ratio}`, input.toSorted(byHash), canaries, model);
}

/** Every row, for scale: the shipped detector has seen them, so its shares say nothing about detection. */
async function runWhole(): Promise<CorpusResult> {
  const canaries = rows
    .filter((row) => row.lang === 'en')
    .toSorted(byHash)
    .slice(0, 2_000);
  const apart = new Set(canaries.map((row) => row.id));
  return await run(
    'whole file',
    rows.filter((row) => !apart.has(row.id)),
    canaries,
    undefined,
  );
}

async function run(
  name: string,
  input: readonly Row[],
  canaries: readonly Row[],
  detector: string | undefined,
): Promise<CorpusResult> {
  const folder = join(out, name.replaceAll(/[^a-z0-9]+/g, '-'));
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const files = {
    input: join(folder, 'input.jsonl'),
    canaries: join(folder, 'canaries.jsonl'),
    config: join(folder, 'pipeline.yaml'),
  };
  writeFileSync(
    files.input,
    input.map(({ id, text, domain }) => `${JSON.stringify({ id, text, source: domain })}\n`).join(''),
  );
  writeFileSync(
    files.canaries,
    canaries
      .map(
        ({ id, text, domain, label }) =>
          `${JSON.stringify({ id, text, source: domain, label: label === 'human' ? 'human' : 'synthetic' })}\n`,
      )
      .join(''),
  );
  writeFileSync(
    files.config,
    `sources:\n  - { match: "*", family: corpus }\nverify: { action: annotate }\n${detector === undefined ? '' : `detector: { model: ${JSON.stringify(detector)} }\n`}`,
  );
  const table = join(folder, 'table');
  const report = reportSchema.parse(
    JSON.parse(
      ballast([
        'run',
        '--input',
        files.input,
        '--table',
        table,
        '--canaries',
        files.canaries,
        '--config',
        files.config,
        '--json',
      ]),
    ),
  );
  const audit = spawnSync(process.execPath, [cli, 'audit', table, '--json'], {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  const { scopes } = auditSchema.parse(JSON.parse(audit.stdout));
  const label = new Map(input.map((row) => [row.id, row]));
  const kept = await readKept(table);
  const synthetic = kept
    .filter((row) => label.get(row.id)?.label === 'machine')
    .reduce((sum, row) => sum + row.tokens, 0);
  const total = kept.reduce((sum, row) => sum + row.tokens, 0);
  const keptIds = new Set(kept.map((row) => row.id));
  const humans = input.filter((row) => row.label === 'human');
  const waiting: { [source: string]: number } = {};
  for (const row of humans) if (!keptIds.has(row.id)) waiting[row.domain] = (waiting[row.domain] ?? 0) + 1;
  return {
    name,
    rows: input.length,
    humans: humans.length,
    humansKept: humans.filter((row) => keptIds.has(row.id)).length,
    humansWaiting: waiting,
    syntheticTokenShare: total === 0 ? 0 : synthetic / total,
    auditExit: audit.status ?? -1,
    unaccounted: report.flow.unaccounted,
    upperMax: Math.max(0, ...scopes.map((scope) => scope.upper_unverified)),
    docsPerCpuSecond: report.docsPerCpuSecond,
  };
}

function line(result: CorpusResult): string {
  const { humansKept, humans } = result;
  return [
    `${result.name}: ${result.rows} rows, ${result.unaccounted} unaccounted, audit exit ${result.auditExit}`,
    `  human rows kept ${humansKept} of ${humans} = ${((100 * humansKept) / humans).toFixed(1)} %`,
    `  true synthetic token share of the output ${result.syntheticTokenShare.toFixed(4)}, largest U of any scope ${result.upperMax.toFixed(4)}`,
    `  ${result.docsPerCpuSecond.toFixed(0)} documents per CPU-second`,
    `  human rows not in the table by source: ${JSON.stringify(result.humansWaiting)}`,
  ].join('\n');
}

function ballast(args: readonly string[]): string {
  const result = spawnSync(process.execPath, [cli, ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: 2 ** 28,
  });
  if (result.status !== 0) {
    say(`ballast ${args[0]} ended with ${result.status}`);
    process.exit(result.status ?? 1);
  }
  return result.stdout;
}

function say(text: string): void {
  process.stderr.write(`corpus: ${text}\n`);
}
