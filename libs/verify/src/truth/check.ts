import type { CheckOutcome, Document, Pipeline } from '@ballast/document';
import { codeChecker } from './code.ts';
import { mathChecker } from './math.ts';
import { unknown } from './outcome.ts';
import type { Truth } from './outcome.ts';
import type { Sandbox } from './program.ts';

/**
 * Runs the check a document brings; `undefined` for one that brings none. A pass that the ingest does not
 * vouch for has the detail `self_tested`: the document brought its own measure.
 */
export type Checker = (
  document: Document,
  trusted: boolean,
  signal: AbortSignal,
) => Promise<CheckOutcome | undefined>;

/** The checks of both kinds, code by way of a sandbox. */
export function checker(pipeline: Pipeline['verify'], sandbox: Sandbox | undefined): Checker {
  const checkMath = mathChecker({ timeoutMs: pipeline.timeoutMs });
  const checkCode = codeChecker({ sandbox, timeoutMs: pipeline.timeoutMs });
  return async ({ text, check }, trusted, signal) => {
    if (check === undefined) return undefined;
    if (check.kind === 'math')
      return { kind: 'math', trusted, ...measured(await checkMath(text, check, signal), trusted) };
    const truth = pipeline.code === 'off' ? unknown('code_checks_off') : await checkCode(text, check, signal);
    return { kind: 'code', trusted, ...measured(truth, trusted) };
  };
}

function measured(truth: Truth, trusted: boolean): Truth {
  return truth.outcome === 'pass' && !trusted ? { ...truth, detail: 'self_tested' } : truth;
}
