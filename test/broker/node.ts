import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KafkaInstallation } from './jars.ts';
import type { NodeAddress } from './server-properties.ts';
import type { Watchdog } from './watchdog.ts';

/** How one node is started. */
export interface NodeOptions {
  readonly kafka: KafkaInstallation;
  readonly address: NodeAddress;
  readonly properties: string;
  /** Folder of its settings and its log. */
  readonly folder: string;
  readonly watchdog: Watchdog;
  /** `small` starts fast and takes 160 MB; `bench` has the heap and the compiler of a real broker. */
  readonly size: 'small' | 'bench';
  /** Put before `java`, e.g. to run it in a network namespace. */
  readonly prefix?: readonly string[];
  /** Writes the class-data archive there when it ends by SIGTERM. */
  readonly archiveAtExit?: string;
}

/** One broker process, in a process group of its own. */
export class BrokerNode {
  readonly address: NodeAddress;
  readonly #options: NodeOptions;
  #child: ChildProcess | undefined;

  constructor(options: NodeOptions) {
    this.#options = options;
    this.address = options.address;
    writeFileSync(join(options.folder, 'server.properties'), options.properties);
  }

  /** Its process, while it runs. */
  get pid(): number | undefined {
    return this.isRunning ? this.#child?.pid : undefined;
  }

  get isRunning(): boolean {
    return this.#child !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** File its log goes to, over all its starts. */
  get logFile(): string {
    return join(this.#options.folder, 'broker.log');
  }

  start(): void {
    if (this.isRunning) throw new Error(`broker: node ${this.address.id} runs already`);
    const { kafka, folder, watchdog, prefix = [] } = this.#options;
    const log = openSync(this.logFile, 'a');
    const [command = '', ...args] = [...prefix, kafka.java, ...this.#jvmArgs(), ...kafkaArgs(folder, kafka)];
    const child = spawn(command, args, { stdio: ['ignore', log, log], detached: true });
    closeSync(log);
    child.unref();
    child.on('error', () => undefined);
    const { pid } = child;
    if (pid !== undefined) {
      watchdog.add(pid);
      child.once('exit', () => watchdog.remove(pid));
    }
    this.#child = child;
  }

  /** Sends a signal to its process group; nothing when it has ended. */
  signal(name: NodeJS.Signals): void {
    const { pid } = this;
    if (pid === undefined) return;
    try {
      process.kill(-pid, name);
    } catch {
      // It ended just now.
    }
  }

  /** Ends it and resolves when it is gone. */
  async end(name: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const child = this.#child;
    if (child === undefined || !this.isRunning) return;
    child.ref();
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    this.signal(name);
    await ended;
  }

  /** The last lines of its log. */
  logTail(lines: number): string {
    if (!existsSync(this.logFile)) return '';
    return readFileSync(this.logFile, 'utf8').trimEnd().split('\n').slice(-lines).join('\n');
  }

  #jvmArgs(): readonly string[] {
    const { size, archiveAtExit, kafka } = this.#options;
    const archive = archiveOf(kafka);
    const shared =
      archiveAtExit !== undefined
        ? [`-XX:ArchiveClassesAtExit=${archiveAtExit}`]
        : existsSync(archive)
          ? [`-XX:SharedArchiveFile=${archive}`]
          : [];
    const heap =
      size === 'small'
        ? ['-Xms192m', '-Xmx384m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', ...shared]
        : ['-Xms1g', '-Xmx1g', '-XX:+UseG1GC'];
    return [...heap, '-Xshare:auto', '-Djava.awt.headless=true', '-Djava.net.preferIPv4Stack=true'];
  }
}

function kafkaArgs(folder: string, kafka: KafkaInstallation): readonly string[] {
  const log = new URL('log4j2.properties', import.meta.url).pathname;
  return [
    `-Dkafka.logs.dir=${folder}`,
    `-Dlog4j2.configurationFile=${log}`,
    '-cp',
    kafka.classPath,
    'kafka.Kafka',
    join(folder, 'server.properties'),
  ];
}

/** The class-data archive of these jars and this Java; it halves the start. */
export function archiveOf(kafka: KafkaInstallation): string {
  return join(kafka.derived, 'classes.jsa');
}

/** Puts an archive that a node wrote at its end in place. */
export function keepArchive(kafka: KafkaInstallation, written: string): void {
  if (existsSync(written)) renameSync(written, archiveOf(kafka));
}
