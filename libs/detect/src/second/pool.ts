import type { ChildProcess } from 'node:child_process';
import { BallastError } from '@ballast/stage';
import type { NoScore } from '../model/scorer.ts';
import { Breaker, failuresMax } from './breaker.ts';
import { Member } from './member.ts';
import type { Failure } from './member.ts';

/** Texts told to a process at once: enough that it does not wait for the next ones. */
const batchMax = 16;
/** Times a text is tried before it is deferred: the first failure may be the machine's, not the text's. */
const triesMax = 2;
/** Wait before a process that did not start is started again, milliseconds. */
const restartMs = 1_000;
/** How long a process may take to finish its text when the pool closes, milliseconds. */
const graceMs = 5_000;

/** What the second stage makes of one text: log-odds of machine-made text, or why there are none. */
export type Answer = { readonly logOdds: number } | { readonly unanswered: NoScore };

/** Something a person who runs the detector may have to know. WARN = recovered; ERROR = texts are deferred. */
export interface SecondEvent {
  readonly level: 'info' | 'warn' | 'error';
  readonly message: string;
  readonly fields: { readonly [name: string]: string | number };
}

/** What a pool is made of. */
export interface PoolOptions {
  /** Starts one process. */
  readonly spawn: () => ChildProcess;
  readonly processes: number;
  /** Longest wait for one text. */
  readonly timeoutMs: number;
  readonly report: (event: SecondEvent) => void;
}

interface Job {
  readonly text: string;
  tries: number;
  readonly settle: (answer: Answer) => void;
}

/**
 * Processes that score texts, each one by itself. A stuck or crashed process is replaced and the text it
 * was at tried once more, alone; if that fails too the text goes without an answer. Which texts are asked
 * for and what a text scores does not depend on the number of processes, on batches or on load; only
 * whether an answer came in time does.
 */
export class Pool {
  readonly #options: PoolOptions;
  readonly #breaker = new Breaker();
  #queue: Job[] = [];
  readonly #working = new Set<Member>();
  #wake = Promise.withResolvers<void>();
  /** Rejects at the end; never resolves. */
  readonly #ended = Promise.withResolvers<never>();
  #slots: readonly Promise<void>[] = [];
  #reason: Failure = 'model_crashed';
  #closed: Promise<void> | undefined;

  private constructor(options: PoolOptions) {
    this.#options = options;
    this.#ended.promise.catch(() => {});
  }

  /** Starts all processes. Rejects with the first refusal; none is then left behind. */
  static async open(options: PoolOptions): Promise<Pool> {
    const starts = await Promise.allSettled(
      Array.from({ length: options.processes }, () => Member.start(options.spawn())),
    );
    const members = starts.flatMap((start) => (start.status === 'fulfilled' ? [start.value] : []));
    const refused = starts.find((start) => start.status === 'rejected');
    if (refused !== undefined) {
      await Promise.all(members.map((member) => member.stop(graceMs)));
      throw refused.reason;
    }
    const pool = new Pool(options);
    pool.#slots = members.map((member) => pool.#serve(member));
    return pool;
  }

  /** One answer per text, in order. Rejects when aborted, or closed meanwhile; never for a text's sake. */
  async score(texts: readonly string[], signal?: AbortSignal): Promise<readonly Answer[]> {
    signal?.throwIfAborted();
    if (this.#closed !== undefined) throw new Error('Pool.score: the pool is closed');
    if (this.#breaker.isOpen) return texts.map(() => ({ unanswered: this.#reason }));
    const jobs: Job[] = [];
    const asked = texts.map((text) => {
      const { promise, resolve } = Promise.withResolvers<Answer>();
      jobs.push({ text, tries: 0, settle: resolve });
      return promise;
    });
    this.#queue.push(...jobs);
    this.#wakeUp();
    const stopped = Promise.withResolvers<never>();
    const onAbort = (): void => stopped.reject(signal?.reason);
    signal?.addEventListener('abort', onAbort, { once: true });
    try {
      return await Promise.race([Promise.all(asked), stopped.promise, this.#ended.promise]);
    } catch (error) {
      // Nobody waits for them any more.
      this.#queue = this.#queue.filter((job) => !jobs.includes(job));
      throw error;
    } finally {
      signal?.removeEventListener('abort', onAbort);
    }
  }

  /** Ends all processes: each finishes its text first, for at most 5 s. Idempotent. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    this.#ended.reject(new Error('Pool.score: the pool was closed'));
    this.#wakeUp();
    const kill = setTimeout(() => this.#working.forEach((member) => member.kill()), graceMs);
    await Promise.all(this.#slots);
    clearTimeout(kill);
  }

  /** The life of one place in the pool: a process at a time, a batch at a time. */
  async #serve(first: Member): Promise<void> {
    let member: Member | undefined = first;
    while (this.#closed === undefined) {
      if (this.#queue.length === 0) await this.#wake.promise;
      else if (member === undefined) member = await this.#restart();
      else if (await this.#work(member, this.#take())) member = undefined;
    }
    await member?.stop(graceMs);
  }

  /** A text that has failed before goes alone; the others are shared out. */
  #take(): readonly Job[] {
    const again = this.#queue.findIndex(({ tries }) => tries > 0);
    if (again === 0) return this.#queue.splice(0, 1);
    const share = Math.ceil(this.#queue.length / this.#options.processes);
    return this.#queue.splice(0, Math.min(batchMax, share, again < 0 ? share : again));
  }

  /** True when the process is no more. */
  async #work(member: Member, batch: readonly Job[]): Promise<boolean> {
    let done = 0;
    this.#working.add(member);
    const end = await member.run(
      batch.map(({ text }) => text),
      this.#options.timeoutMs,
      ({ logOdds, trouble }) => {
        batch[done]?.settle(logOdds === null ? { unanswered: 'model_gave_no_score' } : { logOdds });
        done += 1;
        if (trouble !== undefined) this.#say('warn', 'the second-stage model failed at a text', { trouble });
        if (this.#breaker.answered()) this.#say('info', 'the second stage answers again', {});
      },
    );
    this.#working.delete(member);
    if (end === undefined) return false;
    const [culprit, ...others] = batch.slice(done);
    this.#queue.unshift(...others);
    if (culprit !== undefined && this.#closed === undefined) this.#blame(culprit, end.failure, end.detail);
    return true;
  }

  #blame(culprit: Job, failure: Failure, detail: string): void {
    culprit.tries += 1;
    const isOver = culprit.tries >= triesMax;
    if (isOver) culprit.settle({ unanswered: failure });
    else this.#queue.unshift(culprit);
    this.#say('warn', 'a process of the second stage was replaced', {
      reason: failure,
      detail,
      outcome: isOver ? 'the text is deferred' : 'the text is tried again',
    });
    this.#failed(failure);
  }

  async #restart(): Promise<Member | undefined> {
    try {
      return await Member.start(this.#options.spawn());
    } catch (error) {
      this.#say('warn', 'a process of the second stage did not start', {
        detail: error instanceof Error ? error.message : String(error),
        fix: error instanceof BallastError ? error.fix : '',
      });
      this.#failed('model_crashed');
      const wait = new Promise((resolve) => setTimeout(resolve, restartMs));
      await Promise.race([wait, this.#ended.promise.catch(() => {})]);
      return undefined;
    }
  }

  #failed(reason: Failure): void {
    this.#reason = reason;
    if (!this.#breaker.failed()) return;
    this.#say('error', 'the second stage fails again and again: texts it should judge are deferred', {
      reason,
      failures: failuresMax,
    });
    // Nobody waits for what will not come.
    for (const { settle } of this.#queue.splice(0)) settle({ unanswered: reason });
  }

  #wakeUp(): void {
    this.#wake.resolve();
    this.#wake = Promise.withResolvers();
  }

  #say(level: SecondEvent['level'], message: string, fields: SecondEvent['fields']): void {
    this.#options.report({ level, message, fields });
  }
}
