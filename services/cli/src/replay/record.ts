import { randomBytes } from 'node:crypto';
import { hostname, userInfo } from 'node:os';
import { BallastError } from '@ballast/stage';
import type { Store } from '@ballast/table';
import { z } from 'zod';
import { cliErrors } from '../errors.ts';
import { replayFilterSchema } from './filter.ts';

const decimal = z.string().regex(/^\d{1,19}$/);

/** What is written before the first document is sent, and never changed: who replays what, and why. */
export const planSchema = z.strictObject({
  schemaVersion: z.literal(1),
  id: z.string(),
  startedAt: z.string(),
  by: z.string(),
  why: z.string().nullable(),
  filter: replayFilterSchema,
  /** Documents per second; null for as fast as it goes. */
  rate: z.number().nullable(),
  /** Most documents; null for all. */
  max: z.number().nullable(),
  /** How often a document may have come back for the same reason; null with --force. */
  times: z.number().nullable(),
  /** What the dry run counted. */
  planned: z.strictObject({
    documents: z.number(),
    tokens: z.number(),
    reasons: z.record(z.string(), z.number()),
  }),
  /** What was there when it began; a replay that goes on looks no further. */
  refusedVersion: z.number(),
  laneEnds: z.record(z.string(), decimal),
  /** Ends of the ingest partitions: every copy lies behind them. */
  ingestEnds: z.record(z.string(), decimal),
});

/** The first half of the audit record of a replay. */
export type ReplayPlan = z.infer<typeof planSchema>;

/** What is written when all is sent. */
export interface ReplayEnd {
  readonly schemaVersion: 1;
  readonly id: string;
  readonly endedAt: string;
  readonly by: string;
  /** Copies of this replay in the ingest topics. */
  readonly documents: number;
  /** Documents whose bytes the ingest no longer holds. */
  readonly missing: number;
}

const folder = 'ballast/replays/';

/**
 * The audit records of a table, two immutable objects per replay beside its two logs: `ID.json` before the
 * first document is sent, `ID.done.json` after the last. An id without the second was cut off and can go on.
 */
export class ReplayRecords {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  async begin(plan: ReplayPlan): Promise<void> {
    await this.#store.putIfAbsent(`${folder}${plan.id}.json`, encode(plan));
  }

  /** Whoever ends it first is right: several may go on with one replay. */
  async end(end: ReplayEnd): Promise<void> {
    await this.#store.putIfAbsent(`${folder}${end.id}.done.json`, encode(end));
  }

  /** The plan of a replay. Throws BALLAST_CLI_NO_REPLAY when there is none, or when it has ended. */
  async open(id: string): Promise<ReplayPlan> {
    const bytes = isName(id) ? await this.#store.get(`${folder}${id}.json`) : undefined;
    if (bytes === undefined)
      throw new BallastError(cliErrors.noReplay, `the table has no record of a replay ${id}`);
    if ((await this.#store.get(`${folder}${id}.done.json`)) !== undefined)
      throw new BallastError(cliErrors.noReplay, `replay ${id} has ended: there is nothing to go on with`);
    return decode(bytes);
  }

  /** Every plan, oldest first. */
  async plans(): Promise<readonly ReplayPlan[]> {
    const names = (await this.#store.list(folder)).filter((name) => /^[\w-]+\.json$/.test(name));
    const plans: ReplayPlan[] = [];
    for (const name of names) {
      const bytes = await this.#store.get(`${folder}${name}`);
      if (bytes !== undefined) plans.push(decode(bytes));
    }
    return plans;
  }
}

/** A new id: the time to the second, so that names sort by it, and three random bytes. */
export function newReplayId(now: Date): string {
  const time = now.toISOString().slice(0, 19).replaceAll(/[-:]/g, '');
  return `${time}-${randomBytes(3).toString('hex')}`;
}

/** `user@host` of this process, for the record. */
export function whoAmI(): string {
  try {
    return `${userInfo().username}@${hostname()}`;
  } catch {
    // A user id without an entry in the system's list has no name.
    return `${process.getuid?.() ?? 'unknown'}@${hostname()}`;
  }
}

function isName(id: string): boolean {
  return /^[\w-]{1,64}$/.test(id);
}

function encode(record: object): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(record, undefined, 2)}\n`);
}

function decode(bytes: Uint8Array): ReplayPlan {
  return planSchema.parse(JSON.parse(new TextDecoder().decode(bytes)));
}
