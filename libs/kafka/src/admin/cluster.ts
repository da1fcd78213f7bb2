import { createRequire } from 'node:module';
import type { Kafka } from 'kafkajs';
import { z } from 'zod';

/** A request as kafkajs sends it: a body to encode, and how the answer's bytes are read. */
export interface ProtocolRequest<T> {
  readonly request: {
    readonly apiKey: number;
    readonly apiVersion: number;
    readonly apiName: string;
    encode(): Promise<unknown>;
  };
  readonly response: { decode(payload: Buffer): Promise<T>; parse(decoded: T): Promise<T> };
  /** Milliseconds; kafkajs takes its own time-out where that is longer. */
  readonly requestTimeout?: number;
}

/** What a member of a group says of itself at each request. */
export interface MemberRequest {
  readonly groupId: string;
  readonly memberId: string;
}

/** How a member asks to join; time-outs in milliseconds. */
export interface JoinRequest extends MemberRequest {
  readonly sessionTimeout: number;
  readonly rebalanceTimeout: number;
  readonly groupProtocols: readonly { readonly name: string; readonly metadata: Buffer }[];
}

/** What a coordinator answers to a join, when everybody has joined. */
export interface JoinAnswer {
  readonly generationId: number;
  readonly leaderId: string;
  readonly memberId: string;
  /** For the leader alone; else empty. */
  readonly members: readonly { readonly memberId: string; readonly memberMetadata: Buffer }[];
}

/** One broker of a cluster. */
export interface ClusterBroker {
  joinGroup(request: JoinRequest): Promise<JoinAnswer>;
  syncGroup(
    request: MemberRequest & {
      readonly generationId: number;
      readonly groupAssignment: readonly { readonly memberId: string; readonly memberAssignment: Buffer }[];
    },
  ): Promise<{ readonly memberAssignment: Buffer }>;
  heartbeat(request: MemberRequest & { readonly groupGenerationId: number }): Promise<unknown>;
  leaveGroup(request: MemberRequest): Promise<unknown>;
  findGroupCoordinator(request: { readonly groupId: string }): Promise<unknown>;
  offsetCommit(
    request: MemberRequest & {
      readonly groupGenerationId: number;
      readonly topics: readonly {
        readonly topic: string;
        readonly partitions: readonly {
          readonly partition: number;
          readonly offset: string;
          readonly metadata: string;
        }[];
      }[];
    },
  ): Promise<unknown>;
  offsetFetch(request: {
    readonly groupId: string;
    readonly topics: readonly {
      readonly topic: string;
      readonly partitions: readonly { readonly partition: number }[];
    }[];
  }): Promise<{
    readonly responses: readonly {
      readonly topic: string;
      readonly partitions: readonly {
        readonly partition: number;
        readonly offset: string;
        readonly metadata: string | null;
      }[];
    }[];
  }>;
  readonly connectionPool: { send<T>(request: ProtocolRequest<T>): Promise<T> };
}

/** What of kafkajs's own cluster is used here; it is not part of its public types. */
export interface Cluster {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  refreshMetadata(): Promise<void>;
  addMultipleTargetTopics(topics: string[]): Promise<void>;
  findTopicPartitionMetadata(topic: string): readonly { readonly partitionId: number }[];
  findLeaderForPartitions(topic: string, partitions: number[]): { [nodeId: string]: number[] };
  fetchTopicsOffset(
    topics: readonly {
      readonly topic: string;
      readonly fromBeginning: boolean;
      readonly partitions: readonly { readonly partition: number }[];
    }[],
  ): Promise<
    readonly {
      readonly topic: string;
      readonly partitions: readonly { readonly partition: number; readonly offset: string }[];
    }[]
  >;
  findBroker(node: { nodeId: string }): Promise<ClusterBroker>;
  findControllerBroker(): Promise<ClusterBroker>;
  findGroupCoordinator(group: { groupId: string }): Promise<ClusterBroker>;
}

const methods: readonly (keyof Cluster)[] = [
  'connect',
  'disconnect',
  'refreshMetadata',
  'addMultipleTargetTopics',
  'findTopicPartitionMetadata',
  'findLeaderForPartitions',
  'fetchTopicsOffset',
  'findBroker',
  'findControllerBroker',
  'findGroupCoordinator',
];

const clusterSchema = z.custom<Cluster>(
  (cluster) =>
    typeof cluster === 'object' &&
    cluster !== null &&
    methods.every((name) => typeof Reflect.get(cluster, name) === 'function'),
  'kafkajs has no cluster of the kind that 2.2.4 has',
);

/**
 * Connections of their own to the brokers of a client, for requests that kafkajs has and does not offer:
 * fetching without a group, membership without fetching. It makes the cluster of each client behind a
 * private symbol; throws a TypeError where that is not as in 2.2.4.
 */
export function clusterOf(kafka: Kafka): Cluster {
  const symbol = Object.getOwnPropertySymbols(kafka).find(
    ({ description }) => description === 'private:Kafka:createCluster',
  );
  const create: unknown = symbol === undefined ? undefined : Reflect.get(kafka, symbol);
  if (typeof create !== 'function') throw new TypeError('kafkajs is not the 2.2.4 this was written for');
  return clusterSchema.parse(create({ metadataMaxAge: 300_000, allowAutoTopicCreation: false }));
}

/** Where and how much to fetch. */
export interface FetchRequest {
  readonly replicaId: -1;
  readonly maxWaitTime: number;
  readonly minBytes: number;
  readonly maxBytes: number;
  /** 0 reads everything, 1 nothing of an open transaction. */
  readonly isolationLevel: 0 | 1;
  readonly topics: readonly {
    readonly topic: string;
    readonly partitions: readonly {
      readonly partition: number;
      readonly fetchOffset: string;
      readonly maxBytes: number;
    }[];
  }[];
}

/** kafkajs's encoder of request bodies, as far as it is used here. */
export interface WireEncoder {
  writeInt8(value: number): WireEncoder;
  writeBuffer(value: Buffer): WireEncoder;
}

const load = createRequire(import.meta.url);
const fetchBody = z
  .custom<(request: FetchRequest) => ProtocolRequest<unknown>['request']>(
    (found) => typeof found === 'function',
  )
  .parse(load('kafkajs/src/protocol/requests/fetch/v11/request'));
const Encoder = z
  .custom<new () => WireEncoder>((found) => typeof found === 'function')
  .parse(load('kafkajs/src/protocol/encoder'));

/** Fetch version 11 (KIP-392), which every broker since 2.3 speaks, with an answer of one's own reading. */
export function fetchRequest<T>(
  request: FetchRequest,
  decode: (payload: Buffer) => Promise<T>,
): ProtocolRequest<T> {
  return {
    request: fetchBody(request),
    response: { decode, parse: async (decoded) => decoded },
    requestTimeout: request.maxWaitTime + networkMs,
  };
}

/** A body encoded by hand. */
export function encodedBody(bytes: Buffer): WireEncoder {
  return new Encoder().writeBuffer(bytes);
}

/** Milliseconds that an answer may take beyond the wait that was asked for. */
const networkMs = 5_000;
