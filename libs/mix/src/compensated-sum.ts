/**
 * A sum that survives millions of additions and removals: Neumaier's variant of Kahan summation
 * (A. Neumaier, 1974, "Rundungsfehleranalyse einiger Verfahren zur Summation endlicher Summen").
 */
export class CompensatedSum {
  #sum = 0;
  #lost = 0;

  /** Adds a finite number; a negative one takes back what was added. */
  add(term: number): void {
    const next = this.#sum + term;
    this.#lost += Math.abs(this.#sum) >= Math.abs(term) ? this.#sum - next + term : term - next + this.#sum;
    this.#sum = next;
  }

  /** The sum so far. */
  get value(): number {
    return this.#sum + this.#lost;
  }
}
