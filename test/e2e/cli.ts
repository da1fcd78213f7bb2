import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { reportSchema } from './report.ts';
import type { Report } from './report.ts';

const main = new URL('../../services/cli/src/main.ts', import.meta.url).pathname;

/** How a process ended, and all it said. */
export interface Ended {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a process is started with. */
export interface StartOptions {
  readonly stdin?: string | Uint8Array;
  readonly env?: { readonly [name: string]: string };
  /** Script to run; default the command line. */
  readonly script?: string;
}

/** A process that runs; it leads a process group of its own. */
export interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Ends the whole group at once, as a power cut would. */
  killGroup(): void;
}

/** A folder for one test, in which the command line is called as a user would; removed when its scope ends. */
export class Workplace implements AsyncDisposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'ballast-e2e-'));
  readonly #running = new Set<Started>();

  path(name: string): string {
    return join(this.folder, name);
  }

  /** Writes a file; gives its name. */
  write(name: string, content: string | Uint8Array): string {
    writeFileSync(this.path(name), content);
    return name;
  }

  /** Starts `ballast ARGS`, or another script, in the folder. */
  start(args: readonly string[], options: StartOptions = {}): Started {
    const child = spawn(process.execPath, [options.script ?? main, ...args], {
      cwd: this.folder,
      detached: true,
      env: { ...process.env, BALLAST_LOG_LEVEL: 'silent', ...options.env },
    });
    const [stdout, stderr] = [gather(child.stdout), gather(child.stderr)];
    const ended = new Promise<Ended>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (status, signal) =>
        resolve({ status, signal, stdout: stdout(), stderr: stderr() }),
      );
    });
    const started: Started = {
      child,
      ended: ended.finally(() => this.#running.delete(started)),
      killGroup: () => void (child.pid !== undefined && process.kill(-child.pid, 'SIGKILL')),
    };
    this.#running.add(started);
    // A process that ends early closes its standard input: that is for its exit status to tell.
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.stdin);
    return started;
  }

  /** Runs `ballast ARGS` to its end. */
  ballast(args: readonly string[], options?: StartOptions): Promise<Ended> {
    return this.start(args, options).ended;
  }

  /** Runs several commands, two at a time; how each ended, in order. */
  async each(commands: readonly (readonly string[])[]): Promise<readonly Ended[]> {
    const ended: Ended[] = [];
    for (let at = 0; at < commands.length; at += 2)
      ended.push(...(await Promise.all(commands.slice(at, at + 2).map((args) => this.ballast(args)))));
    return ended;
  }

  /** `ballast run … --json`: the report, after asserting the exit status. */
  async run(
    args: readonly string[],
    options: StartOptions & { readonly status?: number } = {},
  ): Promise<Report> {
    const ended = await this.ballast(['run', '--json', '--quiet', ...args], options);
    if (ended.status !== (options.status ?? 0))
      throw new Error(
        `ballast run ${args.join(' ')} ended with ${ended.status ?? ended.signal}: ${ended.stderr}`,
      );
    return reportSchema.parse(JSON.parse(ended.stdout));
  }

  /** Ends what still runs, and removes the folder. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const started of this.#running) {
      started.killGroup();
      await started.ended;
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function gather(stream: NodeJS.ReadableStream): () => string {
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  return () => Buffer.concat(chunks).toString();
}
