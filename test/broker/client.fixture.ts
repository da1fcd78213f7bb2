import { setTimeout as delay } from 'node:timers/promises';
import { pipelineSchema } from '@ballast/document';
import type { Headers } from '@ballast/document';
import { openAppender, openClient } from '@ballast/kafka';
import type { Admin, Kafka } from 'kafkajs';

/** A client for tests that prepare topics and write to them as an ingest would. */
export interface TestClient extends AsyncDisposable {
  readonly kafka: Kafka;
  readonly admin: Admin;
  /** Deletes the topics, and the sides of the pipeline, and creates them empty. */
  createAnew(names: readonly string[], partitions: number): Promise<void>;
  append(
    topic: string,
    partition: number,
    messages: readonly { readonly headers: Headers; readonly value: Uint8Array | undefined }[],
  ): Promise<void>;
  endOffset(topic: string, partition: number): Promise<bigint>;
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
      await admin.createTopics({
        waitForLeaders: true,
        topics: [
          ...names.map((topic) => ({ topic, numPartitions: partitions })),
          ...sides.map((topic) => ({
            topic,
            numPartitions: topic === 'ballast.published' ? 1 : partitions,
            configEntries: [{ name: 'cleanup.policy', value: 'compact' }],
          })),
        ],
      });
    },
    async append(topic, partition, messages) {
      await appender.append({ topic, partition }, messages);
    },
    async endOffset(topic, partition) {
      const found = await admin.fetchTopicOffsets(topic);
      return BigInt(found.find((each) => each.partition === partition)?.high ?? '0');
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
