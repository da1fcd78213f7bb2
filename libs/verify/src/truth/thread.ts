import { Worker } from 'node:worker_threads';
import type { Lane } from './lanes.ts';

/** What came back: the thread's message, or why there is none. */
export type Answer =
  | { readonly message: unknown }
  | { readonly problem: 'timeout' | 'memory_limit' | 'no_verdict' };

/** A thread is given up after so many answers, whatever it may have piled up. */
const answersMax = 1_000;
const limits = { maxOldGenerationSizeMb: 128, maxYoungGenerationSizeMb: 32, stackSizeMb: 8 };

/** A disposable thread that answers one question after another; nothing but a message leaves it. */
export class Thread implements Lane {
  readonly #worker: Worker;
  #spent = false;
  #answers = 0;
  #heard: ((answer: Answer) => void) | undefined;

  /** `file` listens for messages and answers each with one; `data` is what it starts with. */
  constructor(file: URL, data?: unknown) {
    this.#worker = new Worker(file, {
      workerData: data,
      env: {},
      execArgv: ['--disable-warning=ExperimentalWarning'],
      resourceLimits: limits,
    });
    this.#worker.unref();
    this.#worker.on('message', (message: unknown) => this.#tell({ message }));
    this.#worker.on('error', (error) => {
      this.#spent = true;
      const isMemory = 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
      this.#tell({ problem: isMemory ? 'memory_limit' : 'no_verdict' });
    });
    this.#worker.on('exit', () => {
      this.#spent = true;
      this.#tell({ problem: 'no_verdict' });
    });
  }

  get spent(): boolean {
    return this.#spent || this.#answers >= answersMax;
  }

  /** Asks; ends the thread when no answer comes in `withinMs`. Rejects only with the reason of the signal. */
  async ask(question: unknown, withinMs: number, signal: AbortSignal): Promise<Answer> {
    signal.throwIfAborted();
    if (this.#spent) return { problem: 'no_verdict' };
    const abort = (): void => this.end();
    signal.addEventListener('abort', abort, { once: true });
    this.#worker.ref();
    const answer = await new Promise<Answer>((resolve) => {
      const timer = setTimeout(() => {
        this.#tell({ problem: 'timeout' });
        this.end();
      }, withinMs);
      this.#heard = (heard) => {
        clearTimeout(timer);
        resolve(heard);
      };
      // A thread's port has no origin.
      // oxlint-disable-next-line unicorn/require-post-message-target-origin
      this.#worker.postMessage(question);
    });
    this.#worker.unref();
    signal.removeEventListener('abort', abort);
    this.#answers += 1;
    signal.throwIfAborted();
    return answer;
  }

  end(): void {
    this.#spent = true;
    void this.#worker.terminate();
  }

  #tell(answer: Answer): void {
    this.#heard?.(answer);
    this.#heard = undefined;
  }
}
