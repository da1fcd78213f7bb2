import { unknown } from '../outcome.ts';
import type { Truth } from '../outcome.ts';
import { partsMax, readCollection } from './collection.ts';
import type { Collection } from './collection.ts';
import { compare } from './compare.ts';
import type { Comparison } from './compare.ts';

/** Sets of tuples of sets: deeper ones are left undecided. */
const depthMax = 3;

/**
 * Whether two answers have the same value: formulas by {@link compare}; sets whatever their order and
 * repeats; tuples and intervals part by part. Where the brackets differ, or one side alone is a collection, nothing
 * is decided; a union is never refused, for it can be written in other intervals.
 */
export function compareAnswers(comparison: Comparison, depth = 0): Truth {
  const [left, right] = [readCollection(comparison.found), readCollection(comparison.expected)];
  if (left === undefined && right === undefined) return compareEnds(comparison, depth);
  if (left === undefined || depth === depthMax) return unknown('answer_not_understood');
  if (right === undefined) return unknown('expected_not_understood');
  if (left.kind !== right.kind || Math.max(left.parts.length, right.parts.length) > partsMax)
    return unknown('more_than_one_reading');
  const truth = isUnordered(left)
    ? compareSets(left, right, comparison.tolerance, depth)
    : compareInOrder(left, right, comparison.tolerance, depth);
  const isDoubtful = left.isDoubtful || right.isDoubtful || left.kind === 'union';
  return truth.outcome === 'fail' && isDoubtful ? unknown('more_than_one_reading') : truth;
}

function isUnordered({ kind }: Collection): boolean {
  return kind === 'set' || kind === 'union';
}

const infinity = /^([+-]?)\s*(?:\\infty|\u221e)$/;

/** Formulas; within a collection also infinity, which equals itself and nothing that has a value. */
function compareEnds(comparison: Comparison, depth: number): Truth {
  const [left, right] = [infinity.exec(comparison.found), infinity.exec(comparison.expected)];
  if (depth === 0 || (left === null && right === null)) return compare(comparison);
  if (left !== null && right !== null) return (left[1] === '-') === (right[1] === '-') ? pass : fail;
  const finite = left === null ? comparison.found : comparison.expected;
  return compare({ ...comparison, found: finite, expected: finite }).outcome === 'pass'
    ? fail
    : unknown('out_of_range');
}

const pass: Truth = { outcome: 'pass', passed: 1, total: 1 };
const fail: Truth = { outcome: 'fail', passed: 0, total: 1 };

function compareInOrder(left: Collection, right: Collection, tolerance: number, depth: number): Truth {
  if (left.parts.length !== right.parts.length) return fail;
  const truths = left.parts.map((found, at) =>
    compareAnswers({ found, expected: right.parts[at] ?? '', tolerance }, depth + 1),
  );
  return firstOf(truths, 'fail') ?? firstOf(truths, 'unknown') ?? pass;
}

/** Each part must have its equal on the other side; one that differs from all there is missing. */
function compareSets(left: Collection, right: Collection, tolerance: number, depth: number): Truth {
  const rows = left.parts.map((found) =>
    right.parts.map((expected) => compareAnswers({ found, expected, tolerance }, depth + 1)),
  );
  const columns = right.parts.map((_, at) => rows.flatMap((row) => row.slice(at, at + 1)));
  const matches = [...rows, ...columns].map(
    (truths) => firstOf(truths, 'pass') ?? firstOf(truths, 'unknown') ?? fail,
  );
  return firstOf(matches, 'fail') ?? firstOf(matches, 'unknown') ?? pass;
}

function firstOf(truths: readonly Truth[], outcome: Truth['outcome']): Truth | undefined {
  return truths.find((truth) => truth.outcome === outcome);
}
