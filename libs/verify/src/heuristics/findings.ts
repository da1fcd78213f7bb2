/** A share as its two whole numbers, before division. */
export type Parts = readonly [part: number, whole: number];

/** What rules found in one text, gathered in the order of the preset. */
export class Findings {
  /** Every measured value by rule. */
  readonly ratios: { [rule: string]: number } = {};
  /** Every rule that the text fails. */
  readonly failed: string[] = [];
  /** What the ratios were divided from, for comparisons with other tools; absent unless asked for. */
  readonly parts: { [rule: string]: Parts } | undefined;

  constructor(keepsParts = false) {
    this.parts = keepsParts ? {} : undefined;
  }

  /** Notes `part / whole`, which fails above `bound`. A bound of 0 switches the rule off. */
  above(rule: string, part: number, whole: number, bound: number): void {
    this.#divide(rule, part, whole, (value) => value > bound && bound > 0);
  }

  /** Notes `part / whole`, which fails below `bound`. */
  below(rule: string, part: number, whole: number, bound: number): void {
    this.#divide(rule, part, whole, (value) => value < bound);
  }

  /** Notes a value of its own and whether it fails its rule. */
  note(rule: string, value: number, fails: boolean): void {
    this.ratios[rule] = value;
    if (fails) this.fail(rule);
  }

  /** Notes that the text fails a rule that measures nothing. */
  fail(rule: string): void {
    if (!this.failed.includes(rule)) this.failed.push(rule);
  }

  /** A value that cannot be computed (0 / 0) is not noted. */
  #divide(rule: string, part: number, whole: number, fails: (value: number) => boolean): void {
    if (whole === 0) return;
    if (this.parts !== undefined) this.parts[rule] = [part, whole];
    this.note(rule, part / whole, fails(part / whole));
  }
}
