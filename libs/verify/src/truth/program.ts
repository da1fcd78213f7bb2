import type { Check } from '@ballast/document';
import { z } from 'zod';

/** The languages whose code can be checked. */
export type Language = Extract<Check, { readonly kind: 'code' }>['language'];

/** Code of a document and the tests it should pass. */
export interface Program {
  readonly language: Language;
  readonly code: string;
  readonly tests: string;
  /** Name that `check(candidate)` of the tests is called with, HumanEval's way. */
  readonly entry?: string | undefined;
}

/** How one run is bounded. */
export interface RunLimits {
  /**
   * `apart`: tests and document out of each other's reach. `together`: in one, as a plain run would be.
   * `compile`: the code alone, and nothing of it runs.
   */
  readonly mode: 'apart' | 'together' | 'compile';
  /** Wall clock, milliseconds, after which everything the run started is ended. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

const count = z.int().nonnegative();

/** Shape of a {@link Report}; what comes out of a sandbox is read with it. */
export const reportSchema = z.union([
  z.strictObject({
    /** What the tests counted, and how much of it went through. */
    passed: count,
    total: count,
    /** Assertions that were reached and held. */
    assertions: count,
    /** The tests fail on a program that defines nothing. */
    failsEmpty: z.boolean(),
    /** Exception that ended the document's own code, if any. */
    load: z.string().nullable(),
  }),
  /** Whether code and tests go through in one process; only ever used to doubt a failure. */
  z.strictObject({ together: z.boolean() }),
  /** Whether the code alone compiles. */
  z.strictObject({ compiles: z.boolean() }),
  z.strictObject({
    problem: z.enum([
      'cpu_limit',
      'memory_limit',
      'ended_early',
      'missing_module',
      'hides_trusted_name',
      'tests_do_not_parse',
      /** The deadline passed. */
      'timeout',
      /** The sandbox ended without a verdict. */
      'no_verdict',
      /** This host cannot confine this language. */
      'no_sandbox',
    ]),
  }),
]);

/** What a run came to. */
export type Report = Readonly<z.infer<typeof reportSchema>>;

/** Where the code of strangers runs. */
export interface Sandbox {
  /** Changes with the programs inside and the interpreters; part of the key of cached results. */
  readonly version: string;
  /** Runs a program. Never throws for the program's sake; rejects only with the reason of the signal. */
  run(program: Program, limits: RunLimits): Promise<Report>;
  /** Ends every process and thread that waits for work. */
  close(): Promise<void>;
}

/** What this host cannot confine, and why. */
export interface Unavailable {
  readonly available: false;
  readonly languages: readonly Language[];
  readonly reason: string;
  /** What would give it one. */
  readonly fix: string;
}

/** A sandbox that was tried and tells right from wrong. */
export interface Available {
  readonly available: true;
  readonly sandbox: Sandbox;
}
