import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import kafkajs, { Kafka, logLevel } from 'kafkajs';
import type { Admin } from 'kafkajs';
import { setTimeout as delay } from 'node:timers/promises';
import { uniqueName } from '../../broker/shared.ts';

// kafkajs knows no zstd; this codec is the checker's own, unbounded and plain.
kafkajs.CompressionCodecs[kafkajs.CompressionTypes.ZSTD] = () => ({
  compress: async ({ buffer }: { readonly buffer: Buffer }) => zstdCompressSync(buffer),
  decompress: async (buffer: Buffer) => zstdDecompressSync(buffer),
});

/** A client without any of Ballast's guards, printing nothing. */
export function rawClient(bootstrap: string, clientId = 'raw'): Kafka {
  return new Kafka({
    clientId,
    brokers: bootstrap.split(','),
    logLevel: logLevel.NOTHING,
    requestTimeout: 5_000,
    connectionTimeout: 1_000,
    retry: { retries: 60, maxRetryTime: 1_000 },
  });
}

/** Gives the use of an admin client, and closes it. */
export async function withAdmin<T>(bootstrap: string, use: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = rawClient(bootstrap, 'raw-admin').admin();
  await admin.connect();
  try {
    return await use(admin);
  } finally {
    await admin.disconnect();
  }
}

/** Creates a topic with a name of its own. */
export async function createRawTopic(bootstrap: string, partitions: number): Promise<string> {
  const topic = uniqueName('raw');
  await withAdmin(bootstrap, async (admin) => {
    await admin.createTopics({ topics: [{ topic, numPartitions: partitions }], waitForLeaders: false });
    // kafkajs's own wait gives up when a broker has not heard of the topic yet.
    for (let tries = 0; ; tries += 1) {
      const found = await admin.fetchTopicMetadata({ topics: [topic] }).catch(() => undefined);
      const leaders = found?.topics[0]?.partitions.filter(({ leader }) => leader >= 0).length ?? 0;
      if (leaders === partitions) return;
      if (tries > 100) throw new Error(`${topic} has no leaders`);
      await delay(100);
    }
  });
  return topic;
}

/** One message as it lies on a topic. */
export interface StoredMessage {
  readonly partition: number;
  readonly offset: bigint;
  readonly value: Buffer | null;
  readonly headers: { readonly [name: string]: string };
}

/** Everything these topics hold from their first offsets to the high-water marks at the time of the call. */
export async function readTopic(
  bootstrap: string,
  topic: string,
  take: (message: StoredMessage) => void,
): Promise<void> {
  const ends = await withAdmin(bootstrap, async (admin) => await admin.fetchTopicOffsets(topic));
  const open = new Map(
    ends.flatMap(({ partition, low, high }) =>
      BigInt(high) > BigInt(low) ? [[partition, BigInt(high)] as const] : [],
    ),
  );
  if (open.size === 0) return;
  const consumer = rawClient(bootstrap, 'raw-reader').consumer({
    groupId: uniqueName('raw-reader'),
    maxWaitTimeInMs: 100,
  });
  await consumer.connect();
  try {
    await consumer.subscribe({ topic, fromBeginning: true });
    let failure: Error | undefined;
    consumer.on(consumer.events.CRASH, ({ payload }) => void (failure = payload.error));
    await consumer.run({
      autoCommit: false,
      eachBatch: async (payload) => {
        const { batch } = payload;
        for (const { offset, value, headers } of batch.messages) {
          const end = open.get(batch.partition);
          if (end === undefined || BigInt(offset) >= end) continue;
          take({ partition: batch.partition, offset: BigInt(offset), value, headers: plainHeaders(headers) });
        }
        if (BigInt(batch.lastOffset()) + 1n >= (open.get(batch.partition) ?? 0n))
          open.delete(batch.partition);
        await payload.heartbeat();
      },
    });
    while (open.size > 0) {
      if (failure !== undefined) throw failure;
      await delay(20);
    }
  } finally {
    await consumer.disconnect();
  }
}

function plainHeaders(headers: object | undefined): { readonly [name: string]: string } {
  return Object.fromEntries(
    Object.entries(headers ?? {}).map(([name, value]: [string, unknown]) => [
      name,
      Array.isArray(value) ? String(value[0]) : String(value),
    ]),
  );
}
