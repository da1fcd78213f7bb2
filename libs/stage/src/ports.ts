import type { Position, TopicPartition, Verdicts } from '@ballast/document';
import type { Arrival, Json } from './stage.ts';

/** What an ack makes durable beside the offset; a restart continues from it. */
export interface Checkpoint {
  /** High-water mark: greatest offset seen on this input, per ingest partition (`topic/partition`), decimal. */
  readonly marks: { readonly [ingest: string]: string };
  /** Last offset written, per output topic and ingest partition, decimal (protocol P4). */
  readonly previous: { readonly [topic: string]: { readonly [ingest: string]: string } };
  /** Snapshot of the stage's state for this input partition. */
  readonly state: Json;
}

/** A batch on loan: all of one input partition, in offset order. */
export interface Delivery {
  readonly input: TopicPartition;
  /**
   * Present on the first delivery after this reader was given the partition: the checkpoint of the
   * last ack, or null when there was none.
   */
  readonly resume?: Checkpoint | null;
  readonly batch: readonly Arrival[];
  /**
   * Set by a source that has chosen the order itself (the mixer's): it has removed redeliveries and
   * checked the chain while reading, so the batch follows no offset order and no mark applies.
   */
  readonly arranged?: true;
  /** Makes the checkpoint durable, then marks the batch as done. Rejects when another reader took over. */
  ack(checkpoint: Checkpoint): Promise<void>;
}

/** Deliveries, one partition at a time each; iteration ends when the source is drained or stopped. */
export interface Source extends AsyncIterable<Delivery> {}

/** An arrival with the verdicts it leaves with, and the topic it goes to; the partition is its own. */
export interface Routed {
  readonly topic: string;
  readonly arrival: Arrival;
  readonly verdicts: Verdicts;
  /** Position before this one of the same ingest partition on that topic. */
  readonly previous: Position | undefined;
}

/** Where a stage writes. */
export interface Sink {
  /** Resolves when everything is durable, in order per topic and partition. Rejects and writes nothing further otherwise. */
  write(routed: readonly Routed[]): Promise<void>;
}

/**
 * The mixer's view of its lanes: heads of topics whose further reading is paused while nobody takes
 * them. Offsets are contiguous per topic and partition, redeliveries included (the marks are the
 * mixer's, as it alone can give readings back); partitions of one topic take turns.
 */
export interface LaneReader {
  /** The next message of the topic, without consuming it; undefined when none has arrived. */
  head(topic: string): Arrival | undefined;
  /** Consumes the head. Throws when there is none. */
  take(topic: string): Arrival;
  /** Gives back what was taken: each partition named (`topic/partition`) goes on at this offset, the others stay. */
  rewind(next: ReadonlyMap<string, bigint>): void;
  /** Resolves when a head may have appeared, the feed has ended, or the signal aborts. */
  arrivals(signal: AbortSignal): Promise<void>;
  /** True when upstream has ended and no lane will receive anything more in this run. */
  ended(): boolean;
}
