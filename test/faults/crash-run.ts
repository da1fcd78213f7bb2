import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { checkTable } from './check-table.ts';
import type { TableCheck } from './check-table.ts';
import { crashInput } from './crash-texts.ts';
import type { CrashInput } from './crash-texts.ts';

const cli = new URL('../../services/cli/src/main.ts', import.meta.url).pathname;

/** Every point between write, flush, ack and commit at which the process can be ended. */
export const failPoints = [
  'ingest:before',
  'ingest:committed',
  'ingest:flushed',
  'decide:before',
  'decide:flushed',
  'write:before',
  'write:committed',
  'write:flushed',
  'ack:before',
  'ack:committed',
  'ack:flushed',
  'commit:before',
  'commit:linked',
] as const;

/** A table in a folder of its own that one input is run into, with interruptions. */
export class CrashRun {
  readonly table: string;
  readonly #folder: string;
  readonly #input: CrashInput;
  readonly #args: readonly string[];

  /** @param folder Emptied. @param documents Lines of the input. */
  constructor(folder: string, documents: number, seed: number) {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    this.#folder = folder;
    this.table = join(folder, 'table');
    this.#input = crashInput(documents, seed);
    const [input, config] = [join(folder, 'input.jsonl'), join(folder, 'pipeline.yaml')];
    writeFileSync(input, `${this.#input.lines.join('\n')}\n`);
    writeFileSync(
      config,
      [
        'sources:',
        '  - { match: "attested-*", trust: human }',
        '  - { match: "open-*", family: open }',
        'ingest:',
        `  - { file: ${JSON.stringify(input)}, trusted: [source] }`,
        'verify: { action: annotate }',
        'mixer: { rowGroupDocuments: 256, shardBytes: 131072 }',
        '',
      ].join('\n'),
    );
    this.#args = [
      cli,
      'run',
      '--input',
      input,
      '--table',
      this.table,
      '--config',
      config,
      '--quiet',
      '--json',
    ];
  }

  /** Runs and ends every process of the run by SIGKILL after `ms`, or at once when it ended before. True when it was killed. */
  async killAfter(ms: number): Promise<boolean> {
    const child = this.#spawn({});
    const exit = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    await Promise.race([exit, delay(ms)]);
    const running = child.exitCode === null && child.signalCode === null;
    if (running && child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    await exit;
    return running;
  }

  /** Runs until a process passes the point the n-th time and ends itself there by SIGKILL. True when that happened. */
  async killAt(point: string, count: number): Promise<boolean> {
    const child = this.#spawn({ BALLAST_FAIL_AT: `${point}@${count}` });
    const [code, signal] = await new Promise<[number | null, string | null]>((resolve) =>
      child.once('exit', (...end) => resolve(end)),
    );
    return signal === 'SIGKILL' || code !== 0;
  }

  /** Runs to the end; throws when that fails. Gives the documents the run itself left unaccounted. */
  finish(): number {
    const result = spawnSync(process.execPath, this.#args, {
      encoding: 'utf8',
      maxBuffer: 2 ** 26,
      env: environment,
    });
    if (result.status !== 0)
      throw new Error(`the last run ended with ${result.status}: ${result.stderr.slice(-2_000)}`);
    const report: unknown = JSON.parse(result.stdout);
    return unaccountedIn(report);
  }

  /** Compares table and lanes with the input. */
  check(): Promise<TableCheck> {
    return checkTable(this.table, this.#input);
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #spawn(env: { readonly [name: string]: string }) {
    return spawn(process.execPath, this.#args, {
      stdio: 'ignore',
      detached: true,
      env: { ...environment, ...env },
    });
  }
}

const environment = { ...process.env, BALLAST_LOG_LEVEL: 'silent' };

function unaccountedIn(report: unknown): number {
  if (typeof report !== 'object' || report === null || !('flow' in report)) return Number.NaN;
  const { flow } = report;
  return typeof flow === 'object' && flow !== null && 'unaccounted' in flow
    ? Number(flow.unaccounted)
    : Number.NaN;
}
