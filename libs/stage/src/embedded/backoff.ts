import { setTimeout as sleep } from 'node:timers/promises';

/** First wait of a reader that found nothing. Milliseconds. */
const waitMsMin = 5;
/** Longest wait: the delay another process's message can see at worst. Milliseconds. */
const waitMsMax = 50;

/** Waits between looks at the log: another process cannot wake this one, so readers poll, ever more slowly. */
export class Backoff {
  #waitMs = waitMsMin;

  /** Something was found: look again soon. */
  reset(): void {
    this.#waitMs = waitMsMin;
  }

  /** Resolves after the current wait, or at once when the signal aborts. Never rejects. */
  async wait(signal: AbortSignal): Promise<void> {
    const waitMs = this.#waitMs;
    this.#waitMs = Math.min(waitMsMax, waitMs * 2);
    try {
      await sleep(waitMs, undefined, { signal });
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }
}
