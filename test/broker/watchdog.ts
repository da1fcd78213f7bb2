import { spawn } from 'node:child_process';
import type { Writable } from 'node:stream';

/**
 * Kills what a test run started, even when the run itself is killed: a shell that reads a pipe from
 * this process and, once that closes, ends every process group it was told of and removes the folder.
 */
export class Watchdog {
  readonly #shell;

  /** @param folder Removed at the end with everything below it. */
  constructor(folder: string) {
    this.#shell = spawn('sh', ['-c', script, 'watchdog', folder], {
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
    });
    this.#shell.unref();
    // The pipe must not keep the test process alive, and a shell that was killed by hand is no failure.
    this.#shell.stdin.on('error', () => undefined);
    const pipe: Writable & { unref?: () => void } = this.#shell.stdin;
    pipe.unref?.();
  }

  /** The process group with this leader is killed at the end. */
  add(pid: number): void {
    this.#shell.stdin.write(`add ${pid}\n`);
  }

  /** The process has ended: its number may soon be somebody else's. */
  remove(pid: number): void {
    this.#shell.stdin.write(`remove ${pid}\n`);
  }

  /** Kills what is left, removes the folder and resolves when both is done. */
  async end(): Promise<void> {
    const { exitCode, signalCode } = this.#shell;
    if (exitCode !== null || signalCode !== null) return;
    const ended = new Promise<void>((resolve) => this.#shell.once('exit', () => resolve()));
    this.#shell.ref();
    this.#shell.stdin.end();
    await ended;
  }
}

const script = `
pids=''
while read -r what pid; do
  case $what in
    add) pids="$pids $pid" ;;
    remove)
      left=''
      for each in $pids; do [ "$each" = "$pid" ] || left="$left $each"; done
      pids=$left ;;
  esac
done
for each in $pids; do kill -KILL -- "-$each" 2>/dev/null; done
# What is still dying may write once more into the folder.
for each in $pids; do
  tries=0
  while [ $tries -lt 50 ] && kill -0 -- "-$each" 2>/dev/null; do sleep 0.1; tries=$((tries + 1)); done
done
rm -rf -- "$1"
`;
