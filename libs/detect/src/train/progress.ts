/** Where a training run stands. */
export interface TrainProgress {
  /** What is being done now, for people: `reading rows`, `word head, fold 2 of 4` … */
  readonly phase: string;
  /** Share of the whole run that is done, 0 to 1; 0 while rows are still read. */
  readonly share: number;
  /** Rows per second of the present phase. */
  readonly rowsPerSecond: number;
  /** Seconds left; undefined while it cannot be told. */
  readonly secondsLeft: number | undefined;
}

/** Milliseconds between two reports at most, as long as rows advance. */
const reportEveryMs = 500;

/** Counts work and reports it twice a second and at every phase. */
export class ProgressMeter {
  readonly #report: (progress: TrainProgress) => void;
  #phase = '';
  #phaseStart = 0;
  #phaseRows = 0;
  #workStart = 0;
  #workTotal = 0;
  #work = 0;
  #credit = 0;
  #last = 0;

  constructor(report: (progress: TrainProgress) => void) {
    this.#report = report;
  }

  /** Starts a phase and reports it. */
  phase(name: string): void {
    this.#phase = name;
    this.#phaseStart = performance.now();
    this.#phaseRows = 0;
    this.#send();
  }

  /** Sets the work of the whole run, in rows of the cheapest kind. */
  plan(work: number): void {
    this.#workTotal = work;
    this.#workStart = performance.now();
  }

  /** Work that needs not be done because an earlier run left it finished. */
  credit(work: number): void {
    this.#credit += work;
  }

  /** Counts rows, each worth `cost` of the planned work. */
  rows(rows: number, cost = 0): void {
    this.#phaseRows += rows;
    this.#work += rows * cost;
    if (performance.now() - this.#last >= reportEveryMs) this.#send();
  }

  #send(): void {
    const now = performance.now();
    this.#last = now;
    const left = this.#workTotal - this.#work - this.#credit;
    const seconds = (now - this.#workStart) / 1000;
    this.#report({
      phase: this.#phase,
      share: this.#workTotal === 0 ? 0 : Math.min(1, 1 - left / this.#workTotal),
      rowsPerSecond: (1000 * this.#phaseRows) / Math.max(1, now - this.#phaseStart),
      secondsLeft: this.#work === 0 ? undefined : Math.max(0, (seconds * left) / this.#work),
    });
  }
}
