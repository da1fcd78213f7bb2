/**
 * One flow of control in the simulation. It runs until it parks; only the scheduler lets it go on, so
 * a run is a sequence of choices made from one seed.
 */
export class Task {
  readonly name: string;
  /** What the flow ended with; undefined while it runs. */
  end: { readonly error: unknown } | undefined;
  #resume: (() => void) | undefined;
  #idle: (() => void) | undefined;

  constructor(name: string) {
    this.name = name;
  }

  /** Starts the flow; resolves when it has parked or ended. */
  async start(flow: () => Promise<void>): Promise<void> {
    await this.#untilIdle(() => {
      void flow().then(
        () => this.#finish(undefined),
        (error: unknown) => this.#finish(error),
      );
    });
  }

  /** Called by the flow at every point where the world may change under it. */
  park(): Promise<void> {
    return new Promise((resolve) => {
      this.#resume = resolve;
      this.#idle?.();
    });
  }

  /** Lets the flow go on to its next parking place. */
  async step(): Promise<void> {
    const resume = this.#resume;
    if (resume === undefined || this.end !== undefined) return;
    this.#resume = undefined;
    await this.#untilIdle(resume);
  }

  async #untilIdle(act: () => void): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#idle = resolve;
      act();
    });
    this.#idle = undefined;
  }

  #finish(error: unknown): void {
    this.end = { error };
    this.#idle?.();
  }
}
