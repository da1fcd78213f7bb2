import { hash } from 'node:crypto';
import type { Check } from '@ballast/document';
import { codeOf } from './fences.ts';
import { unknown } from './outcome.ts';
import type { Truth } from './outcome.ts';
import type { Program, Report, RunLimits, Sandbox } from './program.ts';
import { RecentlyUsed } from './recently-used.ts';

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
 * is `unknown`. Exit codes never count. Without tests the code is only compiled: `fail` when it does
 * not, else `unknown` with the detail `compiles`.
 */
export type CodeChecker = (text: string, check: CodeCheck, signal: AbortSignal) => Promise<Truth>;

/** A checker with a result cache of its own. */
export function codeChecker({ sandbox, timeoutMs, cacheEntries = 10_000 }: CodeCheckerOptions): CodeChecker {
  const known = new RecentlyUsed<Truth>(cacheEntries);
  return async (text, { language, tests, entry }, signal) => {
    if (sandbox === undefined) return unknown('no_sandbox');
    const code = codeOf(text, language);
    if (code === undefined || code.trim() === '') return unknown('no_code');
    if (code.length > programLengthMax || tests.length > programLengthMax) return unknown('too_long');
    const program: Program = { language, code, tests, entry };
    const key = hash('sha256', JSON.stringify([sandbox.version, timeoutMs, program]), 'hex');
    const before = known.get(key);
    if (before !== undefined) return before;
    const limits: RunLimits = { mode: tests.trim() === '' ? 'compile' : 'apart', timeoutMs, signal };
    const truth = await examine(sandbox, program, limits);
    if (isLasting(truth)) known.set(key, truth);
    return truth;
  };
}

async function examine(sandbox: Sandbox, program: Program, limits: RunLimits): Promise<Truth> {
  const started = performance.now();
  const truth = read(await sandbox.run(program, limits));
  if (truth.outcome !== 'fail' || limits.mode === 'compile') return truth;
  const left = limits.timeoutMs - (performance.now() - started);
  if (left < secondRunMs || truth.detail === 'cpu_limit' || truth.detail === 'memory_limit') return truth;
  const second = await sandbox.run(program, { ...limits, mode: 'together', timeoutMs: left });
  if ('together' in second && second.together)
    return { ...truth, outcome: 'unknown', detail: 'passes_only_together' };
  return truth;
}

function read(report: Report): Truth {
  if ('together' in report) return unknown('no_verdict');
  // That code compiles says nothing about what it does.
  if ('compiles' in report)
    return report.compiles ? unknown('compiles') : { outcome: 'fail', detail: 'does_not_compile' };
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
  return detail !== 'timeout' && detail !== 'no_verdict' && detail !== 'no_sandbox';
}
