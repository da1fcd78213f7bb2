import { readFileSync } from 'node:fs';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import kafkajs, { Kafka, logLevel } from 'kafkajs';
import type { Consumer, Message, Producer } from 'kafkajs';
import { setTimeout as delay } from 'node:timers/promises';
import { uniqueName } from '../broker/shared.ts';

const { CompressionCodecs, CompressionTypes } = kafkajs;
CompressionCodecs[CompressionTypes.ZSTD] = () => ({
  compress: async ({ buffer }: { readonly buffer: Buffer }) =>
    zstdCompressSync(buffer, { params: { 100: 1 } }),
  decompress: async (buffer: Buffer) => zstdDecompressSync(buffer),
});

/** Codecs that are measured. */
export const codecs = {
  none: CompressionTypes.None,
  gzip: CompressionTypes.GZIP,
  zstd: CompressionTypes.ZSTD,
};

/** One of the codecs. */
export type CodecName = keyof typeof codecs;

/** What one loop came to. */
export interface LoopFigure {
  readonly documents: number;
  readonly bytes: number;
  readonly seconds: number;
  /** User and system time of this process and of the broker, milliseconds. */
  readonly clientMs: number;
  readonly brokerMs: number;
}

/** Measures a loop: wall time, this process's CPU and the broker's. */
export async function measured(
  brokerPid: number,
  work: () => Promise<{ readonly documents: number; readonly bytes: number }>,
): Promise<LoopFigure> {
  const [cpu, broker, since] = [process.cpuUsage(), cpuMsOf(brokerPid), performance.now()];
  const result = await work();
  const { user, system } = process.cpuUsage(cpu);
  return {
    ...result,
    seconds: (performance.now() - since) / 1_000,
    clientMs: (user + system) / 1_000,
    brokerMs: cpuMsOf(brokerPid) - broker,
  };
}

/** CPU time of a process so far, milliseconds. */
export function cpuMsOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

const partitions = 4;
/** Documents per send: about 800 kB of the bench's documents. */
export const perSend = 400;

/** The bare kafkajs loops: idempotent, acknowledged by all, one partition per send, one send in flight. */
export class BareLoops {
  readonly #kafka: Kafka;
  readonly #brokerPid: number;
  readonly #lines: readonly string[];

  constructor(bootstrap: string, brokerPid: number, lines: readonly string[]) {
    this.#kafka = new Kafka({
      clientId: 'bare',
      brokers: bootstrap.split(','),
      logLevel: logLevel.NOTHING,
    });
    this.#brokerPid = brokerPid;
    this.#lines = lines;
  }

  /** A topic of its own. */
  async createTopic(): Promise<string> {
    const topic = uniqueName('bench');
    const admin = this.#kafka.admin();
    await admin.connect();
    await admin.createTopics({ topics: [{ topic, numPartitions: partitions }], waitForLeaders: false });
    // kafkajs's own wait gives up when a busy broker has not heard of the topic yet.
    while ((await admin.fetchTopicMetadata({ topics: [topic] }).catch(() => undefined)) === undefined)
      await delay(50);
    await admin.disconnect();
    return topic;
  }

  /** Writes all documents to the topic. */
  async produce(topic: string, codec: CodecName): Promise<LoopFigure> {
    const producer = await this.#producer();
    const values = this.#lines.map((line) => Buffer.from(line));
    const figure = await measured(this.#brokerPid, async () => {
      let bytes = 0;
      for (let from = 0; from < values.length; from += perSend) {
        const messages = values
          .slice(from, from + perSend)
          .map((value): Message => ({ value, partition: (from / perSend) % partitions }));
        for (const { length } of values.slice(from, from + perSend)) bytes += length;
        await producer.send({ topic, acks: -1, compression: codecs[codec], messages });
      }
      return { documents: values.length, bytes };
    });
    await producer.disconnect();
    return figure;
  }

  /** Reads all documents of the topic. */
  async consume(topic: string): Promise<LoopFigure> {
    return await this.#read(topic, async () => undefined);
  }

  /** Reads all, adds one header and writes to the other topic, then commits: what a stage does at least. */
  async forward(topic: string, to: string, codec: CodecName): Promise<LoopFigure> {
    const producer = await this.#producer();
    const figure = await this.#read(topic, async (messages, partition) => {
      for (let from = 0; from < messages.length; from += perSend)
        await producer.send({
          topic: to,
          acks: -1,
          compression: codecs[codec],
          messages: messages.slice(from, from + perSend).map(({ value, headers }) => ({
            value,
            headers: { ...headers, 'ballast-position': 'documents.raw/0/0' },
            partition,
          })),
        });
    });
    await producer.disconnect();
    return figure;
  }

  async #producer(): Promise<Producer> {
    const producer = this.#kafka.producer({ idempotent: true });
    await producer.connect();
    return producer;
  }

  async #read(
    topic: string,
    take: (messages: readonly Message[], partition: number) => Promise<void>,
  ): Promise<LoopFigure> {
    const consumer: Consumer = this.#kafka.consumer({ groupId: uniqueName('bench'), maxWaitTimeInMs: 500 });
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    const figure = await measured(this.#brokerPid, async () => {
      let [documents, bytes] = [0, 0];
      await consumer.run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        eachBatch: async (payload) => {
          const { batch } = payload;
          await take(batch.messages, batch.partition);
          for (const { value } of batch.messages) bytes += value?.length ?? 0;
          documents += batch.messages.length;
          payload.resolveOffset(batch.lastOffset());
          const offset = String(BigInt(batch.lastOffset()) + 1n);
          await consumer.commitOffsets([{ topic, partition: batch.partition, offset }]);
        },
      });
      while (documents < this.#lines.length) await delay(5);
      return { documents, bytes };
    });
    await consumer.disconnect();
    return figure;
  }
}
