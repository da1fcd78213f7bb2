import { randomUUID } from 'node:crypto';
import { parseTopicPartition } from '@ballast/document';
import { BallastError } from '@ballast/stage';
import type { Json } from '@ballast/stage';
import { decodeCommit, encodeCommit } from './actions.ts';
import type { Limits, ShardEntry } from './actions.ts';
import { addCounts } from './counts.ts';
import type { Counts } from './counts.ts';
import { tableErrors } from './errors.ts';
import type { DeltaLog, LogState } from './log.ts';
import { versionKey } from './log.ts';

/** A consumed range of one `topic/partition`, both ends inclusive; `to` = `from` − 1 claims nothing but is compared. */
export interface Range {
  readonly from: bigint;
  readonly to: bigint;
  readonly marks: { readonly [ingest: string]: string };
}

/** What one commit adds. */
export interface Addition {
  readonly ranges: ReadonlyMap<string, Range>;
  readonly shards: readonly ShardEntry[];
  readonly counts: Counts;
  readonly generation: number;
  readonly limits: Limits;
  readonly configSha256: string;
  /** Lane positions of documents the mixer deferred; a position that is already recorded makes the commit `already`. */
  readonly deferredFromLanes: readonly string[];
  /** `ROOT SHA256` of replayed copies among the rows. */
  readonly keptCopies: readonly string[];
  readonly ledger: Json;
  /** Cluster that the offsets belong to; default the table's own id. */
  readonly clusterId?: string | undefined;
}

/** What an owner knows of the log it took over: where every topic and partition stood. */
export type Base = Pick<LogState, 'tableId' | 'offsets'>;

/** How a commit ended. After `conflict` nothing was written: give up what is buffered and go on at `next`. */
export type CommitResult =
  | { readonly outcome: 'committed'; readonly version: number }
  | { readonly outcome: 'already' }
  | {
      readonly outcome: 'conflict';
      readonly reason: string;
      /** First offset that is not in the table, per `topic/partition`. */
      readonly next: ReadonlyMap<string, bigint>;
    };

/**
 * Adds shards and the offsets they cover as one entry of the log, created exclusively: exactly once,
 * whoever else commits. Every attempt first replays the log and compares, for all topics of every
 * partition it touches, where the log stands with where it stood in `base`; so a zombie cannot
 * commit. An ambiguous failure is settled by reading that version back and comparing txnId.
 *
 * `base` moves with the owner's own commits alone ({@link advance}), never with what a refresh happens
 * to find: a commit of another owner that came in between would pass unseen (protocol P14).
 */
export async function commit(log: DeltaLog, base: Base, addition: Addition): Promise<CommitResult> {
  const txnId = randomUUID();
  for (;;) {
    const head = await log.refresh();
    if (head === undefined || head.tableId !== base.tableId) {
      throw new BallastError(tableErrors.damaged, 'the log was taken away while it was written to');
    }
    const stop = compare(base, head, addition);
    if (stop !== undefined) return stop;
    const version = head.version + 1;
    const outcome = await attempt(log, encode(txnId, version, head, addition), version);
    if (outcome.result === 'created') {
      await log.refresh();
      return { outcome: 'committed', version };
    }
    const own = await settle(log, version, txnId);
    if (own) return { outcome: 'committed', version };
    if (outcome.result === 'failed' && (await log.refresh())?.version === head.version) throw outcome.error;
  }
}

/** Where the log stands for an owner whose own commit of these ranges succeeded. */
export function advance<B extends Base>(base: B, ranges: Addition['ranges']): B {
  const offsets = new Map(base.offsets);
  for (const [partition, { from, to, marks }] of ranges)
    if (to >= from) offsets.set(partition, { next: to + 1n, marks });
  return { ...base, offsets };
}

function compare(
  base: Base,
  head: LogState,
  { ranges, deferredFromLanes }: Addition,
): CommitResult | undefined {
  const claims = [...ranges].filter(([, { from, to }]) => to >= from);
  const done = claims.filter(([partition, { to }]) => to < nextOf(partition, head));
  const deferred = deferredFromLanes.filter((position) => head.deferred.has(position));
  const claimed = claims.length + deferredFromLanes.length;
  if (claimed > 0 && done.length + deferred.length === claimed) return { outcome: 'already' };
  const conflict = (reason: string): CommitResult => ({
    outcome: 'conflict',
    reason,
    next: new Map([...head.offsets].map(([partition, { next }]) => [partition, next])),
  });
  if (deferred.length > 0) return conflict(`${deferred[0]} is deferred already`);
  for (const [partition, { from, to }] of ranges) {
    const next = nextOf(partition, head);
    if (from !== next) return conflict(`${partition}: ${from} to ${to} does not follow ${next}`);
  }
  const touched = new Set(claims.map(([partition]) => parseTopicPartition(partition).partition));
  for (const [partition, { next }] of head.offsets) {
    if (!touched.has(parseTopicPartition(partition).partition)) continue;
    const known = nextOf(partition, base);
    if (next !== known) return conflict(`${partition} went on from ${known} to ${next} under another owner`);
  }
  return undefined;
}

function nextOf(partition: string, state: Base): bigint {
  return state.offsets.get(partition)?.next ?? 0n;
}

function encode(txnId: string, version: number, head: LogState, addition: Addition): Uint8Array {
  const { counts, generation, limits, configSha256, deferredFromLanes, keptCopies, ledger } = addition;
  const offsets = Object.fromEntries(
    [...addition.ranges]
      .filter(([, { from, to }]) => to >= from)
      .map(([partition, { from, to, marks }]) => [partition, { from: String(from), to: String(to), marks }]),
  );
  const facts = {
    format: 1 as const,
    kind: head.kind,
    tableId: head.tableId,
    generation,
    limits,
    configSha256,
    prevCommitSha256: head.headSha256,
    offsets,
    counts,
    totals: addCounts(head.totals, counts),
    deferredFromLanes: [...deferredFromLanes],
    keptCopies: [...keptCopies],
    // The ports speak of readonly JSON, zod of mutable JSON; the text is the same.
    ledger: structuredClone(ledger) as LogState['latest']['facts']['ledger'],
  };
  const { shards, clusterId } = addition;
  return encodeCommit({ txnId, timestamp: Date.now(), version, facts, shards, clusterId });
}

type Attempt =
  | { readonly result: 'created' | 'exists' }
  | { readonly result: 'failed'; readonly error: unknown };

async function attempt(log: DeltaLog, bytes: Uint8Array, version: number): Promise<Attempt> {
  try {
    return { result: await log.store.putIfAbsent(versionKey(log.kind, version), bytes) };
  } catch (error) {
    return { result: 'failed', error };
  }
}

/** Whether the version that exists is our own: a retried or interrupted put may have succeeded. */
async function settle(log: DeltaLog, version: number, txnId: string): Promise<boolean> {
  const state = await log.refresh();
  if (state === undefined || state.version < version) return false;
  const bytes = await log.store.get(versionKey(log.kind, version));
  if (bytes === undefined) return false;
  return decodeCommit(bytes, versionKey(log.kind, version)).txnId === txnId;
}
