import { formatPosition, refusalIn } from '@ballast/document';
import type { Document, Placement, Position } from '@ballast/document';
import { refusedRowOf, rowOf } from '@ballast/shard';
import type { DataRow, RefusedRow, RowContext, ShardWriters } from '@ballast/shard';
import { BallastError } from '@ballast/stage';
import type { Routed, Sink } from '@ballast/stage';
import { advance, commit } from './commit.ts';
import type { Addition, CommitResult, Range } from './commit.ts';
import type { Consumed } from './consumed.ts';
import { noCounts } from './counts.ts';
import { tableErrors } from './errors.ts';
import { Groups } from './groups.ts';
import { withCopies } from './log.ts';
import type { LogState, PartitionState } from './log.ts';
import { ShardOutput } from './shard-output.ts';
import type { Output, ShardContext } from './shard-output.ts';
import { defaultLimits, openTable } from './table.ts';
import type { Table, TableSettings } from './table.ts';

/** What a sink over a table needs. */
export interface TableOptions extends TableSettings {
  /** Directory that holds `data/` and `refused/`. */
  readonly root: string;
  readonly writers: ShardWriters;
  readonly licenceOf?: ((document: Document) => string | undefined) | undefined;
  readonly editLines?: ((text: string, rules: readonly string[]) => string) | undefined;
}

/** The mixer's way into `data/`. What is written becomes part of the table at the next commit. */
export interface TableSink extends Sink {
  readonly tableId: string;
  /** Compressed bytes of the open shard so far. */
  readonly bytes: number;
  /**
   * Reads the logs again, gives up what is uncommitted, and says where each lane `topic/partition`
   * goes on. To be called at start and after a conflict, before anything is written.
   */
  resume(): Promise<ReadonlyMap<string, PartitionState>>;
  /** True for a lane position that an earlier, unfinished commit already deferred: never place it. */
  isDeferred(read: Position): boolean;
  /** SHA-256 of the replayed copies of `root` that the log holds as kept, as this owner knows it (protocol P15). */
  keptCopies(root: Position): readonly string[];
  /**
   * Closes the shard, commits what the mixer refused to `refused/`, then shard and offsets to `data/` in
   * one entry. After `already` and `conflict` nothing of the shard is left: resume, rewind, go on.
   */
  commit(consumed: Consumed): Promise<CommitResult>;
  /** Gives up what is uncommitted. */
  discard(): Promise<void>;
}

/** Opens a table, creating it if need be, as the mixer's sink. */
export async function tableSink(options: TableOptions): Promise<TableSink> {
  return new DataSink(options, await openTable(options.root, options));
}

class DataSink implements TableSink {
  readonly #options: TableOptions;
  readonly #table: Table;
  readonly #context: ShardContext & RowContext;
  /** Where the log stood when this owner took over; moves with its own commits only. */
  #base: LogState;
  #refused: LogState;
  #groups = new Groups();
  #output: ShardOutput<'data'> | undefined;
  #deferred: { readonly read: string; readonly row: RefusedRow }[] = [];
  /** `ROOT SHA256` of replayed copies in the open shard. */
  #copies: string[] = [];

  constructor(options: TableOptions, table: Table) {
    this.#options = options;
    this.#table = table;
    this.#base = table.dataState;
    this.#refused = table.refusedState;
    this.#context = {
      tableId: table.tableId,
      generation: options.generation ?? 0,
      configSha256: options.configSha256 ?? '',
      licenceOf: options.licenceOf,
      editLines: options.editLines,
    };
  }

  get tableId(): string {
    return this.#table.tableId;
  }

  get bytes(): number {
    return this.#output?.bytes ?? 0;
  }

  async resume(): Promise<ReadonlyMap<string, PartitionState>> {
    await this.discard();
    this.#base = (await this.#table.data.refresh()) ?? this.#base;
    this.#refused = (await this.#table.refused.refresh()) ?? this.#refused;
    return this.#base.offsets;
  }

  isDeferred(read: Position): boolean {
    return this.#refused.deferred.has(formatPosition(read));
  }

  keptCopies(root: Position): readonly string[] {
    const { keptCopies } = this.#base;
    return keptCopies.size === 0 ? [] : (keptCopies.get(formatPosition(root)) ?? []);
  }

  async write(routed: readonly Routed[]): Promise<void> {
    for (const each of routed) {
      const { mix } = each.verdicts;
      if (refusalIn(each.verdicts) !== undefined) this.#defer(each);
      else if (mix?.action === 'keep') await this.#place(each, mix.placements, mix.judged);
      else throw misplaced(each.arrival.position, 'has no verdict of the mixer');
    }
  }

  async commit(consumed: Consumed): Promise<CommitResult> {
    const ranges = rangesOf(consumed);
    const refusal = await this.#commitDeferred(ranges);
    if (refusal !== undefined) return refusal;
    await this.#writeGroups(this.#groups.takeAll());
    const output = await this.#output?.finish();
    this.#output = undefined;
    const keptCopies = this.#copies;
    const result = await commit(this.#table.data, this.#base, {
      ...this.#addition(output),
      ranges,
      keptCopies,
      ledger: consumed.ledger,
    });
    this.#groups = new Groups();
    this.#copies = [];
    if (result.outcome !== 'committed') await output?.remove();
    else {
      const base = advance(this.#base, ranges);
      this.#base = { ...base, keptCopies: withCopies(base.keptCopies, keptCopies) };
    }
    return result;
  }

  async discard(): Promise<void> {
    const output = this.#output;
    this.#output = undefined;
    this.#groups = new Groups();
    this.#deferred = [];
    this.#copies = [];
    await output?.abort();
  }

  async #place(routed: Routed, placements: readonly Placement[], isJudged: boolean): Promise<void> {
    const { arrival, verdicts } = routed;
    const [first, ...copies] = placements;
    if (first === undefined) return;
    if (this.isDeferred(arrival.read)) {
      throw misplaced(arrival.read, 'was deferred by an earlier commit and must not be placed');
    }
    const { replayOf } = arrival;
    if (replayOf !== undefined) this.#copies.push(`${formatPosition(replayOf.root)} ${replayOf.sha256}`);
    await this.#writeGroups(this.#groups.takeBelow(first.group));
    const original = rowOf(
      arrival,
      verdicts,
      { index: 0, granted: placements.length, unit: isJudged ? first.unit : null },
      this.#context,
    );
    this.#groups.put(first.group, { row: first.row, data: original });
    copies.forEach((copy, index) => {
      const data = { ...original, repeat_index: index + 1, unit: isJudged ? copy.unit : null };
      this.#groups.put(copy.group, { row: copy.row, data });
    });
  }

  #defer({ arrival, verdicts }: Routed): void {
    if (this.isDeferred(arrival.read)) return;
    this.#deferred.push({
      read: formatPosition(arrival.read),
      row: refusedRowOf(arrival, verdicts, this.#context),
    });
  }

  async #writeGroups(groups: readonly (readonly DataRow[])[]): Promise<void> {
    for (const rows of groups) {
      this.#output ??= await ShardOutput.open(
        this.#options.writers,
        this.#options.root,
        'data',
        this.#context,
      );
      await this.#output.writeGroup(rows);
    }
  }

  /**
   * Deferred documents go first, marked by their lane position: a crash before the data commit
   * leaves the mark, and the next attempt neither writes them again nor places them.
   */
  async #commitDeferred(ranges: ReadonlyMap<string, Range>): Promise<CommitResult | undefined> {
    if (this.#deferred.length === 0) return undefined;
    const stale = await this.#isStale(ranges);
    if (stale !== undefined) return stale;
    for (;;) {
      this.#refused = (await this.#table.refused.refresh()) ?? this.#refused;
      const fresh = this.#deferred.filter(({ read }) => !this.#refused.deferred.has(read));
      if (fresh.length === 0) break;
      const output = await writeRefused(
        this.#options,
        this.#context,
        fresh.map(({ row }) => row),
      );
      const result = await commit(this.#table.refused, this.#refused, {
        ...this.#addition(output),
        ranges: new Map(),
        deferredFromLanes: fresh.map(({ read }) => read),
        ledger: null,
      });
      if (result.outcome === 'committed') break;
      await output.remove();
    }
    this.#deferred = [];
    this.#refused = (await this.#table.refused.refresh()) ?? this.#refused;
    return undefined;
  }

  /** A zombie must not defer what its successor may have kept: the data log is looked at first. */
  async #isStale(ranges: ReadonlyMap<string, Range>): Promise<CommitResult | undefined> {
    const head = await this.#table.data.refresh();
    if (head === undefined) return undefined;
    const offsets = [...head.offsets].map(([partition, { next }]) => [partition, next] as const);
    const isMoved = [...ranges].some(
      ([partition, { from }]) => from !== (head.offsets.get(partition)?.next ?? 0n),
    );
    if (!isMoved) return undefined;
    await this.discard();
    return { outcome: 'conflict', reason: 'the log moved on under another owner', next: new Map(offsets) };
  }

  #addition(output: Output | undefined): Omit<Addition, 'ranges' | 'ledger'> {
    return additionOf(this.#context, this.#options, output);
  }
}

function misplaced(position: Position, what: string): BallastError {
  return new BallastError(tableErrors.misplaced, `${formatPosition(position)} ${what}`);
}

/** What every commit of a sink states beside its ranges. */
export function additionOf(
  { generation, configSha256 }: ShardContext,
  { limits = defaultLimits, clusterId }: TableOptions,
  output: Output | undefined,
): Omit<Addition, 'ranges' | 'ledger'> {
  return {
    shards: output === undefined ? [] : [output.entry],
    counts: output?.counts ?? noCounts,
    generation,
    limits,
    configSha256,
    deferredFromLanes: [],
    keptCopies: [],
    clusterId,
  };
}

function refusalOf({ action, reason }: RefusedRow): string {
  return `${action}: ${reason}`;
}

/** Rows per row group of `refused/`: nobody trains on it, so only memory matters. */
const refusedGroupRows = 1024;

/** Writes refused rows as one shard. */
export async function writeRefused(
  { writers, root }: TableOptions,
  context: ShardContext,
  rows: readonly RefusedRow[],
): Promise<Output> {
  const output = await ShardOutput.open(writers, root, 'refused', context);
  for (let start = 0; start < rows.length; start += refusedGroupRows) {
    await output.writeGroup(rows.slice(start, start + refusedGroupRows), refusalOf);
  }
  return output.finish();
}

function rangesOf({ offsets, marks }: Consumed): Map<string, Range> {
  const entries = Object.entries(offsets).map(
    ([partition, { from, to }]) =>
      [partition, { from: BigInt(from), to: BigInt(to), marks: marks[partition] ?? {} }] as const,
  );
  return new Map(entries);
}
