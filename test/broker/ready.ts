import { setTimeout as delay } from 'node:timers/promises';
import { Kafka, logLevel } from 'kafkajs';
import type { Admin, KafkaConfig } from 'kafkajs';

/** What must be true of a cluster before a test may use it. */
export interface ReadyOptions {
  readonly brokers: readonly string[];
  readonly nodes: number;
  /** Password of the user `admin`, where the listener asks for one. */
  readonly adminPassword?: string | undefined;
  /** Milliseconds. */
  readonly timeoutMs: number;
  /** Ends the wait early, when a node has ended. */
  readonly failure: () => string | undefined;
}

const probeTopic = 'ballast-probe';
/** With four partitions of the offsets topic, eight names load every group coordinator (kafkajs joins once only). */
const probeGroups = Array.from({ length: 8 }, (_, index) => `ballast-probe-${index}`);

/**
 * Resolves when all nodes are in the metadata, a probe topic has all its replicas in sync, a message
 * went in and the high-water mark moved, and every group coordinator is loaded.
 * Rejects with what was missing last.
 */
export async function untilReady(options: ReadyOptions): Promise<void> {
  const end = performance.now() + options.timeoutMs;
  let last: unknown;
  while (performance.now() < end) {
    const failure = options.failure();
    if (failure !== undefined) throw new Error(failure);
    try {
      await probe(options);
      return;
    } catch (error) {
      last = error;
      await delay(100);
    }
  }
  throw new Error(
    `not ready after ${options.timeoutMs} ms: ${last instanceof Error ? last.message : String(last)}`,
  );
}

/** A fresh client per try: on a used one the retry was seen to hang. */
async function probe({ brokers, nodes, adminPassword }: ReadyOptions): Promise<void> {
  const kafka = new Kafka(quietClient(brokers, adminPassword));
  const admin = kafka.admin();
  await admin.connect();
  try {
    const cluster = await admin.describeCluster();
    if (cluster.brokers.length !== nodes) throw new Error(`${cluster.brokers.length} of ${nodes} nodes`);
    await ensureProbeTopic(admin, nodes);
    const before = await highWaterMark(admin);
    const producer = kafka.producer();
    await producer.connect();
    try {
      await producer.send({ topic: probeTopic, acks: -1, messages: [{ partition: 0, value: 'ready?' }] });
    } finally {
      await producer.disconnect();
    }
    if ((await highWaterMark(admin)) <= before) throw new Error('the high-water mark stands still');
    // All are waited for: one that is still asked when the client closes would open a connection for ever.
    const asked = probeGroups.map((groupId) => admin.fetchOffsets({ groupId, topics: [] }));
    for (const answer of await Promise.allSettled(asked))
      if (answer.status === 'rejected') throw answer.reason;
  } finally {
    await admin.disconnect();
  }
}

async function ensureProbeTopic(admin: Admin, nodes: number): Promise<void> {
  if (!(await admin.listTopics()).includes(probeTopic)) {
    const topics = [{ topic: probeTopic, numPartitions: 1, replicationFactor: nodes }];
    await admin.createTopics({ topics, waitForLeaders: true });
  }
  const { topics } = await admin.fetchTopicMetadata({ topics: [probeTopic] });
  const inSync = topics[0]?.partitions[0]?.isr.length ?? 0;
  if (inSync !== nodes) throw new Error(`the probe topic has ${inSync} of ${nodes} replicas in sync`);
}

async function highWaterMark(admin: Admin): Promise<bigint> {
  return BigInt((await admin.fetchTopicOffsets(probeTopic))[0]?.high ?? '0');
}

/** Settings of a client that fails fast and prints nothing. */
function quietClient(brokers: readonly string[], adminPassword: string | undefined): KafkaConfig {
  return {
    clientId: 'ballast-broker-probe',
    brokers: [...brokers],
    logLevel: logLevel.NOTHING,
    connectionTimeout: 1_000,
    requestTimeout: 5_000,
    retry: { retries: 2, initialRetryTime: 50, maxRetryTime: 200 },
    ...(adminPassword === undefined
      ? {}
      : { sasl: { mechanism: 'plain', username: 'admin', password: adminPassword } }),
  };
}
