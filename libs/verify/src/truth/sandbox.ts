import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { hash, randomBytes } from 'node:crypto';
import { existsSync, lstatSync, readFileSync, realpathSync } from 'node:fs';
import { z } from 'zod';

/** Code of a document and the tests it should pass. */
export interface Program {
  readonly code: string;
  readonly tests: string;
  /** Name that `check(candidate)` of the tests is called with, HumanEval's way. */
  readonly entry?: string | undefined;
}

const reportSchema = z.union([
  z.strictObject({
    /** Counted statements of the tests, and those that went through. */
    passed: z.int().nonnegative(),
    total: z.int().nonnegative(),
    /** Assertions that were reached and held. */
    assertions: z.int().nonnegative(),
    /** The tests fail on a program that defines nothing. */
    failsEmpty: z.boolean(),
    /** Exception that ended the document's own code, if any. */
    load: z.string().nullable(),
  }),
  /** Whether code and tests go through in one process; only ever used to doubt a failure. */
  z.strictObject({ together: z.boolean() }),
  z.strictObject({
    problem: z.enum([
      'cpu_limit',
      'memory_limit',
      'ended_early',
      'missing_module',
      'hides_trusted_name',
      'tests_do_not_parse',
    ]),
  }),
  /** Said by this side: the deadline passed, or the sandbox ended without a verdict line. */
  z.strictObject({ problem: z.enum(['timeout', 'no_verdict']) }),
]);

/** What a run came to. */
export type Report = Readonly<z.infer<typeof reportSchema>>;

/** How one run is bounded. */
export interface RunLimits {
  /** `apart`: tests and document in two processes. `together`: in one, as a plain run would be. */
  readonly mode: 'apart' | 'together';
  /** Wall clock, milliseconds, after which every process of the run is killed. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** Where the code of strangers runs. */
export interface Sandbox {
  readonly available: true;
  /** Changes with the driver and the interpreter; part of the key of cached results. */
  readonly version: string;
  /** Runs Python. Never throws for the program's sake; rejects only with the reason of the signal. */
  run(program: Program, limits: RunLimits): Promise<Report>;
}

/** Why this host has no sandbox. */
export interface Unavailable {
  readonly available: false;
  readonly reason: string;
  /** What would give it one. */
  readonly fix: string;
}

/** Bounds of one run, enforced by the kernel inside the sandbox (setrlimit(2), tmpfs size) or by its driver. */
const limits = {
  /** Processes and threads of the document. */
  processes: 16,
  /** Address space of each process, bytes. */
  addressBytes: 512 * 1024 * 1024,
  /** Resident memory of all its processes together, bytes. */
  memoryBytes: 768 * 1024 * 1024,
  /** Largest file, bytes; /tmp as a whole holds {@link temporaryBytes}. */
  fileBytes: 4 * 1024 * 1024,
} as const;

const temporaryBytes = 16 * 1024 * 1024;
/** A verdict line is far shorter; whoever writes more is killed. */
const outputBytesMax = 64 * 1024;
/** `nobody`: the kernel does not enforce limits on processes of a root launcher. */
const nobody = 65_534;

const install = 'install bubblewrap and python3 (Debian: apt-get install -y bubblewrap python3)';

/** The parts of the program inside, in the order they build on each other. */
const parts = ['wire', 'subject', 'stand_in', 'run', 'driver'] as const;

/**
 * Opens a sandbox of bubblewrap and the system's python3, after trying that it works and that it
 * tells right from wrong. Without one it says why; code is never run unconfined.
 *
 * Inside: own user, process, network, mount, IPC and host-name namespaces; no network but a loopback
 * of its own; only the interpreter and its libraries, read-only; no environment; 16 MiB of /tmp.
 */
export async function openSandbox(options: { readonly timeoutMs: number }): Promise<Sandbox | Unavailable> {
  const bubblewrap = findProgram('bwrap');
  if (bubblewrap === undefined)
    return { available: false, reason: 'bubblewrap (bwrap) is not installed', fix: install };
  const pythons = ['/usr/bin/python3', '/usr/local/bin/python3'].filter((path) => existsSync(path));
  if (pythons.length === 0) {
    return { available: false, reason: 'python3 is neither in /usr/bin nor in /usr/local/bin', fix: install };
  }
  const driver = parts
    .map((part) => readFileSync(new URL(`./python/${part}.py`, import.meta.url), 'utf8'))
    .join('\n');
  let complaint = '';
  for (const python of pythons) {
    // Older bubblewrap and some kernels refuse --disable-userns; the rest confines without it too.
    for (const nested of [['--disable-userns'], []]) {
      const argv = [bubblewrap, ...confinement(realpathSync(python)), ...nested, '--'];
      const launcher: Launcher = { argv, python: realpathSync(python), driver };
      const trial = await attempt(launcher, Math.max(options.timeoutMs, 10_000));
      if (trial === undefined) return sandbox(launcher);
      complaint = trial;
    }
  }
  return {
    available: false,
    reason: `bubblewrap does not start here: ${complaint}`,
    fix: 'allow unprivileged user namespaces (sysctl user.max_user_namespaces; in Kubernetes run the verifier under a runtime class that has them), or set verify.code to off',
  };
}

interface Launcher {
  readonly argv: readonly string[];
  readonly python: string;
  readonly driver: string;
}

function sandbox(launcher: Launcher): Sandbox {
  return {
    available: true,
    version: hash('sha256', JSON.stringify([launcher.driver, launcher.python, limits]), 'hex').slice(0, 16),
    run: async (program, runLimits) => (await launch(launcher, program, runLimits)).report,
  };
}

/** Undefined when a right program passes and a wrong one does not; otherwise what went wrong. */
async function attempt(launcher: Launcher, timeoutMs: number): Promise<string | undefined> {
  const signal = AbortSignal.timeout(2 * timeoutMs);
  const program = { code: 'def one():\n    return 1', tests: 'assert one() == 1\nassert one() == 2' };
  const { report, complaint } = await launch(launcher, program, { mode: 'apart', timeoutMs, signal });
  if ('passed' in report && report.passed === 1 && report.total === 2) return undefined;
  return complaint.trim().split('\n').at(-1) ?? JSON.stringify(report);
}

function findProgram(name: string): string | undefined {
  return ['/usr/bin', '/usr/local/bin', '/bin']
    .map((folder) => `${folder}/${name}`)
    .find((path) => existsSync(path));
}

/** Arguments of bwrap(1): what exists inside, and what is cut off. */
function confinement(python: string): readonly string[] {
  const tree: string[] = [];
  for (const folder of ['/usr/lib', '/usr/lib32', '/usr/lib64', '/usr/local/lib']) {
    if (existsSync(folder)) tree.push('--ro-bind', folder, folder);
  }
  for (const folder of ['/lib', '/lib64']) {
    if (!existsSync(folder)) continue;
    if (lstatSync(folder).isSymbolicLink()) tree.push('--symlink', `usr${folder}`, folder);
    else tree.push('--ro-bind', folder, folder);
  }
  const apart = ['--unshare-all', '--unshare-user', '--uid', String(nobody), '--gid', String(nobody)];
  const alone = ['--die-with-parent', '--new-session', '--clearenv', '--setenv', 'LC_ALL', 'C.UTF-8'];
  const interpreter = ['--ro-bind', python, python];
  const devices = ['--proc', '/proc', '--dev', '/dev', '--remount-ro', '/dev'];
  const temporary = ['--size', String(temporaryBytes), '--tmpfs', '/tmp', '--chdir', '/tmp'];
  return [...apart, ...alone, ...tree, ...interpreter, ...devices, ...temporary, '--remount-ro', '/'];
}

interface Launched {
  readonly report: Report;
  /** What bubblewrap wrote on its error output, at most 4 kB. */
  readonly complaint: string;
}

async function launch(launcher: Launcher, program: Program, run: RunLimits): Promise<Launched> {
  run.signal.throwIfAborted();
  // The verdict line starts with this; the document's process never holds it.
  const nonce = randomBytes(16).toString('hex');
  const bounds = { ...limits, cpuSeconds: Math.max(1, Math.floor(run.timeoutMs / 1250)) };
  const [file = '', ...argv] = launcher.argv;
  const inside = [launcher.python, '-I', '-S', '-B', '-c', launcher.driver, JSON.stringify(bounds)];
  const asRoot = process.getuid?.() === 0;
  const child = spawn(file, [...argv, ...inside], {
    cwd: '/',
    env: {},
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
    ...(asRoot ? { uid: nobody, gid: nobody } : {}),
  });
  const request = JSON.stringify({ ...program, mode: run.mode, nonce });
  const ended = await settled(child, request, run);
  run.signal.throwIfAborted();
  const complaint = ended.errors.slice(0, 4096);
  if (ended.timedOut) return { report: { problem: 'timeout' }, complaint };
  return { report: readVerdict(ended.output, nonce) ?? { problem: 'no_verdict' }, complaint };
}

interface Ended {
  readonly output: string;
  readonly errors: string;
  readonly timedOut: boolean;
}

/** Feeds the request and waits for the end; kills the whole group at the deadline, on abort or on a flood. */
function settled(child: ChildProcess, request: string, { timeoutMs, signal }: RunLimits): Promise<Ended> {
  return new Promise((resolve) => {
    let output = '';
    let errors = '';
    let timedOut = false;
    const kill = (): void => killGroup(child);
    const timer = setTimeout(() => {
      timedOut = true;
      kill();
    }, timeoutMs);
    signal.addEventListener('abort', kill, { once: true });
    child.stdout?.setEncoding('latin1').on('data', (text: string) => {
      output += text;
      if (output.length > outputBytesMax) kill();
    });
    child.stderr?.setEncoding('latin1').on('data', (text: string) => {
      if (errors.length < outputBytesMax) errors += text;
    });
    child.stdin?.on('error', () => {}); // it may end before it has read everything
    child.stdin?.end(request);
    const finish = (error?: Error): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', kill);
      resolve({ output, errors: error === undefined ? errors : error.message, timedOut });
    };
    child.on('error', finish);
    child.on('close', () => finish());
  });
}

/** Ends bubblewrap; its process namespace, and with it every process inside, dies with it. */
function killGroup(child: ChildProcess): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // Already gone.
  }
}

function readVerdict(output: string, nonce: string): Report | undefined {
  const line = output.trimEnd();
  if (output.length > outputBytesMax || !line.startsWith(`${nonce} `) || line.includes('\n'))
    return undefined;
  try {
    return reportSchema.parse(JSON.parse(line.slice(nonce.length + 1)));
  } catch {
    return undefined;
  }
}
