import type { StageName } from '@ballast/document';
import { BallastError } from '@ballast/stage';
import type { BrokerLag, BrokerRequest, BrokerTopics, OpenBroker, Topics } from '@ballast/stage';
import type { PipelineOverrides } from './config-merge.ts';
import { failPoint } from './fail-point.ts';
import { hostErrors } from './errors.ts';
import type { Metrics } from './metrics.ts';
import { takeReplicaSlot } from './replica-slot.ts';

/** What a service says of itself to {@link openReplica}. */
export type ReplicaRequest = Omit<BrokerRequest, 'replicaDir' | 'failAt' | 'onLag' | 'onSiblingGone'> & {
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
  const topics = await open({
    ...request,
    replicaDir: slot.dir,
    failAt: failPoint,
    onLag,
    onSiblingGone: (told) => slot.onSiblingGone(told),
  }).catch((error: unknown) => {
    slot[Symbol.dispose]();
    throw error;
  });
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
