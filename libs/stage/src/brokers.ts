import type { Pipeline, TopicPartition } from '@ballast/document';
import type { Topics } from './ports.ts';

/** What of a logger a broker's adapter uses. */
export interface BrokerLogger {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** What a process asks of a broker. */
export interface BrokerRequest {
  /** Name of the consumer group, and of this client in the broker's logs. */
  readonly group: string;
  readonly pipeline: Pipeline;
  /** Folder that this replica has to itself: the broker's word for it lies there. */
  readonly replicaDir: string;
  /** True for a topic it reads. */
  readonly reads: (topic: string) => boolean;
  /** Topics it writes. */
  readonly writes: readonly string[];
  /** PLAINTEXT to another host is allowed. */
  readonly insecure: boolean;
  readonly logger: BrokerLogger;
  /** Called at named points between write and commit, so that tests can stop the process there. */
  readonly failAt: (point: string) => void;
  /** Told every few seconds how far the group is behind on every partition of what it reads. */
  readonly onLag: (lags: readonly BrokerLag[]) => void;
  /** Has someone told of the folder of each replica of the group on this host that has ended. */
  readonly onSiblingGone: (told: (replicaDir: string) => void) => void;
  /** Next offset by partition, where the truth is not the group's own offsets (the mixer's table). */
  readonly places?: () => Promise<(input: TopicPartition) => bigint>;
}

/** What a partition holds. */
export interface OffsetBounds {
  readonly low: bigint;
  readonly high: bigint;
}

/** How far a group is behind on a partition. */
export interface BrokerLag extends TopicPartition {
  /** Messages not processed yet. */
  readonly messages: bigint;
  /** Since the oldest of them arrived; 0 when there is none. */
  readonly seconds: number;
}

/** Topics on brokers, open for one process. */
export interface BrokerTopics<T extends Topics = Topics> extends AsyncDisposable {
  readonly topics: T;
  /** Id of the cluster: positions mean something in it alone. */
  readonly clusterId: string;
  /** First offset each partition still holds and the one after its last, by `topic/partition`. */
  readonly bounds: (topics: readonly string[]) => Promise<ReadonlyMap<string, OffsetBounds>>;
  /** True while messages can be taken: joined, assigned, brokers within reach. */
  readonly ready: () => boolean;
  /** Rejects when the process must end, since only a new one can go on. */
  readonly failed: Promise<never>;
}

/** Opens topics on brokers; injected by the services, as the host knows no broker. */
export type OpenBroker<T extends Topics = Topics> = (request: BrokerRequest) => Promise<BrokerTopics<T>>;

/** What a member of a group is dealt, for a reader whose truth lies elsewhere. */
export interface Assignment {
  readonly partitions: readonly number[];
  /** Aborts when they are to be given up; the next assignment is asked for when that is done. */
  readonly signal: AbortSignal;
  /** Commits next offsets by `topic/partition` for display; nothing goes by them. */
  readonly show: (places: ReadonlyMap<string, bigint>) => Promise<void>;
}

/** Topics that also deal their partitions out to the members of a group. */
export interface DealtTopics extends Topics {
  /** The partitions of `topic` that this member is dealt, per generation. */
  assignments(group: string, topic: string, signal: AbortSignal): AsyncIterable<Assignment>;
}
