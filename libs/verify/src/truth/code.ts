import { hash } from 'node:crypto';
import type { Check } from '@ballast/document';
import { pythonOf } from './fences.ts';
import { unknown } from './outcome.ts';
import type { Truth } from './outcome.ts';
import type { Program, Report, Sandbox } from './sandbox.ts';

/** A check that brings tests for the code of its document. */
export type CodeCheck = Extract<Check, { readonly kind: 'code' }>;

/** Longer code or tests are not run; characters. */
const programLengthMax = 1024 * 1024;
/** A second run with less time than this would only ever end in a timeout; milliseconds. */
const secondRunMs = 200;

/** What {@link codeChecker} is built of. */
export interface CodeCheckerOptions {
  /** Absent: every code check ends `unknown`. */
  readonly sandbox: Sandbox | undefined;
  /** Wall clock of one check in milliseconds, both its runs together. */
  readonly timeoutMs: number;
  /** Results kept, least recently used leave first. */
  readonly cacheEntries?: number;
}

/**
 * Checks the code of a text against tests. Rejects only with the reason of an aborted signal.
 *
 * `pass` needs: every counted statement of the tests went through, at least one assertion was
 * reached, and the same tests fail on a program that defines nothing. What fails apart but passes in
 * one process (an object that calls itself equal to everything, or a shape the stand-ins do not carry)
 * is `unknown`. Exit codes never count.
 */
export type CodeChecker = (text: string, check: CodeCheck, signal: AbortSignal) => Promise<Truth>;

/** A checker with a result cache of its own. */
export function codeChecker({ sandbox, timeoutMs, cacheEntries = 10_000 }: CodeCheckerOptions): CodeChecker {
  const known = new Map<string, Truth>();
  return async (text, check, signal) => {
    if (check.language !== 'python') return unknown('language_not_supported_yet');
    if (sandbox === undefined) return unknown('no_sandbox');
    const code = pythonOf(text);
    if (code === undefined || code.trim() === '') return unknown('no_code');
    if (code.length > programLengthMax || check.tests.length > programLengthMax) return unknown('too_long');
    const program: Program = { code, tests: check.tests, entry: check.entry };
    const key = hash('sha256', JSON.stringify([sandbox.version, timeoutMs, program]), 'hex');
    const before = known.get(key);
    known.delete(key);
    const truth = before ?? (await examine(sandbox, program, timeoutMs, signal));
    if (isLasting(truth)) known.set(key, truth);
    const [oldest] = known.keys();
    if (known.size > cacheEntries && oldest !== undefined) known.delete(oldest);
    return truth;
  };
}

async function examine(
  sandbox: Sandbox,
  program: Program,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<Truth> {
  const started = performance.now();
  const report = await sandbox.run(program, { mode: 'apart', timeoutMs, signal });
  const truth = read(report);
  if (truth.outcome !== 'fail') return truth;
  const left = timeoutMs - (performance.now() - started);
  if (left < secondRunMs || truth.detail === 'cpu_limit' || truth.detail === 'memory_limit') return truth;
  const second = await sandbox.run(program, { mode: 'together', timeoutMs: left, signal });
  if ('together' in second && second.together)
    return { ...truth, outcome: 'unknown', detail: 'passes_only_together' };
  return truth;
}

function read(report: Report): Truth {
  if ('together' in report) return unknown('no_verdict');
  if ('problem' in report) {
    const { problem } = report;
    const fails = problem === 'cpu_limit' || problem === 'memory_limit' || problem === 'ended_early';
    return fails ? { outcome: 'fail', detail: problem } : unknown(problem);
  }
  const { passed, total, assertions, failsEmpty, load } = report;
  const counts = { passed, total };
  if (!failsEmpty) return { ...unknown('tests_pass_on_empty'), ...counts };
  if (total === 0) return { ...unknown('no_tests'), ...counts };
  if (passed < total) return { outcome: 'fail', ...counts, ...raised(load) };
  if (assertions === 0) return { ...unknown('no_assertions'), ...counts };
  return { outcome: 'pass', ...counts };
}

/** Names the exception that ended the document's code; a name of its own making is not repeated. */
function raised(load: string | null): { readonly detail?: string } {
  return load !== null && /^[A-Z][A-Za-z]{2,39}$/.test(load) ? { detail: `raised_${load}` } : {};
}

/** A timeout or a lost sandbox may come out differently next time. */
function isLasting({ detail }: Truth): boolean {
  return detail !== 'timeout' && detail !== 'no_verdict';
}
