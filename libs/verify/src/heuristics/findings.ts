/** What rules found in one text, gathered in the order of the preset. */
export class Findings {
  /** Every measured value by rule. */
  readonly ratios: { [rule: string]: number } = {};
  /** Every rule that the text fails. */
  readonly failed: string[] = [];

  /** Notes a value and whether it fails its rule. A value that cannot be computed (0 / 0) is not noted. */
  note(rule: string, value: number, fails: boolean): void {
    if (Number.isNaN(value)) return;
    this.ratios[rule] = value;
    if (fails) this.failed.push(rule);
  }
}
