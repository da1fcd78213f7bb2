import type { ChildProcess } from 'node:child_process';
import { BallastError } from '@ballast/stage';
import type { NoScore } from '../model/scorer.ts';
import { secondErrors } from './errors.ts';
import { fromChildSchema } from './messages.ts';
import type { FromChild, ToChild } from './messages.ts';

/** Longest load of a model, milliseconds: a few hundred MB from a slow disk. */
const loadMsMax = 120_000;

/** How a process failed at a text. */
export type Failure = Exclude<NoScore, 'model_gave_no_score'>;

/** What a process gave for one text: log-odds, or null with what the model said. */
export type Told = Extract<FromChild, { readonly kind: 'scored' }>;

/**
 * One process with one session. It works on one batch at a time and is good until it fails; then it is
 * dead, and another has to be started.
 */
export class Member {
  readonly #child: ChildProcess;
  readonly #exited: Promise<string>;
  #listener: (message: FromChild) => void = () => {};

  private constructor(child: ChildProcess) {
    this.#child = child;
    this.#exited = new Promise((resolve) => {
      child.once('exit', (code, signal) => resolve(signal ?? `exit status ${code}`));
      child.once('error', (error) => resolve(error.message));
    });
    child.on('message', (message) => {
      const parsed = fromChildSchema.safeParse(message);
      if (parsed.success) this.#listener(parsed.data);
      else this.kill();
    });
  }

  /**
   * Waits until the process has loaded its model. Rejects with the BallastError it refuses the folder with,
   * or BALLAST_DETECT_SECOND_MODEL when it ends or is silent instead.
   */
  static async start(child: ChildProcess): Promise<Member> {
    const member = new Member(child);
    const first = new Promise<FromChild>((resolve) => {
      member.#listener = resolve;
    });
    const timer = new Deadline(loadMsMax);
    const said = await Promise.race([first, member.#exited, timer.passed]);
    timer.end();
    if (typeof said !== 'string' && said !== undefined && said.kind === 'ready') return member;
    member.kill();
    await member.#exited;
    if (typeof said !== 'string' && said?.kind === 'refused')
      throw new BallastError(secondErrors[said.error], said.message);
    const how =
      typeof said === 'string'
        ? `ended while it loaded the model (${said})`
        : `did not load the model in ${loadMsMax / 1000} s`;
    throw new BallastError(secondErrors.model, `the process of the second stage ${how}`);
  }

  /**
   * Has texts scored in order; `onScored` is told of each. Gives what went wrong at the first text it was
   * not told of: no answer within `timeoutMs` (the process is then killed), or the end of the process.
   */
  async run(
    texts: readonly string[],
    timeoutMs: number,
    onScored: (told: Told) => void,
  ): Promise<{ readonly failure: Failure; readonly detail: string } | undefined> {
    const deadline = new Deadline(timeoutMs);
    let answered = 0;
    const done = new Promise<undefined>((resolve) => {
      this.#listener = (message) => {
        if (message.kind !== 'scored') return;
        answered += 1;
        deadline.extend();
        onScored(message);
        if (answered === texts.length) resolve(undefined);
      };
    });
    this.#tell({ kind: 'score', texts: [...texts] });
    const end = await Promise.race([
      done,
      deadline.passed.then(
        () => ({ failure: 'model_timed_out', detail: `no answer in ${timeoutMs} ms` }) as const,
      ),
      this.#exited.then((how) => ({ failure: 'model_crashed', detail: how }) as const),
    ]);
    deadline.end();
    if (end !== undefined) {
      this.kill();
      // Its end is awaited, so that there are never more processes than configured.
      await this.#exited;
      this.#listener = () => {};
    }
    return end;
  }

  /** Lets the process finish its text, release its session and exit; kills it after `graceMs`. */
  async stop(graceMs: number): Promise<void> {
    this.#tell({ kind: 'stop' });
    const deadline = new Deadline(graceMs);
    await Promise.race([this.#exited, deadline.passed]);
    deadline.end();
    this.kill();
    await this.#exited;
  }

  /** Ends the process at once. */
  kill(): void {
    this.#child.kill('SIGKILL');
  }

  #tell(message: ToChild): void {
    // To a process that has just ended nothing can be said; that it ended is seen by its exit.
    if (this.#child.connected) this.#child.send(message, () => undefined);
  }
}

/** Passes when nobody extended it for this long. */
class Deadline {
  readonly passed: Promise<undefined>;
  readonly #ms: number;
  #timer: NodeJS.Timeout | undefined;
  #pass: () => void = () => {};
  #last = performance.now();

  constructor(ms: number) {
    this.#ms = ms;
    this.passed = new Promise((resolve) => {
      this.#pass = () => resolve(undefined);
    });
    this.#wait(ms);
  }

  extend(): void {
    this.#last = performance.now();
  }

  end(): void {
    clearTimeout(this.#timer);
  }

  #wait(ms: number): void {
    this.#timer = setTimeout(() => {
      // If this process was busy, answers may lie unread: they are read between a timer and an immediate.
      setImmediate(() => {
        const left = this.#last + this.#ms - performance.now();
        if (left <= 0) this.#pass();
        else this.#wait(left);
      });
    }, ms);
  }
}
