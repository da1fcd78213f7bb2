import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Watchdog } from '../../broker/watchdog.ts';

/** One replica of a service. */
export interface ServiceSpec {
  /** `detector-0`, for its log and the report. */
  readonly name: string;
  readonly args: readonly string[];
  readonly env?: { readonly [name: string]: string };
  /** Put before the runtime, e.g. to run it in a network namespace. */
  readonly prefix?: readonly string[];
  /** `false`: it stays down when it ends, so that its exit status can be looked at. Default true. */
  readonly restart?: boolean;
}

/** How one start of a service ended. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** `performance.now()`. */
  readonly at: number;
}

/** Waits before a service that ended is started again, as systemd does by default. Milliseconds. */
const restartDelayMs = 100;

/**
 * Runs replicas of services as an operator's supervisor would: what ends is started again until it is
 * asked to stop. The processes end with this one however that ends.
 */
export class Supervisor {
  readonly #folder: string;
  readonly #watchdog: Watchdog;
  readonly services: Service[] = [];

  /** @param folder Logs go to `folder/logs`; the folder is kept. @param scratch Removed at the end. */
  constructor(folder: string, scratch: string) {
    this.#folder = folder;
    mkdirSync(join(folder, 'logs'), { recursive: true });
    mkdirSync(scratch, { recursive: true });
    this.#watchdog = new Watchdog(scratch);
  }

  start(spec: ServiceSpec): Service {
    const service = new Service(spec, join(this.#folder, 'logs', `${spec.name}.log`), this.#watchdog);
    this.services.push(service);
    service.start();
    return service;
  }

  /** SIGTERM to all; resolves with how each ended once they are gone. */
  async drain(timeoutMs = 20_000): Promise<ReadonlyMap<string, Exit | undefined>> {
    const exits = await Promise.all(
      this.services.map(async (service) => [service.name, await service.drain(timeoutMs)] as const),
    );
    return new Map(exits);
  }

  /** SIGKILL to all. */
  async end(): Promise<void> {
    await Promise.all(this.services.map((service) => service.end()));
    await this.#watchdog.end();
  }
}

/** A replica under supervision. */
export class Service {
  readonly name: string;
  readonly exits: Exit[] = [];
  /** Greatest anonymous memory seen, bytes. */
  peakBytes = 0;
  readonly #spec: ServiceSpec;
  readonly #logFile: string;
  readonly #watchdog: Watchdog;
  #nextEnv: { readonly [name: string]: string } = {};
  #child: ChildProcess | undefined;
  #wanted = true;
  #logStart = 0;

  constructor(spec: ServiceSpec, logFile: string, watchdog: Watchdog) {
    this.name = spec.name;
    this.#spec = spec;
    this.#logFile = logFile;
    this.#watchdog = watchdog;
  }

  get pid(): number | undefined {
    return this.isRunning ? this.#child?.pid : undefined;
  }

  get isRunning(): boolean {
    return this.#child !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** False once it was asked to end. */
  get isWanted(): boolean {
    return this.#wanted;
  }

  /** True when it was stopped by SIGSTOP. */
  get isFrozen(): boolean {
    return /^State:\s+T/m.test(this.#status());
  }

  /**
   * True once the process that runs now has said that it works, until it says why it ends: before and after
   * that SIGTERM just ends it, where it would else drain.
   */
  get isUp(): boolean {
    const log = this.log().slice(this.#logStart);
    return this.isRunning && log.includes('"msg":"started"') && !/^BALLAST_[A-Z_]+: /m.test(log);
  }

  /** CPU time since its start, milliseconds (Linux: hundredths of a second). */
  get cpuMs(): number {
    const { pid } = this;
    if (pid === undefined || !existsSync(`/proc/${pid}/stat`)) return 0;
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return (Number(fields[11]) + Number(fields[12])) * 10;
  }

  /** Starts it, with what {@link restartWith} left for this start. */
  start(): void {
    this.#wanted = true;
    const env = this.#nextEnv;
    this.#nextEnv = {};
    this.#logStart = this.log().length;
    const log = openSync(this.#logFile, 'a');
    const [command = '', ...args] = [...(this.#spec.prefix ?? []), process.execPath, ...this.#spec.args];
    const child = spawn(command, args, {
      stdio: ['ignore', log, log],
      detached: true,
      env: { ...environment, ...this.#spec.env, ...env },
    });
    closeSync(log);
    this.#child = child;
    const { pid } = child;
    if (pid !== undefined) this.#watchdog.add(pid);
    child.once('exit', (code, signal) => {
      if (pid !== undefined) this.#watchdog.remove(pid);
      this.exits.push({ code, signal, at: performance.now() });
      if (this.#wanted && this.#spec.restart !== false) setTimeout(() => this.#again(), restartDelayMs);
    });
  }

  /** SIGKILL and a start with these variables, which hold for that one start. Resolves when it runs. */
  async restartWith(env: { readonly [name: string]: string }): Promise<void> {
    const wasWanted = this.#wanted;
    await this.end();
    this.#nextEnv = env;
    if (wasWanted) this.start();
  }

  /** Sends a signal to it and what it started. */
  signal(name: NodeJS.Signals): void {
    const { pid } = this;
    if (pid === undefined) return;
    try {
      process.kill(-pid, name);
    } catch {
      // It ended just now.
    }
  }

  /** Notes its memory; called now and then by who watches. */
  sample(): void {
    const kilobytes = Number(/^RssAnon:\s+(\d+)/m.exec(this.#status())?.[1] ?? 0);
    this.peakBytes = Math.max(this.peakBytes, kilobytes * 1024);
  }

  /** SIGTERM, SIGKILL after the time; resolves with how it ended. It is not started again. */
  async drain(timeoutMs: number): Promise<Exit | undefined> {
    this.#wanted = false;
    if (!this.isRunning) return this.exits.at(-1);
    const child = this.#child;
    const ended = new Promise<void>((resolve) => child?.once('exit', () => resolve()));
    if (child?.pid !== undefined) process.kill(child.pid, 'SIGTERM');
    await Promise.race([ended, delay(timeoutMs, undefined, { ref: false })]);
    if (this.isRunning) await this.end();
    return this.exits.at(-1);
  }

  /** SIGKILL, not started again. */
  async end(): Promise<void> {
    this.#wanted = false;
    if (!this.isRunning) return;
    const ended = new Promise<void>((resolve) => this.#child?.once('exit', () => resolve()));
    this.signal('SIGKILL');
    await ended;
  }

  /** Resolves when it has ended by itself, with how. Rejects after the time. */
  async ended(timeoutMs: number): Promise<Exit> {
    const count = this.exits.length;
    const end = performance.now() + timeoutMs;
    while (performance.now() < end) {
      const exit = this.exits[this.isRunning ? count : this.exits.length - 1];
      if (exit !== undefined) return exit;
      await delay(20);
    }
    throw new Error(`${this.name} did not end within ${timeoutMs} ms\n${this.logTail()}`);
  }

  /** Everything it has written to its log. */
  log(): string {
    return existsSync(this.#logFile) ? readFileSync(this.#logFile, 'utf8') : '';
  }

  /** The last lines of its log. */
  logTail(lines = 15): string {
    return `--- ${this.name}\n${this.log().trimEnd().split('\n').slice(-lines).join('\n')}`;
  }

  #again(): void {
    if (this.#wanted && !this.isRunning) this.start();
  }

  #status(): string {
    const { pid } = this;
    const file = `/proc/${pid}/status`;
    return pid === undefined || !existsSync(file) ? '' : readFileSync(file, 'utf8');
  }
}

const environment = {
  ...process.env,
  BALLAST_LOG_LEVEL: process.env['BALLAST_LOG_LEVEL'] ?? 'info',
  // A service under test is no part of the test runner.
  NODE_TEST_CONTEXT: undefined,
};
