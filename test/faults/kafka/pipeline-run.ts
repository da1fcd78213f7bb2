import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { checkRun } from './check.ts';
import type { Expectation, RunCheck } from './check.ts';
import { writeDocuments } from './documents.ts';
import type { DocumentSet } from './documents.ts';
import { Progress, stages } from './progress.ts';
import type { Stage } from './progress.ts';
import { Supervisor } from './supervisor.ts';
import type { Service, ServiceSpec } from './supervisor.ts';

const cli = new URL('../../../services/cli/src/main.ts', import.meta.url).pathname;

/** BALLAST_FAULTS_KEEP=1 keeps table, state and logs of every run below the temporary folder. */
const isKept = process.env['BALLAST_FAULTS_KEEP'] !== undefined;

/** A pipeline of real processes over a broker. */
export interface PipelineOptions {
  /** What the services connect to. */
  readonly bootstrap: string;
  /** What the checker connects to; default the same. */
  readonly checkerBootstrap?: string;
  readonly set: DocumentSet;
  readonly partitions?: number;
  /** Default one of each stage. */
  readonly replicas?: { readonly [S in Stage]?: number };
  /** Default 6 s, as in most clients' defaults; F3 has to wait twice that long for each zombie. */
  readonly sessionTimeoutMs?: number;
  /** What pipeline.yaml says of documents; default {@link passThrough}. */
  readonly behaviour?: readonly string[];
  /** Folder of the table, e.g. on a small file system. Default: the run's own. */
  readonly table?: string;
  /** Per service, e.g. a network namespace or a false clock. */
  readonly spec?: (stage: Stage, replica: number) => Partial<ServiceSpec>;
}

/** Topics, documents, services under a supervisor, and the check at the end. */
export class PipelineRun implements AsyncDisposable {
  readonly folder: string;
  readonly table: string;
  readonly config: string;
  readonly progress: Progress;
  readonly supervisor: Supervisor;
  readonly options: PipelineOptions;
  #files = 0;
  readonly #services = new Map<Stage, Service[]>();

  constructor(options: PipelineOptions) {
    this.options = options;
    this.folder = mkdtempSync(join(tmpdir(), 'ballast-faults-'));
    this.table = options.table ?? join(this.folder, 'table');
    this.config = join(this.folder, 'pipeline.yaml');
    this.progress = new Progress(options.checkerBootstrap ?? options.bootstrap, this.table);
    // An interrupted run leaves nothing behind either, unless it is to be looked into.
    this.supervisor = new Supervisor(this.folder, isKept ? `${this.folder}.scratch` : this.folder);
    writeFileSync(this.config, configText(options));
  }

  /** Flags of every command; the test's network is its own, so it may go unencrypted. */
  get #broker(): readonly string[] {
    return ['--config', this.config, '--insecure'];
  }

  /** `ballast topics create`, again when the broker was not ready for it: it does only what is missing. */
  async createTopics(): Promise<void> {
    const partitions = String(this.options.partitions ?? 4);
    for (let tries = 1; ; tries += 1) {
      try {
        await this.ballast(['topics', 'create', '--partitions', partitions, ...this.#broker]);
        return;
      } catch (error) {
        if (tries === 3) throw error;
      }
    }
  }

  /** `ballast produce` of documents `from` to `to` (exclusive); again, it sends what is missing. */
  async produce(from = 0, to: number = this.options.set.count): Promise<void> {
    const file = join(this.folder, `input-${from}-${to}.jsonl`);
    writeDocuments(this.options.set, file, from, to);
    await this.produceFile(file);
  }

  /** `ballast produce` of these lines. */
  async produceLines(lines: readonly string[]): Promise<void> {
    const file = join(this.folder, `lines-${(this.#files += 1)}.jsonl`);
    writeFileSync(file, `${lines.join('\n')}\n`);
    await this.produceFile(file);
  }

  /** `ballast produce` of one file. */
  async produceFile(file: string): Promise<void> {
    const state = join(this.folder, 'produce');
    await this.ballast(['produce', '--input', file, ...this.#broker, '--state', state, '--quiet']);
  }

  /** Starts the replicas of these stages. */
  start(which: readonly Stage[] = stages): void {
    for (const stage of which) {
      const replicas = this.options.replicas?.[stage] ?? 1;
      for (let replica = 0; replica < replicas; replica += 1) this.startReplica(stage, replica);
    }
  }

  /** Starts one more replica. */
  startReplica(stage: Stage, replica: number, env: { readonly [name: string]: string } = {}): Service {
    const place = stage === 'mixer' ? ['--table', this.table] : [];
    const state = join(this.folder, 'state');
    mkdirSync(state, { recursive: true });
    const spec = this.options.spec?.(stage, replica) ?? {};
    const service = this.supervisor.start({
      name: `${stage}-${replica}`,
      args: [cli, 'run', stage, '--state', state, ...place, ...this.#broker],
      ...spec,
      env: { ...spec.env, ...env },
    });
    this.#services.set(stage, [...(this.#services.get(stage) ?? []), service]);
    return service;
  }

  replicas(stage: Stage): readonly Service[] {
    return this.#services.get(stage) ?? [];
  }

  /** Resolves when the stage has committed at least `count` messages. */
  async untilDone(stage: Stage, count: number, timeoutMs = 120_000): Promise<void> {
    await this.until(`${stage} to have committed ${count} messages`, timeoutMs, async () => {
      return (await this.progress.done(stage)) >= count;
    });
  }

  /**
   * Resolves when every stage has committed all there is: what is in the topics is in the table. With
   * `lanes`, the mixer is waited for on these topics only; in others documents may wait their turn.
   */
  async untilQuiet(timeoutMs = 180_000, lanes?: readonly string[]): Promise<void> {
    for (const stage of stages)
      await this.until(`${stage} to have nothing left`, timeoutMs, async () => {
        return (await this.progress.lag(stage, stage === 'mixer' ? lanes : undefined)) === 0;
      });
  }

  /** Polls; rejects with what was waited for and the ends of the logs. */
  async until(what: string, timeoutMs: number, holds: () => Promise<boolean>): Promise<void> {
    const end = performance.now() + timeoutMs;
    while (!(await holds())) {
      if (performance.now() > end)
        throw new Error(`waited ${timeoutMs} ms for ${what}\n${await this.describe()}`);
      for (const service of this.supervisor.services) service.sample();
      await delay(50);
    }
  }

  /** Waits until all is in the table, drains the services and checks. */
  async finish(expected: Partial<Expectation> = {}, timeoutMs = 180_000): Promise<RunCheck> {
    await this.untilQuiet(timeoutMs);
    const wanted = this.supervisor.services.filter(({ isWanted }) => isWanted);
    await this.until('every service to work', 60_000, async () => wanted.every(({ isUp }) => isUp));
    const exits = await this.supervisor.drain();
    const check = await this.check(expected);
    const undrained = wanted
      .filter(({ name }) => exits.get(name)?.code !== 0)
      .map((service) => {
        const { code, signal } = exits.get(service.name) ?? { code: null, signal: null };
        const how = signal === null ? `drained with status ${String(code)}` : `had to be ended by ${signal}`;
        return `${service.name} ${how}\n${service.logTail(6)}`;
      });
    return { ...check, breaches: [...check.breaches, ...undrained] };
  }

  /** Compares table and topics with what was produced. */
  async check(expected: Partial<Expectation> = {}): Promise<RunCheck> {
    const bootstrap = this.options.checkerBootstrap ?? this.options.bootstrap;
    return await checkRun(this.table, bootstrap, { set: this.options.set, ...expected });
  }

  /** Where everything stands, for a failure's report. */
  async describe(): Promise<string> {
    const lines = await Promise.all(
      stages.map(async (stage) => {
        const answer = Promise.all([this.progress.done(stage), this.progress.lag(stage)]);
        const figures = await Promise.race([answer, delay(2_000, undefined)]).catch(() => undefined);
        return `${stage}: ${figures === undefined ? 'unknown' : `committed ${figures[0]}, lag ${figures[1]}`}`;
      }),
    );
    return [...lines, ...this.supervisor.services.map((service) => service.logTail())].join('\n');
  }

  /** Runs the command line to its end; rejects with its error. */
  async ballast(args: readonly string[]): Promise<string> {
    const child = spawn(process.execPath, [cli, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    let [out, err] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
    const status = await new Promise<number | null>((resolve) => child.once('exit', resolve));
    if (status !== 0) throw new Error(`ballast ${args.join(' ')} ended with ${status}: ${err.slice(-2_000)}`);
    return out;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.progress.close();
    await this.supervisor.end();
    if (!isKept) rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Everything is attested human and only annotated, so every document is kept and no model runs. */
export const passThrough: readonly string[] = [
  'sources:',
  '  - { match: "attested-*", trust: human }',
  'ingest:',
  '  - { topic: documents.raw, trusted: [source] }',
  'verify: { action: annotate }',
  'mixer: { rowGroupDocuments: 256, shardBytes: 1048576, maxHumanDelaySeconds: 1 }',
];

function configText({
  bootstrap,
  sessionTimeoutMs = 6_000,
  behaviour = passThrough,
}: PipelineOptions): string {
  const brokers = bootstrap
    .split(',')
    .map((broker) => `"${broker}"`)
    .join(', ');
  return `${behaviour.join('\n')}\nkafka: { brokers: [${brokers}], sessionTimeoutMs: ${sessionTimeoutMs} }\n`;
}
