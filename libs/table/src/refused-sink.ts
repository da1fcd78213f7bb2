import { formatPosition, formatTopicPartition } from '@ballast/document';
import { refusedRowOf } from '@ballast/shard';
import { BallastError } from '@ballast/stage';
import type { Routed, Sink } from '@ballast/stage';
import { commit } from './commit.ts';
import type { Range } from './commit.ts';
import { tableErrors } from './errors.ts';
import type { LogState, PartitionState } from './log.ts';
import { additionOf, writeRefused } from './sink.ts';
import type { TableOptions } from './sink.ts';
import { openTable } from './table.ts';

/** The sink of rejected, deferred and dead documents. */
export interface RefusedSink extends Sink {
  readonly tableId: string;
  /** Where each topic and partition goes on, by the log as it was opened. */
  readonly offsets: ReadonlyMap<string, PartitionState>;
}

/**
 * Writes what `documents.rejected`, `.deferred` and `.dead` hold into `refused/`: each call is one
 * shard and one commit, durable on return. What the log already holds, by offset or by high-water
 * mark, is left out, so redelivery in any cut of batches adds nothing twice.
 */
export async function refusedSink(options: TableOptions): Promise<RefusedSink> {
  const { refused, refusedState, tableId } = await openTable(options.root, options);
  const context = {
    tableId,
    generation: options.generation ?? 0,
    configSha256: options.configSha256 ?? '',
    licenceOf: options.licenceOf,
    editLines: options.editLines,
  };
  const write = async (routed: readonly Routed[]): Promise<void> => {
    // Every round that ends in a conflict follows a commit of another owner, so rounds end.
    for (let round = 0; round < roundsMax; round += 1) {
      const state = (await refused.refresh()) ?? refusedState;
      const fresh = newOf(routed, state);
      if (fresh.length === 0) return;
      const rows = fresh.map(({ arrival, verdicts }) => refusedRowOf(arrival, verdicts, context));
      const output = await writeRefused(options, context, rows);
      const result = await commit(refused, state, {
        ...additionOf(context, options, output),
        ranges: rangesOf(fresh, state),
        ledger: null,
      });
      if (result.outcome === 'committed') return;
      await output.remove();
    }
    throw new BallastError(
      tableErrors.io,
      `refused/ is written to by others: no turn in ${roundsMax} rounds`,
    );
  };
  // One round at a time: calls for different partitions would only conflict with each other.
  let last: Promise<void> = Promise.resolve();
  return {
    tableId,
    offsets: refusedState.offsets,
    write(routed) {
      const turn = last.then(() => write(routed));
      last = turn.catch(() => {});
      return turn;
    },
  };
}

const roundsMax = 100;

/** What neither the log nor an earlier place of the batch holds. */
function newOf(routed: readonly Routed[], { offsets }: LogState): readonly Routed[] {
  const marks = new Map<string, bigint>();
  return routed.filter(({ arrival: { read, position } }) => {
    const lane = formatTopicPartition(read);
    const ingest = formatTopicPartition(position);
    const known = offsets.get(lane);
    const stored = known?.marks[ingest];
    const mark = marks.get(`${lane} ${ingest}`) ?? (stored === undefined ? -1n : BigInt(stored));
    if (read.offset < (known?.next ?? 0n) || position.offset <= mark) return false;
    marks.set(`${lane} ${ingest}`, position.offset);
    return true;
  });
}

/**
 * Ranges begin where the log ends: offsets between hold copies that the reader left out by its
 * high-water mark, and a loss would have stopped the reader (protocol P4).
 */
function rangesOf(routed: readonly Routed[], { offsets }: LogState): Map<string, Range> {
  const ranges = new Map<string, Range>();
  for (const { arrival } of routed) {
    const partition = formatTopicPartition(arrival.read);
    const known = offsets.get(partition);
    const range = ranges.get(partition);
    if (range !== undefined && arrival.read.offset <= range.to) {
      throw new BallastError(tableErrors.misplaced, `${formatPosition(arrival.read)} came out of order`);
    }
    const marks = {
      ...(range ?? known)?.marks,
      [formatTopicPartition(arrival.position)]: String(arrival.position.offset),
    };
    ranges.set(partition, { from: known?.next ?? 0n, to: arrival.read.offset, marks });
  }
  return ranges;
}
