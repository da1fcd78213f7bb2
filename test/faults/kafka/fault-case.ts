import type { RunCheck } from './check.ts';

/** What one slice of a fault case came to. */
export interface Outcome {
  readonly documents: number;
  /** How often each fault was injected. */
  readonly injected: { readonly [fault: string]: number };
  /** Absent where a case looks at something else than a table. */
  readonly check?: RunCheck;
  /** From each fault to the next committed progress of every waiting partition of its stage, milliseconds. */
  readonly recoveryMs: readonly number[];
  /** Further figures, in the words of the report. */
  readonly figures?: { readonly [name: string]: number | string };
  /** What did not come out as it must, in words; empty is good. */
  readonly failures: readonly string[];
}

/** What a slice is given. */
export interface CaseContext {
  /** Of this slice: it alone reproduces the slice. */
  readonly seed: number;
  readonly random: () => number;
  /** Number of this slice; cases with variants take turns. */
  readonly slice: number;
  /** The part of a full slice that is run, above 0 up to 1. */
  readonly size: number;
  readonly say: (text: string) => void;
}

/** One line of the fault table. */
export interface FaultCase {
  readonly id: string;
  readonly title: string;
  readonly target: string;
  /** Slices that make up the full figure of the table. */
  readonly slices: number;
  readonly run: (context: CaseContext) => Promise<Outcome>;
}

/** Thrown by a case that this host cannot run; says what is missing. */
export class Unavailable extends Error {}

/** More documents than any fed case writes: the feeder stops with the faults, not with the set. */
export const documentsMax = 10_000_000;

/** `full` at the slice's size, at least 1. */
export function sized({ size }: CaseContext, full: number): number {
  return Math.max(1, Math.round(full * size));
}

/** One of these, by the slice's own chances. */
export function pick<T>({ random }: CaseContext, from: readonly [T, ...T[]]): T {
  return from[Math.floor(random() * from.length)] ?? from[0];
}

/** The outcome of a run whose every document must be in the table once, with the failures its check shows. */
export function exactlyOnce(
  outcome: Omit<Outcome, 'failures'> & { readonly check: RunCheck },
  failures: readonly string[] = [],
): Outcome {
  const { lost, duplicated, altered, orderBreaks, breaches, examples } = outcome.check;
  return {
    ...outcome,
    failures: [
      ...failures,
      ...Object.entries({ lost, duplicated, altered, 'out of order': orderBreaks })
        .filter(([, count]) => count > 0)
        .map(
          ([what, count]) => `${count} documents ${what}${what === 'lost' ? `: ${examples.join('; ')}` : ''}`,
        ),
      ...breaches,
    ],
  };
}

/** Middle and greatest of some milliseconds, for the report. */
export function spread(
  values: readonly number[],
): { readonly p50: number; readonly max: number } | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  const [p50, max] = [sorted[Math.floor(sorted.length / 2)], sorted.at(-1)];
  return p50 === undefined || max === undefined ? undefined : { p50, max };
}
