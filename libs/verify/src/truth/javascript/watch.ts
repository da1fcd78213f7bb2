/** Share of the wall clock that a check may compute for; beyond it the code is to blame, not the host. */
const cpuShare = 0.8;

/** Tells when a check of this thread has had its time: `timeoutMs` of wall clock, 80 % of it computing. */
export class Watch {
  over: 'timeout' | 'cpu_limit' | undefined;
  readonly #endsAt: number;
  readonly #cpuUntil: number;

  constructor(timeoutMs: number) {
    this.#endsAt = performance.now() + timeoutMs;
    this.#cpuUntil = cpuMs() + timeoutMs * cpuShare;
  }

  isOver(): boolean {
    if (this.over === undefined && performance.now() > this.#endsAt) this.over = 'timeout';
    if (this.over === undefined && cpuMs() > this.#cpuUntil) this.over = 'cpu_limit';
    return this.over !== undefined;
  }
}

/** Milliseconds this thread has computed. */
function cpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}
