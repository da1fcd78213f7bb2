import { availableParallelism } from 'node:os';
import type { Pipeline } from '@ballast/document';
import { createLogger, failPoint } from '@ballast/host';
import { startMixer } from '@ballast/mixer';
import type { MixerOffsets, RunningMixer } from '@ballast/mixer';
import { referenceOf } from '@ballast/oversample';
import { readReference } from '@ballast/oversampler';
import type { Json } from '@ballast/stage';
import { openDataset } from '@ballast/mixer';
import type { Dataset } from '@ballast/mixer';
import { countFlow } from './flow.ts';
import type { FlowDocuments, TableStates } from './flow.ts';
import { reportCalibration } from '@ballast/detect';
import type { FamilyReport } from '@ballast/detect';
import { ingestFiles } from './inputs.ts';
import type { InputReport } from './inputs.ts';
import { addUnits, noUnits, shardOf } from './judged-units.ts';
import type { CommittedShard, JudgedUnits } from './judged-units.ts';
import { surveyArrivals } from './survey.ts';
import type { Tally } from './tally.ts';
import { startInProcess, startWorkers } from './workers.ts';
import type { Workers } from './workers.ts';

/** A run over files. */
export interface RunFilesOptions {
  readonly inputs: readonly string[];
  /** Dataset root. */
  readonly table: string;
  readonly pipeline: Pipeline;
  readonly state?: string | undefined;
  /** Processes that run the three stages; default one per core, 0 for this process alone. */
  readonly workers?: number | undefined;
  readonly partitions?: number | undefined;
  readonly signal: AbortSignal;
  /** Age in seconds at which a shard with a judged unit is committed. */
  readonly commitAfterSeconds?: number;
  /** Paces the input, for a demonstration. */
  readonly pace?: () => Promise<void>;
  /** Given the run as soon as it is going, to be watched. */
  readonly onStart?: (watch: RunWatch) => void;
  readonly onProgress?: (progress: RunProgress) => void;
}

/** Live view of a run. */
export interface RunWatch {
  readonly dataset: Dataset;
  readonly mixer: () => ReturnType<RunningMixer['status']> | undefined;
  /** Heads of both logs, read again. */
  readonly states: () => Promise<TableStates>;
  readonly tally: () => Tally | undefined;
  /** The latest shards this run committed, latest first. */
  readonly commits: () => readonly CommittedShard[];
}

/** Where a run stands. */
export interface RunProgress {
  readonly phase: 'reading' | 'surveying' | 'running' | 'finishing';
  readonly rowsAdded: number;
  readonly flow: FlowDocuments;
}

/** What a run came to. */
export interface RunOutcome {
  readonly dataset: Dataset;
  readonly inputs: readonly InputReport[];
  readonly states: TableStates;
  readonly tally: Tally;
  readonly surveyed: number;
  /** Units that this run committed. */
  readonly units: JudgedUnits;
  /** How each source family stands. */
  readonly calibration: readonly FamilyReport[];
  /** All processes together, seconds. */
  readonly cpuSeconds: number;
  readonly wallSeconds: number;
  /** Documents that this run took through the stages. */
  readonly judged: number;
}

/** Commits kept for the page. */
const commitsShown = 12;

/** Rows after which the survey begins while a long input is still being read. */
const surveyRows = 10_000;

/**
 * Takes files through all stages into the table: the inputs become topics, a survey of raw arrivals
 * gives the first prevalence, worker processes run the stages over their partitions, and the mixer
 * runs here. Killed at any moment, the same call goes on where it was. The caller closes `dataset`.
 */
export async function runFiles(options: RunFilesOptions): Promise<RunOutcome> {
  const dataset = await openDataset(options.table, options.pipeline, { ...options, failAt: failPoint });
  try {
    return await new FilesRun(options, dataset).run();
  } catch (error) {
    await dataset[Symbol.asyncDispose]();
    throw error;
  }
}

class FilesRun {
  readonly #options: RunFilesOptions;
  readonly #dataset: Dataset;
  readonly #startedMs = performance.now();
  readonly #cpu = process.cpuUsage();
  #phase: RunProgress['phase'] = 'reading';
  #rowsAdded = 0;
  #workers: Workers | undefined;
  #reporting: Promise<void> = Promise.resolve();
  #mixer: RunningMixer | undefined;
  #units = noUnits;
  /** Latest first. */
  readonly #commits: CommittedShard[] = [];

  constructor(options: RunFilesOptions, dataset: Dataset) {
    this.#options = options;
    this.#dataset = dataset;
  }

  async run(): Promise<RunOutcome> {
    const { pipeline, signal, inputs: files } = this.#options;
    const { topics, stateDir, tableId, table } = this.#dataset;
    const states = async (): Promise<TableStates> => ({
      data: (await table.data.refresh()) ?? table.dataState,
      refused: (await table.refused.refresh()) ?? table.refusedState,
    });
    this.#options.onStart?.({
      dataset: this.#dataset,
      states,
      mixer: () => this.#mixer?.status(),
      tally: () => this.#workers?.tally(),
      commits: () => this.#commits,
    });
    const timer = setInterval(() => {
      this.#reporting = this.#reporting.then(() => this.#report(states));
    }, 1_000);
    const logger = createLogger('run');
    const context = { pipeline, topics, stateDir, tableId, logger };
    try {
      let hasRead = false;
      const reading = ingestFiles(topics, {
        files,
        pipeline,
        signal,
        onRows: (added) => {
          this.#rowsAdded = added;
        },
        ...(this.#options.pace === undefined ? {} : { pace: this.#options.pace }),
      }).finally(() => {
        hasRead = true;
      });
      // It is awaited below; a failure before that must not count as unhandled.
      reading.catch(() => undefined);
      while (!hasRead && this.#rowsAdded < surveyRows && this.#options.pace === undefined) await pause(10);
      this.#phase = 'surveying';
      const surveyed = await unlessAborted(surveyArrivals(context, signal), signal, 0);
      this.#phase = 'running';
      const count = this.#options.workers ?? availableParallelism();
      const workers =
        count === 0
          ? startInProcess(context)
          : startWorkers(count, topics.partitions, { pipeline, stateDir, tableId });
      this.#workers = workers;
      const stopped = onAbort(signal, () => workers.drain());
      const mixer = await this.#mix(workers, logger, states);
      const inputs = await reading;
      workers.end();
      await workers.done;
      this.#phase = 'finishing';
      await mixer.done;
      stopped[Symbol.dispose]();
      return await this.#outcome(inputs, await states(), surveyed);
    } finally {
      clearInterval(timer);
      this.#workers?.drain();
      // Whoever called closes the topics next: nothing of this run may still look at them.
      await Promise.allSettled([this.#reporting, this.#workers?.done, this.#mixer?.done]);
    }
  }

  async #mix(
    workers: Workers,
    logger: ReturnType<typeof createLogger>,
    states: () => Promise<TableStates>,
  ): Promise<RunningMixer> {
    const { pipeline, table: root, signal, commitAfterSeconds } = this.#options;
    const stop = new AbortController();
    workers.done.catch((error: unknown) => stop.abort(error));
    const mixer = await startMixer({
      pipeline,
      root,
      logger,
      topics: this.#dataset.topics,
      signal: AbortSignal.any([signal, stop.signal]),
      ended: () => workers.hasEnded(),
      ...(commitAfterSeconds === undefined ? {} : { commitAfterSeconds }),
      reference: referenceOf(
        await readReference(pipeline.oversampler.reference),
        pipeline.oversampler.stratify,
      )?.shares,
      onCommit: (version, ledger) => {
        this.#units = addUnits(this.#units, ledger);
        const shard = shardOf(version, ledger, new Date());
        if (shard !== undefined) this.#commits.unshift(shard);
        this.#commits.splice(commitsShown);
      },
      flow: (consumed) => this.#flowForAudit(consumed, states),
    });
    mixer.done.catch(() => workers.drain());
    this.#mixer = mixer;
    return mixer;
  }

  /** What the audit cannot see in the two tables: how much was in, waiting and in flight at a commit. */
  async #flowForAudit(consumed: MixerOffsets, states: () => Promise<TableStates>): Promise<Json> {
    const { data, refused } = await states();
    const offsets = new Map(data.offsets);
    for (const [lane, { to }] of Object.entries(consumed.offsets)) {
      offsets.set(lane, { next: BigInt(to) + 1n, marks: consumed.marks[lane] ?? {} });
    }
    const {
      in: arrived,
      waiting,
      inFlight,
    } = countFlow(this.#dataset.topics, { data: { ...data, offsets }, refused });
    return { in: { documents: arrived }, waiting: { documents: waiting }, inFlight: { documents: inFlight } };
  }

  async #report(states: () => Promise<TableStates>): Promise<void> {
    const flow = countFlow(this.#dataset.topics, await states());
    this.#options.onProgress?.({ phase: this.#phase, rowsAdded: this.#rowsAdded, flow });
  }

  async #outcome(inputs: readonly InputReport[], states: TableStates, surveyed: number): Promise<RunOutcome> {
    const workers = this.#workers;
    if (workers === undefined) throw new Error('runFiles: no workers were started');
    const own = process.cpuUsage(this.#cpu);
    const tally = workers.tally();
    return {
      dataset: this.#dataset,
      inputs,
      states,
      tally,
      surveyed,
      units: this.#units,
      calibration: await reportCalibration(this.#dataset.topics.published),
      cpuSeconds: workers.cpuSeconds() + (own.user + own.system) / 1e6,
      wallSeconds: (performance.now() - this.#startedMs) / 1_000,
      judged: Object.values(tally.counts.stages.detect ?? {}).reduce<number>(
        (sum, count) => sum + (typeof count === 'number' ? count : 0),
        0,
      ),
    };
  }
}

/** What was asked for, or `instead` when the signal ended it. */
async function unlessAborted<T>(result: Promise<T>, signal: AbortSignal, instead: T): Promise<T> {
  try {
    return await result;
  } catch (error) {
    if (signal.aborted && error === signal.reason) return instead;
    throw error;
  }
}

/** Acts when the signal aborts, at once when it already has. */
function onAbort(signal: AbortSignal, action: () => void): Disposable {
  if (signal.aborted) action();
  signal.addEventListener('abort', action, { once: true });
  return { [Symbol.dispose]: () => signal.removeEventListener('abort', action) };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
