import { BallastError } from '@ballast/stage';
import type { ErrorKind } from '@ballast/stage';
import { visible } from './visible.ts';

/** One thing that is wrong with the configuration, and what to do about it. */
export interface ConfigProblem {
  readonly kind: ErrorKind;
  /** File as the user named it, or `command line` for a value given there. */
  readonly file: string;
  /** Counted from 1; absent for the command line. */
  readonly line?: number | undefined;
  /** Counted from 1, in UTF-16 units. */
  readonly column?: number | undefined;
  /** Key path such as `mixer.caps.unverified` or `sources[2].match`; empty for the whole file. */
  readonly path: string;
  /** What is wrong, a phrase that goes on after the path. */
  readonly problem: string;
  readonly fix: string;
}

/**
 * Everything wrong with a configuration, in file order. `code` and `fix` are those of the first
 * problem; the message lists them all. Exit status 78.
 */
export class ConfigError extends BallastError {
  override readonly name = 'ConfigError';
  readonly problems: readonly ConfigProblem[];

  constructor(first: ConfigProblem, others: readonly ConfigProblem[] = [], options?: ErrorOptions) {
    const problems = [first, ...others];
    super({ ...first.kind, fix: first.fix }, problems.map(formatProblem).join('\n'), options);
    this.problems = problems;
  }
}

/** `file:line:column  path: problem`, and below it the fix and where the code is explained. */
function formatProblem(problem: ConfigProblem): string {
  const place = [problem.file, problem.line, problem.column].filter((part) => part !== undefined).join(':');
  const subject = problem.path === '' ? '' : `${problem.path}: `;
  return visible(
    `${place}  ${subject}${problem.problem}\n` +
      `   fix: ${problem.fix}      docs: errors.md#${problem.kind.code}`,
  );
}
