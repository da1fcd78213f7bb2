import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { Socket } from 'node:net';
import type { Lane } from '../lanes.ts';
import { reportSchema } from '../program.ts';
import type { Program, Report, RunLimits } from '../program.ts';
import type { Bounds } from './bounds.ts';

/** How a zygote is started. */
export interface Launcher {
  /** Bubblewrap with all its arguments, up to the program inside. */
  readonly argv: readonly string[];
  readonly python: string;
  /** The program inside. */
  readonly source: string;
  readonly bounds: Bounds;
}

/** A verdict and its last line are far shorter; whoever writes more is killed. */
const outputBytesMax = 64 * 1024;
/** Time to import everything, on a busy host; milliseconds. */
const startMs = 15_000;
/** The sandbox ends a run by itself at its deadline; this much later it is not trusted to. Milliseconds. */
const graceMs = 400;
/** `nobody`: the kernel does not enforce limits on processes of a root launcher. */
const nobody = 65_534;

const ends = ['ready', 'ended', 'timeout', 'memory_limit', 'gone'] as const;
type End = (typeof ends)[number];

interface Said {
  /** What came before the last line. */
  readonly output: string;
  readonly end: End;
}

/**
 * A sandbox that is up and waits: bubblewrap around a Python that has imported all it needs. It forks a
 * pair of processes with namespaces and limits of their own for each check, and ends them all after it.
 * Whatever is out of the ordinary (no verdict, a flood, an abort) spends it: the next check gets another.
 */
export class Zygote implements Lane {
  readonly #child: ChildProcessWithoutNullStreams;
  /** A one-check zygote has no namespaces to give each check. */
  readonly #disposable: boolean;
  #spent = false;
  #output = '';
  #complaint = '';
  #heard: ((said: Said) => void) | undefined;

  private constructor({ argv, python, source, bounds }: Launcher) {
    const [file = '', ...rest] = argv;
    this.#disposable = !bounds.nested;
    // -s -S -B: no user packages, no site, nothing written; PYTHONHASHSEED=0 in there: a replay sees the same sets.
    const inside = [python, '-s', '-S', '-B', '-c', source, JSON.stringify(bounds)];
    this.#child = spawn(file, [...rest, ...inside], {
      cwd: '/',
      env: {},
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe'],
      ...(process.getuid?.() === 0 ? { uid: nobody, gid: nobody } : {}),
    });
    this.#listen();
  }

  /** Starts one; rejects with the reason when it does not come up. */
  static async start(launcher: Launcher): Promise<Zygote> {
    const zygote = new Zygote(launcher);
    const { end } = await zygote.#said(startMs);
    if (end !== 'ready') {
      zygote.end();
      throw new Error(zygote.complaint ?? 'it ended at once');
    }
    zygote.#hold(false);
    return zygote;
  }

  /** Last line of its error output. */
  get complaint(): string | undefined {
    return this.#complaint.trim().split('\n').at(-1) || undefined;
  }

  get spent(): boolean {
    return this.#spent;
  }

  /** Runs one program. Rejects only with the reason of the signal. */
  async run(program: Program, { mode, timeoutMs, signal }: RunLimits): Promise<Report> {
    signal.throwIfAborted();
    // The verdict line starts with this; the document's process never holds it.
    const nonce = randomBytes(16).toString('hex');
    const request = Buffer.from(JSON.stringify({ ...program, mode, nonce }));
    const length = Buffer.alloc(4);
    length.writeUInt32LE(request.length);
    const abort = (): void => this.end();
    signal.addEventListener('abort', abort, { once: true });
    this.#hold(true);
    const answer = this.#said(timeoutMs + graceMs);
    this.#child.stdin.write(
      Buffer.concat([Buffer.from(String(Math.ceil(timeoutMs)).padStart(8, '0')), length, request]),
    );
    const said = await answer;
    signal.removeEventListener('abort', abort);
    this.#hold(false);
    const report = read(said, nonce);
    if (report === undefined || said.end !== 'ended' || this.#disposable) this.end();
    signal.throwIfAborted();
    return report ?? { problem: 'no_verdict' };
  }

  /** Ends bubblewrap; its process namespace, and with it every process inside, dies with it. */
  end(): void {
    this.#spent = true;
    const { pid, exitCode, signalCode } = this.#child;
    if (pid === undefined || exitCode !== null || signalCode !== null) return;
    try {
      process.kill(-pid, 'SIGKILL');
    } catch {
      // Already gone.
    }
  }

  #listen(): void {
    const { stdin, stdout, stderr } = this.#child;
    stdin.on('error', () => {}); // it may end before it has read everything
    stdout.setEncoding('latin1').on('data', (text: string) => {
      this.#output += text;
      if (this.#output.length > outputBytesMax) this.end();
      const last = /(?:^|\n)\. ([a-z_]+)\n$/.exec(this.#output);
      const end = ends.find((name) => name === last?.[1]);
      if (last !== null && end !== undefined) this.#tell(end, this.#output.slice(0, last.index));
    });
    stderr.setEncoding('latin1').on('data', (text: string) => {
      if (this.#complaint.length < 4096) this.#complaint += text;
    });
    this.#child.on('error', (error) => {
      this.#complaint += error.message;
      this.#gone();
    });
    this.#child.on('close', () => this.#gone());
  }

  #gone(): void {
    this.#spent = true;
    this.#tell('gone', '');
  }

  #tell(end: End, output: string): void {
    this.#output = '';
    this.#heard?.({ end, output });
    this.#heard = undefined;
  }

  /** The next thing it says; `timeout` and its end when it says nothing in time. */
  #said(withinMs: number): Promise<Said> {
    if (this.#spent) return Promise.resolve({ end: 'gone', output: '' });
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.end();
        this.#tell('timeout', '');
      }, withinMs);
      this.#heard = (said) => {
        clearTimeout(timer);
        resolve(said);
      };
    });
  }

  /** While it works it keeps this process alive; while it waits it does not. */
  #hold(held: boolean): void {
    const { stdin, stdout, stderr } = this.#child;
    for (const stream of [this.#child, stdin, stdout, stderr]) {
      if (stream === this.#child || stream instanceof Socket) stream[held ? 'ref' : 'unref']();
    }
  }
}

function read({ output, end }: Said, nonce: string): Report | undefined {
  if (end === 'timeout' || end === 'memory_limit') return { problem: end };
  const line = output.trimEnd();
  if (end !== 'ended' || !line.startsWith(`${nonce} `) || line.includes('\n')) return undefined;
  try {
    return reportSchema.parse(JSON.parse(line.slice(nonce.length + 1)));
  } catch {
    return undefined;
  }
}
