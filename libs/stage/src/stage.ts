import type {
  Document,
  Position,
  ReplayOf,
  TopicPartition,
  Unreadable,
  Verdict,
  Verdicts,
} from '@ballast/document';

/** One copy of a document as a source delivers it, readable or not. */
export interface Arrival {
  /** Identity of the delivery: where the document lies in its ingest topic. */
  readonly position: Position;
  /** Where this copy was read. On an ingest topic the same as `position`. */
  readonly read: Position;
  /** Position before this one of the same ingest partition, as its writer put it; absent on ingest topics. */
  readonly previous: Position | undefined;
  /** The ingested bytes, forwarded untouched; empty for a pointer without value. */
  readonly value: Uint8Array;
  readonly verdicts: Verdicts;
  /** Absent when the bytes hold no document. */
  readonly document: Document | undefined;
  /** Why there is no document. */
  readonly unreadable: Unreadable | undefined;
  /** Why the ingest could not carry it: travels on, since later readers cannot find it in the bytes again. */
  readonly said?: Unreadable;
  /** Present on a replayed copy whose value has the hash its header names (protocol P13). */
  readonly replayOf?: ReplayOf | undefined;
}

/** An arrival that a stage can work on: readable and not refused by an earlier stage. */
export interface Record extends Arrival {
  readonly document: Document;
}

/** Plain data that survives a JSON round trip: what snapshots are made of. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

/**
 * State that a stage keeps per input partition. It is small; `runStage` makes a snapshot durable
 * before the offset it belongs to is acked, and restores the one the last ack named (protocol P6).
 */
export interface Snapshotted {
  /** Called before the first batch of a partition; `undefined` when nothing was ever acked there. */
  restore(input: TopicPartition, snapshot: Json | undefined): void;
  /** The state after every batch processed so far of this partition. */
  snapshot(input: TopicPartition): Json;
}

/**
 * A stage gives one verdict per record, in the same order, and never throws for the sake of one
 * document: what it cannot handle is `dead` or `defer` with a reason. Same bytes and same published
 * snapshots give the same verdict, however the batches are cut. All records of a batch come from
 * one input partition, `record.read`.
 */
export interface Stage<V extends Verdict = Verdict> {
  readonly name: V['stage'];
  readonly version: string;
  process(batch: readonly Record[], signal: AbortSignal): Promise<readonly V[]>;
  readonly state?: Snapshotted;
}
