import type { Position, TopicPartition, Trust, Verdicts } from '@ballast/document';
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

/** How much one read returns at most; one message is returned even when it is larger. */
export interface ReadLimit {
  readonly documents: number;
  readonly bytes: number;
}

/** Where a reader that keeps its own truth wants to start. */
export interface SourceStart {
  /** Next offset to read. */
  readonly offset: bigint;
  readonly checkpoint: Checkpoint | null;
}

/** What a source reads and how. */
export interface SourceOptions {
  readonly group: string;
  /** Topics by name, or all that match, new ones too while running. */
  readonly topics: readonly string[] | ((topic: string) => boolean);
  /** Default: all partitions. */
  readonly partitions?: readonly number[];
  /** Bounds of one delivery. Default 256 documents, 4 MiB. */
  readonly batch?: ReadLimit;
  /** Ends the iteration after the delivery in hand. */
  readonly signal: AbortSignal;
  /** Overrides the group's offsets, for a reader whose truth lies elsewhere (the mixer's Delta log). */
  readonly start?: (input: TopicPartition) => SourceStart | Promise<SourceStart>;
  /** How long a partition waits for a full delivery once it holds a message. Milliseconds, default 0. */
  readonly linger?: number;
  /**
   * `stopped`: only the signal ends it. `end`: ends once everything present was delivered. A function
   * tells that upstream has ended: it is asked before the log is looked at, so nothing is overlooked.
   */
  readonly until?: 'stopped' | 'end' | (() => boolean);
}

/** Which lanes are read and how far ahead. */
export interface LaneReaderOptions {
  readonly topics: readonly string[];
  /** Next offset to read, from the table's log. */
  readonly start: (input: TopicPartition) => bigint;
  /** Default: all partitions. */
  readonly partitions?: readonly number[];
  /** Documents read ahead per topic, default 256. */
  readonly bufferDocuments?: number;
  /** Bytes read ahead per topic, default 8 MiB; one document is held even when it is larger. */
  readonly bufferBytes?: number;
  /** True once upstream has ended: no lane will receive anything more in this run. */
  readonly ended: () => boolean;
  /** Ends reading ahead, where that goes on by itself: another reader may own the partitions from now on. */
  readonly signal?: AbortSignal;
}

/** A published value and the version that verdicts name. */
export interface PublishedValue {
  readonly version: string;
  readonly value: Json;
}

/** Values that span partitions: a source's prevalence, frozen strata, calibration (protocol P7). */
export interface Published {
  /** The newest version, or the one named while it is still kept. */
  read(name: string, version?: string): Promise<PublishedValue | undefined>;
  /** Stores an immutable version and resolves with its name, a digest of the value, when it is durable. */
  publish(name: string, value: Json): Promise<string>;
  /** Names that begin with `prefix`, in order. */
  list(prefix: string): Promise<readonly string[]>;
}

/** Where the documents of a pipeline flow, as its stages see it: the embedded topics, or a broker's. */
export interface Topics extends AsyncDisposable {
  /** Partition count of every topic: partition p goes to partition p through every stage. */
  readonly partitions: number;
  readonly published: Published;
  /** Called at named points between write, commit and flush, so that tests can end the process there. */
  readonly failAt: (point: string) => void;
  /** What the topic itself says its ingest is trusted for; undefined: the configuration says. */
  trustedOf(topic: string): readonly Trust[] | undefined;
  source(options: SourceOptions): Source;
  sink(): Sink;
  laneReader(options: LaneReaderOptions): LaneReader;
}
