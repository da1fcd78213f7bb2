import type { Pipeline, StageName, TopicPartition } from '@ballast/document';
import { BallastError } from '@ballast/stage';
import type { Topics } from '@ballast/stage';
import type { PipelineOverrides } from './config-merge.ts';
import { failPoint } from './fail-point.ts';
import { hostErrors } from './errors.ts';
import type { Logger } from './log.ts';
import type { Metrics } from './metrics.ts';
import { takeReplicaSlot } from './replica-slot.ts';

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
  readonly logger: Logger;
  /** Called at named points between write and commit, so that tests can stop the process there. */
  readonly failAt: (point: string) => void;
  /** Told every few seconds how far the group is behind on every partition of what it reads. */
  readonly onLag: (lags: readonly BrokerLag[]) => void;
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

/** What a service says of itself to {@link openReplica}. */
export type ReplicaRequest = Omit<BrokerRequest, 'replicaDir' | 'failAt' | 'onLag'> & {
  readonly stateDir: string;
  readonly metrics: Metrics;
};

/** Takes a replica's folder below the state folder and opens the brokers with it. */
export async function openReplica<T extends Topics>(
  open: OpenBroker<T>,
  { stateDir, metrics, ...request }: ReplicaRequest,
): Promise<BrokerTopics<T>> {
  const slot = await takeReplicaSlot(stateDir, request.group);
  const stage = stageOf(request.group);
  const onLag = (lags: readonly BrokerLag[]): void => {
    for (const { topic, partition, messages, seconds } of lags)
      metrics.setLag(stage, topic, partition, { records: Number(messages), seconds });
  };
  const topics = await open({ ...request, replicaDir: slot.dir, failAt: failPoint, onLag }).catch(
    (error: unknown) => {
      slot[Symbol.dispose]();
      throw error;
    },
  );
  return {
    ...topics,
    async [Symbol.asyncDispose]() {
      await topics[Symbol.asyncDispose]();
      slot[Symbol.dispose]();
    },
  };
}

/** The stages of a group as metrics name them: `detect+verify` for `detector+verifier`. */
function stageOf(group: string): string {
  return group
    .split('+')
    .map((service) => stages.get(service) ?? service)
    .join('+');
}

const stages: ReadonlyMap<string, StageName> = new Map([
  ['detector', 'detect'],
  ['verifier', 'verify'],
  ['oversampler', 'oversample'],
  ['mixer', 'mix'],
]);

/** What the flag `--brokers` sets above pipeline.yaml. */
export function overridesOf({
  brokers,
}: {
  readonly brokers: readonly string[] | undefined;
}): PipelineOverrides {
  return brokers === undefined ? {} : { kafka: { brokers } };
}

/** The flag `--brokers host:port,…` as a value of `kafka.brokers`. Throws BALLAST_HOST_USAGE. */
export function brokersOf(given: string | undefined): readonly string[] | undefined {
  if (given === undefined) return undefined;
  const brokers = given.split(',').map((broker) => broker.trim());
  if (brokers.includes(''))
    throw new BallastError(hostErrors.usage, `--brokers ${given}: write host:port, several joined by commas`);
  return brokers;
}
