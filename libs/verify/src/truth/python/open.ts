import { hash } from 'node:crypto';
import { existsSync, lstatSync, readFileSync, realpathSync } from 'node:fs';
import { Lanes } from '../lanes.ts';
import type { Available, Program, Unavailable } from '../program.ts';
import { bounds } from './bounds.ts';
import { Zygote } from './zygote.ts';
import type { Launcher } from './zygote.ts';

const install = 'install bubblewrap and python3 (Debian: apt-get install -y bubblewrap python3)';

/** The parts of the program inside, in the order they build on each other. */
const parts = ['wire', 'subject', 'stand_in', 'run', 'driver', 'jail', 'zygote'] as const;

/** How many checks run at once, and how a sandbox is set up. */
export interface PythonOptions {
  readonly lanes: number;
  /** Default: whichever works first. `disposable` starts bubblewrap anew for each check. */
  readonly setup?: 'nested' | 'disposable';
}

/**
 * Opens a sandbox of bubblewrap and the system's python3, after trying that it works and that it
 * tells right from wrong. Without one it says why; code is never run unconfined.
 *
 * Inside: own user, process, network, mount, IPC and host-name namespaces; no network but a loopback
 * of its own; only the interpreter and its libraries, read-only; no environment; a system-call filter.
 * Each check gets processes, user, /tmp and /proc of its own in there.
 */
export async function openPython({ lanes, setup }: PythonOptions): Promise<Available | Unavailable> {
  const bubblewrap = findProgram('bwrap');
  if (bubblewrap === undefined) return missing('bubblewrap (bwrap) is not installed', install);
  const pythons = ['/usr/bin/python3', '/usr/local/bin/python3'].filter((path) => existsSync(path));
  if (pythons.length === 0) return missing('python3 is neither in /usr/bin nor in /usr/local/bin', install);
  const source = parts
    .map((part) => readFileSync(new URL(`./${part}.py`, import.meta.url), 'utf8'))
    .join('\n');
  let complaint = '';
  for (const launcher of launchers(bubblewrap, pythons, source)) {
    if (setup !== undefined && launcher.bounds.nested !== (setup === 'nested')) continue;
    try {
      await attempt(launcher);
      return { available: true, sandbox: sandbox(launcher, lanes) };
    } catch (error) {
      complaint = error instanceof Error ? error.message : String(error);
    }
  }
  return missing(
    `bubblewrap does not start here: ${complaint}`,
    'allow unprivileged user namespaces (sysctl user.max_user_namespaces; in Kubernetes run the verifier under a runtime class that has them), or set verify.code to off',
  );
}

function missing(reason: string, fix: string): Unavailable {
  return { available: false, languages: ['python'], reason, fix };
}

/** The ways to start, best first: older bubblewrap and some kernels refuse one or the other. */
function* launchers(
  bubblewrap: string,
  pythons: readonly string[],
  source: string,
): Generator<Launcher, void, void> {
  const ways = [
    // Root of this user namespace alone, in which no document ever runs: its rights are to make namespaces
    // and to map its own user into them (user_namespaces(7), Linux 5.12).
    { nested: true, flags: [...user('0'), '--cap-add', 'CAP_SYS_ADMIN', '--cap-add', 'CAP_SETFCAP'] },
    { nested: false, flags: [...user(nobody), '--disable-userns'] },
    { nested: false, flags: user(nobody) },
  ];
  for (const path of pythons) {
    const python = realpathSync(path);
    for (const { nested, flags } of ways) {
      const argv = [bubblewrap, ...confinement(python), ...flags, '--'];
      yield { argv, python, source, bounds: { ...bounds, nested } };
    }
  }
}

function sandbox(launcher: Launcher, width: number): Available['sandbox'] {
  const lanes = new Lanes(width, () => Zygote.start(launcher));
  return {
    version: hash('sha256', JSON.stringify(launcher), 'hex').slice(0, 16),
    run: async (program, limits) => {
      try {
        return await lanes.use(limits.signal, (zygote) => zygote.run(program, limits));
      } catch {
        limits.signal.throwIfAborted();
        return { problem: 'no_verdict' }; // it came up when it was tried, and does not now
      }
    },
    close: async () => lanes.close(),
  };
}

/** Throws unless a right program passes and a wrong one does not. */
async function attempt(launcher: Launcher): Promise<void> {
  const zygote = await Zygote.start(launcher);
  try {
    const program: Program = {
      language: 'python',
      code: 'def one():\n    return 1',
      tests: 'assert one() == 1\nassert one() == 2',
    };
    const signal = new AbortController().signal;
    const report = await zygote.run(program, { mode: 'apart', timeoutMs: 10_000, signal });
    if ('passed' in report && report.passed === 1 && report.total === 2) return;
    throw new Error(zygote.complaint ?? JSON.stringify(report));
  } finally {
    zygote.end();
  }
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
  const apart = ['--unshare-all', '--unshare-user'];
  const alone = ['--die-with-parent', '--new-session', '--clearenv', '--setenv', 'LC_ALL', 'C.UTF-8'];
  const repeatable = ['--setenv', 'PYTHONHASHSEED', '0'];
  const interpreter = ['--ro-bind', python, python];
  const devices = ['--proc', '/proc', '--dev', '/dev', '--remount-ro', '/dev'];
  const temporary = ['--size', String(bounds.temporaryBytes), '--tmpfs', '/tmp', '--chdir', '/tmp'];
  const whole = ['--remount-ro', '/'];
  return [...apart, ...alone, ...repeatable, ...tree, ...interpreter, ...devices, ...temporary, ...whole];
}

const nobody = '65534';

function user(id: string): readonly string[] {
  return ['--uid', id, '--gid', id];
}
