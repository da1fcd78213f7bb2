/** One goal as measured. */
export interface GoalLine {
  readonly figure: string;
  readonly goal: string;
  readonly measured: string;
  /** Undefined: printed for the record, no goal. */
  readonly isMet?: boolean;
}

/** `0.912 [0.905, 0.918]`. */
export function withInterval(
  { value, low, high }: { value: number; low: number; high: number },
  digits = 3,
): string {
  return `${value.toFixed(digits)} [${low.toFixed(digits)}, ${high.toFixed(digits)}]`;
}

/** `12.3 %`. */
export function percent(share: number, digits = 1): string {
  return `${(100 * share).toFixed(digits)} %`;
}

/** One goal as a row of a Markdown table. */
export function rowOf({ figure, goal, measured, isMet }: GoalLine): string {
  const verdict = isMet === undefined ? '–' : isMet ? 'met' : '**not met**';
  return `| ${figure} | ${goal} | ${measured} | ${verdict} |`;
}

/** Mean and standard deviation. */
export function meanSd(values: readonly number[]): { readonly mean: number; readonly sd: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
  const square = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, sd: Math.sqrt(square / Math.max(1, values.length - 1)) };
}
