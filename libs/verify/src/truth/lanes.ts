/** What a lane holds: it does one thing at a time, until it is spent. */
export interface Lane {
  /** True once it must not be used again. */
  readonly spent: boolean;
  /** Ends it now. */
  end(): void;
}

/**
 * At most `width` lanes, opened when first needed and reused until spent. Who comes when all are taken
 * waits for the first that is free, in order.
 */
export class Lanes<T extends Lane> {
  readonly #width: number;
  readonly #open: () => Promise<T>;
  readonly #idle: T[] = [];
  readonly #all = new Set<T>();
  readonly #waiting: (() => void)[] = [];
  #taken = 0;

  constructor(width: number, open: () => Promise<T>) {
    this.#width = Math.max(1, width);
    this.#open = open;
  }

  /** Gives `work` a lane of its own for as long as it takes. An aborted signal rejects with its reason. */
  async use<R>(signal: AbortSignal, work: (lane: T) => Promise<R>): Promise<R> {
    await this.#turn(signal);
    let lane: T | undefined;
    try {
      lane = this.#idle.pop() ?? (await this.#opened());
      return await work(lane);
    } finally {
      this.#give(lane);
    }
  }

  /** Ends all lanes; those in use with the work in them. */
  close(): void {
    for (const lane of this.#all) lane.end();
    this.#all.clear();
    this.#idle.length = 0;
  }

  async #turn(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#taken < this.#width) {
      this.#taken += 1;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const go = (): void => {
        signal.removeEventListener('abort', leave);
        resolve();
      };
      const leave = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(go), 1);
        reject(signal.reason);
      };
      signal.addEventListener('abort', leave, { once: true });
      this.#waiting.push(go);
    });
  }

  async #opened(): Promise<T> {
    const lane = await this.#open();
    this.#all.add(lane);
    return lane;
  }

  #give(lane: T | undefined): void {
    if (lane !== undefined && !lane.spent) this.#idle.push(lane);
    else if (lane !== undefined) {
      lane.end();
      this.#all.delete(lane);
    }
    // The turn goes straight to who waits, so that no newcomer slips in between.
    const next = this.#waiting.shift();
    if (next === undefined) this.#taken -= 1;
    else next();
  }
}
