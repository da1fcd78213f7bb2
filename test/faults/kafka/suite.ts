import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { seeded } from '../../seeded.ts';
import { Unavailable, spread } from './fault-case.ts';
import type { FaultCase, Outcome } from './fault-case.ts';

/** How the suite is run. */
export interface SuiteOptions {
  readonly cases: readonly FaultCase[];
  /** 1: the figures of the fault table; below, that part of them. */
  readonly scale: number;
  readonly seed: number;
  /** File the finished slices are kept in. */
  readonly state: string;
  /** Goes on where the file left off; else it begins anew. */
  readonly resume: boolean;
  /** Only this slice, to reproduce it or to see a variant at a small scale. */
  readonly slice?: number | undefined;
  /** No slice begins after this time; what is left is for a run with `resume`. */
  readonly minutes?: number | undefined;
  readonly say: (text: string) => void;
}

/** One case of a finished run. */
export interface CaseReport {
  readonly id: string;
  readonly title: string;
  readonly slices: number;
  readonly outcomes: readonly Outcome[];
  /** Why this host cannot run it. */
  readonly unavailable?: string;
}

const outcomeSchema = z.object({
  documents: z.number(),
  injected: z.record(z.string(), z.number()),
  check: z
    .object({
      kept: z.number(),
      refused: z.number(),
      lost: z.number(),
      duplicated: z.number(),
      altered: z.number(),
      orderBreaks: z.number(),
      redelivered: z.number(),
      breaches: z.array(z.string()),
      examples: z.array(z.string()),
    })
    .optional(),
  recoveryMs: z.array(z.number()),
  figures: z.record(z.string(), z.union([z.number(), z.string()])).optional(),
  failures: z.array(z.string()),
});
const stateSchema = z.object({
  seed: z.number(),
  scale: z.number(),
  slices: z.record(z.string(), outcomeSchema),
});

/**
 * Runs the cases slice by slice. Every slice has its own broker, table and seed, and is kept in the
 * state file when it is done, so a run of hours may be cut at any time and goes on with `resume`.
 */
export async function runSuite(options: SuiteOptions): Promise<readonly CaseReport[]> {
  const { seed, scale, say } = options;
  const done = readState(options);
  const end = performance.now() + 60_000 * (options.minutes ?? Number.POSITIVE_INFINITY);
  const reports: CaseReport[] = [];
  for (const each of options.cases) {
    // Below one slice the slice itself gets smaller.
    const slices = Math.max(1, Math.ceil(each.slices * scale));
    const size = Math.min(1, each.slices * scale);
    const outcomes: Outcome[] = [];
    let unavailable: string | undefined;
    const wanted =
      options.slice === undefined ? Array.from({ length: slices }, (_, n) => n) : [options.slice];
    for (const slice of wanted) {
      if (unavailable !== undefined) break;
      const kept = done.get(`${each.id}/${slice}`);
      if (kept !== undefined) {
        outcomes.push(kept);
        continue;
      }
      if (performance.now() > end) break;
      say(`${each.id} ${each.title}: slice ${slice + 1} of ${slices}, seed ${seed}`);
      const result = await runSlice(each, { ...options, slice, size });
      if (typeof result === 'string') unavailable = result;
      else {
        outcomes.push(result);
        done.set(`${each.id}/${slice}`, result);
        writeState(options, done);
        say(render(`${each.id} slice ${slice + 1}`, [result]));
      }
    }
    const { id, title } = each;
    reports.push({ id, title, slices, outcomes, ...(unavailable === undefined ? {} : { unavailable }) });
  }
  return reports;
}

async function runSlice(
  each: FaultCase,
  { seed, slice, size, say }: SuiteOptions & { readonly slice: number; readonly size: number },
): Promise<Outcome | string> {
  const own = sliceSeed(seed, each.id, slice);
  try {
    return await each.run({ seed: own, random: seeded(own), slice, size, say: (text) => say(`  ${text}`) });
  } catch (error) {
    if (error instanceof Unavailable) return error.message;
    const reason = error instanceof Error ? error.message : String(error);
    return { documents: 0, injected: {}, recoveryMs: [], failures: [reason] };
  }
}

/** A seed per slice, at most 20 bits: documents carry it in their ids. */
function sliceSeed(seed: number, id: string, slice: number): number {
  return createHash('sha256').update(`${seed}/${id}/${slice}`).digest().readUInt32BE(0) & 0xf_ffff;
}

function readState({ state, resume, seed, scale }: SuiteOptions): Map<string, Outcome> {
  if (!resume || !existsSync(state)) return new Map();
  const stored = stateSchema.parse(JSON.parse(readFileSync(state, 'utf8')));
  if (stored.seed !== seed || stored.scale !== scale)
    throw new Error(`${state} belongs to --seed ${stored.seed} --scale ${stored.scale}`);
  return new Map(
    Object.entries(stored.slices).map(([key, { check, figures, ...outcome }]) => [
      key,
      {
        ...outcome,
        ...(check === undefined ? {} : { check }),
        ...(figures === undefined ? {} : { figures }),
      },
    ]),
  );
}

function writeState({ state, seed, scale }: SuiteOptions, done: ReadonlyMap<string, Outcome>): void {
  mkdirSync(dirname(state), { recursive: true });
  writeFileSync(`${state}.new`, JSON.stringify({ seed, scale, slices: Object.fromEntries(done) }));
  renameSync(`${state}.new`, state);
}

/** True when every slice of the case came out as it must. */
export function holds({ outcomes }: Pick<CaseReport, 'outcomes'>): boolean {
  return outcomes.every(({ failures }) => failures.length === 0);
}

/** One line: faults, lost, duplicated, order breaks, recovery; failures below it. */
export function render(name: string, outcomes: readonly Outcome[]): string {
  const sum = (of: (outcome: Outcome) => number): number =>
    outcomes.reduce((total, outcome) => total + of(outcome), 0);
  const injected = new Map<string, number>();
  for (const outcome of outcomes)
    for (const [fault, count] of Object.entries(outcome.injected))
      injected.set(fault, (injected.get(fault) ?? 0) + count);
  const recovery = spread(outcomes.flatMap(({ recoveryMs }) => recoveryMs));
  const figures = outcomes.flatMap(({ figures }) => Object.entries(figures ?? {}));
  const parts = [
    `${sum(({ documents }) => documents)} documents`,
    [...injected].map(([fault, count]) => `${count} × ${fault}`).join(', '),
    outcomes.some(({ check }) => check !== undefined)
      ? `lost ${sum(({ check }) => check?.lost ?? 0)}, duplicated ${sum(({ check }) => check?.duplicated ?? 0)}, order breaks ${sum(({ check }) => check?.orderBreaks ?? 0)}, redelivered ${sum(({ check }) => check?.redelivered ?? 0)}`
      : '',
    recovery === undefined ? '' : `recovery p50 ${recovery.p50} ms, max ${recovery.max} ms`,
    figures.length > 8 ? '' : figures.map(([figure, value]) => `${figure} ${value}`).join(', '),
  ].filter((part) => part !== '');
  const failures = outcomes.flatMap((outcome) => outcome.failures);
  const verdict = failures.length === 0 ? 'ok' : 'NOT OK';
  return [`${verdict} ${name}: ${parts.join('; ')}`, ...failures.map((failure) => `  ${failure}`)].join('\n');
}
