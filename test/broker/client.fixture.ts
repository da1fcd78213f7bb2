import { setTimeout as delay } from 'node:timers/promises';
import { pipelineSchema } from '@ballast/document';
import type { Headers } from '@ballast/document';
import { openAppender, openClient, openPartitionReader } from '@ballast/kafka';
import type { StoredMessage } from '@ballast/kafka';
import type { Admin, ITopicConfig, Kafka } from 'kafkajs';

/** A client for tests that prepare topics and write to them as an ingest would. */
export interface TestClient extends AsyncDisposable {
  readonly kafka: Kafka;
  readonly admin: Admin;
  /** Deletes the topics, and the sides of the pipeline, and creates them empty. */
  createAnew(names: readonly string[], partitions: number): Promise<void>;
  /** Creates topics and waits for their leaders. */
  create(topics: readonly ITopicConfig[]): Promise<void>;
  /** Creates the sides of the pipeline where they are missing. */
  createSides(partitions: number): Promise<void>;
  append(
    topic: string,
    partition: number,
    messages: readonly { readonly headers: Headers; readonly value: Uint8Array | undefined }[],
  ): Promise<void>;
  endOffset(topic: string, partition: number): Promise<bigint>;
  /** Everything a partition holds before `end`. */
  readAll(topic: string, partition: number, end: bigint): Promise<readonly StoredMessage[]>;
  /** Deletes the records before an offset, as retention does. */
  deleteRecords(topic: string, partition: number, before: bigint): Promise<void>;
}

const sides = ['ballast.snapshots', 'ballast.published'];

/** Opens a client of a broker on this host. */
export async function openTestClient(bootstrap: string): Promise<TestClient> {
  const { kafka: settings } = pipelineSchema.parse({ kafka: { brokers: bootstrap.split(',') } });
  const kafka = await openClient(settings, { name: 'test', insecure: true }, 'patient');
  const admin = kafka.admin();
  await admin.connect();
  const appender = await openAppender(kafka);
  return {
    kafka,
    admin,
    async createAnew(names, partitions) {
      const present = new Set(await admin.listTopics());
      const old = [...names, ...sides].filter((name) => present.has(name));
      if (old.length > 0) await admin.deleteTopics({ topics: old });
      while (old.length > 0 && (await admin.listTopics()).some((name) => old.includes(name))) await delay(20);
      if (names.length > 0)
        await create(
          admin,
          names.map((topic) => ({ topic, numPartitions: partitions })),
        );
      await createSides(admin, partitions);
    },
    create: (topics) => create(admin, topics),
    createSides: (partitions) => createSides(admin, partitions),
    async append(topic, partition, messages) {
      await appender.append({ topic, partition }, messages);
    },
    async endOffset(topic, partition) {
      const found = await admin.fetchTopicOffsets(topic);
      return BigInt(found.find((each) => each.partition === partition)?.high ?? '0');
    },
    async readAll(topic, partition, end) {
      await using reader = await openPartitionReader(kafka, [topic]);
      const all: StoredMessage[] = [];
      for (let from = 0n; from < end;) {
        const { messages, next } = await reader.fetch({ topic, partition }, from);
        all.push(...messages);
        if (next === from) break;
        from = next;
      }
      return all;
    },
    async deleteRecords(topic, partition, before) {
      // A fresh admin knows no leader until it has asked (kafka.md K27).
      await admin.fetchTopicOffsets(topic);
      await admin.deleteTopicRecords({ topic, partitions: [{ partition, offset: String(before) }] });
    },
    async [Symbol.asyncDispose]() {
      await appender[Symbol.asyncDispose]();
      await admin.disconnect();
    },
  };
}

async function createSides(admin: Admin, partitions: number): Promise<void> {
  const present = new Set(await admin.listTopics());
  const missing = sides.filter((topic) => !present.has(topic));
  if (missing.length === 0) return;
  await create(
    admin,
    missing.map((topic) => ({
      topic,
      numPartitions: topic === 'ballast.published' ? 1 : partitions,
      configEntries: [{ name: 'cleanup.policy', value: 'compact' }],
    })),
  );
}

/**
 * Resolves when every partition has a leader. kafkajs's own wait for that fails on a busy host, where a topic
 * that was just created is not known yet.
 */
async function create(admin: Admin, topics: readonly ITopicConfig[]): Promise<void> {
  await admin.createTopics({ topics: [...topics], waitForLeaders: false });
  const names = topics.map(({ topic }) => topic);
  for (let tries = 0; tries < 500; tries += 1) {
    const found = await admin.fetchTopicMetadata({ topics: names }).catch(() => undefined);
    const isLed = found?.topics.every(({ partitions }) => partitions.every(({ leader }) => leader >= 0));
    if (isLed === true) return;
    await delay(20);
  }
  throw new Error(`no leaders for ${names.join(', ')}`);
}
