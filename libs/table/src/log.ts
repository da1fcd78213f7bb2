import { createHash, randomUUID } from 'node:crypto';
import { deltaSchema } from '@ballast/shard';
import type { ShardKind } from '@ballast/shard';
import { BallastError } from '@ballast/stage';
import { decodeCommit, encodeCreation } from './actions.ts';
import type { Commit, Limits } from './actions.ts';
import { noCounts } from './counts.ts';
import type { Counts } from './counts.ts';
import { tableErrors } from './errors.ts';
import type { Store } from './store.ts';

/** Where a partition of a topic stands in the table. */
export interface PartitionState {
  /** First offset that is not in the table. */
  readonly next: bigint;
  /** High-water mark per ingest `topic/partition`, decimal. */
  readonly marks: { readonly [ingest: string]: string };
}

/** SHA-256 of values, by the position of the root they are copies of. */
export type KeptCopies = ReadonlyMap<string, readonly string[]>;

/** The log replayed up to its head. */
export interface LogState {
  readonly version: number;
  readonly tableId: string;
  readonly kind: ShardKind;
  /** By `topic/partition`. */
  readonly offsets: ReadonlyMap<string, PartitionState>;
  readonly totals: Counts;
  /** SHA-256 of the head's bytes, hexadecimal. */
  readonly headSha256: string;
  /** Lane `topic/partition/offset` of documents that the mixer refused (`refused/` only). */
  readonly deferred: ReadonlySet<string>;
  /** Hashes of the replayed copies that were kept, by the position of their root (`data/` only). */
  readonly keptCopies: KeptCopies;
  readonly shards: number;
  readonly latest: Commit;
}

/** What a new table is created with. */
export interface Creation {
  readonly tableId: string;
  readonly generation: number;
  readonly limits: Limits;
  readonly configSha256: string;
}

/** The key of a version in the store: 20 digits. */
export function versionKey(kind: ShardKind, version: number): string {
  return `${kind}/_delta_log/${String(version).padStart(20, '0')}.json`;
}

/** SHA-256, hexadecimal. */
export function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Versions that the log holds, ascending. Rejects with exit 65 when one is missing. */
export async function versionsOf(store: Store, kind: ShardKind): Promise<readonly number[]> {
  const names = await store.list(`${kind}/_delta_log/`);
  const versions = names
    .filter((name) => /^\d{20}\.json$/.test(name))
    .map((name) => Number(name.slice(0, 20)));
  const hole = versions.findIndex((version, index) => version !== index);
  if (hole >= 0)
    throw new BallastError(tableErrors.damaged, `${versionKey(kind, hole)} is missing from the log`);
  return versions;
}

/** The Delta log of `data/` or `refused/`: replays what is new, and creates version 0 when asked to. */
export class DeltaLog {
  readonly store: Store;
  readonly kind: ShardKind;
  readonly #onCommit: ((version: number, commit: Commit) => void) | undefined;
  #state: LogState | undefined;
  #refreshing: Promise<unknown> = Promise.resolve();

  /** `onCommit` is told of every entry, in order, as soon as it is read and found to follow the one before. */
  constructor(store: Store, kind: ShardKind, onCommit?: (version: number, commit: Commit) => void) {
    this.store = store;
    this.kind = kind;
    this.#onCommit = onCommit;
  }

  /** Reads the entries since the last call; undefined when there is no log yet. Cheap when nothing is new. */
  refresh(): Promise<LogState | undefined> {
    // One reading at a time: a second one would put an entry on top of a state that already holds it.
    const turn = this.#refreshing.then(() => this.#readOn());
    this.#refreshing = turn.catch(() => undefined);
    return turn;
  }

  async #readOn(): Promise<LogState | undefined> {
    // Looked at once: a hole in the middle must never be filled by the next commit.
    if (this.#state === undefined) await versionsOf(this.store, this.kind);
    for (;;) {
      const version = this.#state === undefined ? 0 : this.#state.version + 1;
      const key = versionKey(this.kind, version);
      const bytes = await this.store.get(key);
      if (bytes === undefined) return this.#state;
      const commit = decodeCommit(bytes, key);
      this.#state = follow(this.#state, version, commit, bytes, key);
      this.#onCommit?.(version, commit);
    }
  }

  /** The state at the head; creates the log when there is none. */
  async open(creation: Creation): Promise<LogState> {
    const existing = await this.refresh();
    if (existing !== undefined) return existing;
    const facts = {
      format: 1,
      kind: this.kind,
      ...creation,
      prevCommitSha256: null,
      offsets: {},
      counts: noCounts,
      totals: noCounts,
      deferredFromLanes: [],
      keptCopies: [],
      ledger: null,
    } as const;
    const plan = {
      txnId: randomUUID(),
      timestamp: Date.now(),
      version: 0,
      facts: { ...facts, deferredFromLanes: [], keptCopies: [] },
      shards: [],
    };
    // Whoever creates it first is right; the others read that one.
    await this.store.putIfAbsent(versionKey(this.kind, 0), encodeCreation(plan, deltaSchema(this.kind)));
    const created = await this.refresh();
    if (created === undefined)
      throw new BallastError(tableErrors.damaged, 'version 0 vanished after it was written');
    return created;
  }
}

function follow(
  before: LogState | undefined,
  version: number,
  commit: Commit,
  bytes: Uint8Array,
  key: string,
): LogState {
  const { facts } = commit;
  if (facts.prevCommitSha256 !== (before?.headSha256 ?? null)) {
    throw new BallastError(
      tableErrors.damaged,
      `${key} does not follow the commit before it: the hash chain is broken`,
    );
  }
  const offsets = new Map(before?.offsets);
  for (const [partition, { from, to, marks }] of Object.entries(facts.offsets)) {
    const next = offsets.get(partition)?.next ?? 0n;
    if (BigInt(from) !== next) {
      throw new BallastError(
        tableErrors.damaged,
        `${key}: ${partition} goes on at ${from}, expected was ${next}`,
      );
    }
    offsets.set(partition, { next: BigInt(to) + 1n, marks });
  }
  return {
    version,
    tableId: facts.tableId,
    kind: facts.kind,
    offsets,
    totals: facts.totals,
    headSha256: sha256Of(bytes),
    deferred:
      facts.deferredFromLanes.length === 0 && before !== undefined
        ? before.deferred
        : new Set([...(before?.deferred ?? []), ...facts.deferredFromLanes]),
    keptCopies: withCopies(before?.keptCopies ?? new Map(), facts.keptCopies),
    shards: (before?.shards ?? 0) + commit.shards.length,
    latest: commit,
  };
}

/** Adds copies, each `ROOT SHA256`, as a commit names them. */
export function withCopies(before: KeptCopies, copies: readonly string[]): KeptCopies {
  if (copies.length === 0) return before;
  const all = new Map(before);
  for (const copy of copies) {
    const [root = '', sha256 = ''] = copy.split(' ');
    all.set(root, [...(all.get(root) ?? []), sha256]);
  }
  return all;
}
