import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const program = ['redis-server', 'valkey-server'].find(
  (name) => spawnSync(name, ['--version'], { stdio: 'ignore' }).status === 0,
);

/** Reason to leave a test out, or false: there is a Redis or Valkey on this machine. */
export const lacksRedis: string | false =
  program === undefined ? 'neither redis-server nor valkey-server is installed' : false;

/** What keeps a server's data through a kill. */
export const durable: readonly string[] = ['--appendonly', 'yes', '--appendfsync', 'always'];

/** A server of its own, in a folder of its own, on a free port. */
export class RedisServer {
  readonly folder: string = mkdtempSync(join(tmpdir(), 'ballast-redis-'));
  #port = 0;
  #process: ChildProcess | undefined;

  get url(): string {
    return `redis://127.0.0.1:${this.#port}`;
  }

  /** Starts it, again on the same port and folder after a {@link RedisServer.kill}. */
  async start(options: readonly string[] = durable): Promise<void> {
    this.#port ||= await freePort();
    const started = spawn(
      program ?? 'redis-server',
      ['--port', String(this.#port), '--bind', '127.0.0.1', '--dir', this.folder, '--save', '', ...options],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    this.#process = started;
    let log = '';
    for await (const chunk of started.stdout) {
      log += String(chunk);
      if (log.includes('Ready to accept connections')) break;
    }
    started.stdout.resume();
  }

  /** Ends it as a power cut would. */
  async kill(): Promise<void> {
    const running = this.#process;
    this.#process = undefined;
    if (running === undefined || running.exitCode !== null) return;
    running.kill('SIGKILL');
    await once(running, 'exit');
  }

  async remove(): Promise<void> {
    await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}
