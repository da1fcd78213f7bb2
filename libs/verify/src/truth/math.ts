import type { Check } from '@ballast/document';
import { z } from 'zod';
import { Lanes } from './lanes.ts';
import type { Comparison } from './formula/compare.ts';
import { expressionLengthMax, readNumber } from './number.ts';
import type { Reading } from './number.ts';
import { unknown } from './outcome.ts';
import type { Truth } from './outcome.ts';
import { distance, isAtMost, multiply, ofDouble } from './rational.ts';
import { RecentlyUsed } from './recently-used.ts';
import { Thread } from './thread.ts';

/** A check that brings the right answer. */
export type MathCheck = Extract<Check, { readonly kind: 'math' }>;

/** How formulas are compared. */
export interface MathCheckerOptions {
  /** Wall clock of one comparison in milliseconds. */
  readonly timeoutMs: number;
  /** Results kept, least recently used leave first. */
  readonly cacheEntries?: number;
}

/**
 * Compares the answer of a text with the right one: exactly (or within an absolute tolerance when the
 * check gives one) when both are plain numbers, else in a thread that ends at a deadline, as formulas.
 * `pass` and `fail` need both sides to be understood whole; all else is `unknown`, with a detail. Rejects
 * only with the reason of an aborted signal.
 */
export type MathChecker = (text: string, check: MathCheck, signal: AbortSignal) => Promise<Truth>;

/** A checker with a thread and a result cache of its own. */
export function mathChecker({ timeoutMs, cacheEntries = 10_000 }: MathCheckerOptions): MathChecker {
  const known = new RecentlyUsed<Truth>(cacheEntries);
  const lanes = new Lanes(1, async () => new Thread(new URL('./formula/worker.ts', import.meta.url)));
  return async (text, check, signal) => {
    const plain = comparePlain(text, check);
    if ('outcome' in plain) return plain;
    const key = JSON.stringify(plain);
    const before = known.get(key);
    if (before !== undefined) return before;
    const answer = await lanes.use(signal, (thread) => thread.ask(plain, timeoutMs, signal));
    if ('problem' in answer) return unknown(answer.problem);
    const read = truthSchema.safeParse(answer.message);
    if (!read.success) return unknown('no_verdict');
    known.set(key, read.data);
    return read.data;
  };
}

const truthSchema = z.union([
  z.strictObject({ outcome: z.enum(['pass', 'fail']), passed: z.int(), total: z.int() }),
  z.strictObject({ outcome: z.literal('unknown'), detail: z.string() }),
]);

/** The outcome when both answers are plain numbers or one cannot be read at all; else what to compare. */
function comparePlain(text: string, check: MathCheck): Truth | Comparison {
  const answer = answerOf(text);
  if (answer === undefined) return unknown('no_answer');
  const [left, right] = [bareAnswer(answer), bareAnswer(check.answer)];
  if (left === undefined) return unknown('answer_not_understood');
  if (right === undefined) return unknown('expected_not_understood');
  const [found, expected] = [readNumber(left), readNumber(right)];
  if (found === undefined || expected === undefined) {
    // A per cent sign on one side alone may or may not mean a hundredth.
    if (left.includes('%') !== right.includes('%')) return unknown('per_cent_or_not');
    return { found: left, expected: right, tolerance: check.tolerance ?? 0 };
  }
  const agree = agrees(found, expected, check.tolerance ?? 0);
  if (agree === undefined) return unknown('out_of_range');
  if (agree) return { outcome: 'pass', passed: 1, total: 1 };
  // "50" and "50 %" mean the same in a sentence that names the unit, and differ by 100 in one that does not.
  if (found.percent !== expected.percent && isHundredfold(found, expected)) return unknown('per_cent_or_not');
  return { outcome: 'fail', passed: 0, total: 1 };
}

/**
 * The answer a text ends with: what its last `\boxed{…}` holds, else what the last line that is not
 * blank says after its last `=` (or colon, or "is"), without the full stop. `undefined` when there is none.
 */
export function answerOf(text: string): string | undefined {
  const boxed = text.lastIndexOf('\\boxed');
  if (boxed >= 0) return balanced(text, boxed + '\\boxed'.length);
  const trimmed = text.trimEnd();
  const line = trimmed.slice(trimmed.lastIndexOf('\n') + 1).trim();
  if (line === '' || line.length > expressionLengthMax) return undefined;
  // "x = 1 or x = 2" has two answers.
  if (/[=:].*(?:\bor\b|\band\b|[,;]\s)/i.test(line) && !bracketed.test(line)) return undefined;
  const sign = Math.max(line.lastIndexOf('='), line.lastIndexOf(':'));
  // ">=", "!=" and the like bound an answer or deny it.
  if (/[<>!~]/.test(line.charAt(sign - 1))) return undefined;
  const said = line.slice(sign + 1);
  const after = /^[^]*\b(?:is|equals)\b/i.exec(said)?.[0].length ?? 0;
  return (
    said
      .slice(after)
      .replaceAll('**', ' ')
      .trim()
      .replace(/[.\u3002!]$/, '')
      .trim() || undefined
  );
}

/** One relation, and behind it nothing but what stands in brackets: a set, a tuple, an interval. */
const bracketed = /^[^=:]*[=:]\s*(?:\\left)?\\?[([{][^=:]*[)\]}]\.?$/;

/** The contents of the braces that open at or right after `start`, found in one pass. */
function balanced(text: string, start: number): string | undefined {
  let open = start;
  while (text.charAt(open) === ' ') open += 1;
  if (text.charAt(open) !== '{') return undefined;
  let depth = 0;
  for (let at = open; at < text.length && at - open <= expressionLengthMax; at += 1) {
    const sign = text.charAt(at);
    if (sign === '\\') at += 1;
    else if (sign === '{') depth += 1;
    else if (sign === '}') depth -= 1;
    if (depth === 0) return text.slice(open + 1, at);
  }
  return undefined;
}

const dollars = /^(?:\$\$?|\\\(|\\\[)([^]*?)(?:\$\$?|\\\)|\\\])$/;

/** Without dollars and full stop; `x = 5` says 5 when the left side is one name, any other relation is not read. */
function bareAnswer(text: string): string | undefined {
  if (text.length > expressionLengthMax) return undefined;
  const trimmed = text.trim().replace(/\.$/, '');
  const bare = (dollars.exec(trimmed)?.[1] ?? trimmed).replace(/\.$/, '').trim();
  // The = of a lower limit (\sum_{k=1}) is no equation.
  const [left = '', right, ...more] = bare.split(/=(?![^{}]*\})/);
  if (right === undefined) return bare;
  return more.length === 0 && /^\s*[A-Za-z](?:_\{?\w{1,8}\}?)?\s*$/.test(left) ? right.trim() : undefined;
}

function agrees(found: Reading, expected: Reading, tolerance: number): boolean | undefined {
  const apart = distance(found.value, expected.value);
  const allowed = ofDouble(tolerance);
  return apart === undefined || allowed === undefined ? undefined : isAtMost(apart, allowed);
}

function isHundredfold(found: Reading, expected: Reading): boolean {
  const [share, plain] = found.percent ? [found, expected] : [expected, found];
  const scaled = multiply(share.value, { numerator: 100n, denominator: 1n });
  return scaled?.numerator === plain.value.numerator && scaled.denominator === plain.value.denominator;
}
