import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import kafkajs from 'kafkajs';
import type { Kafka, Producer, ProducerConfig, ProducerRecord } from 'kafkajs';
import { openAppender } from './appender.ts';

const input = { topic: 'documents.detected', partition: 3 };
const messages = ['a', 'b'].map((text) => ({ value: Buffer.from(text), headers: {} }));

/** A client whose sends end as told, one after the other; notes how it was asked. */
function clientOf(...ends: readonly (Error | bigint)[]) {
  const sends: ProducerRecord[] = [];
  const configs: ProducerConfig[] = [];
  const left = [...ends];
  const producer: Partial<Producer> = {
    connect: async () => undefined,
    send: async (record) => {
      sends.push(record);
      const end = left.shift() ?? 0n;
      if (end instanceof Error) throw end;
      return [{ topicName: record.topic, partition: 3, errorCode: 0, baseOffset: String(end) }];
    },
  };
  const kafka: Pick<Kafka, 'producer'> = {
    producer: (config = {}) => {
      configs.push(config);
      return producer as Producer;
    },
  };
  return { kafka, sends, configs };
}

/** What kafkajs throws for an error code of the broker. */
const refusal = (type: string): Error => Object.assign(new Error(type), { type });

describe('an appender', () => {
  test('writes one partition per send, which it names, to all replicas, by an idempotent producer', async () => {
    const { kafka, sends, configs } = clientOf(40n);
    const appender = await openAppender(kafka);
    assert.equal(await appender.append(input, messages), 42n);
    const [send] = sends;
    assert.equal(sends.length, 1);
    assert.deepEqual([send?.topic, send?.acks], [input.topic, -1]);
    assert.deepEqual(
      send?.messages.map(({ partition, key }) => [partition, key]),
      [
        [3, null],
        [3, null],
      ],
    );
    const [config] = configs;
    assert.equal(config?.idempotent, true);
    assert.equal(config.retry?.retries, Number.MAX_SAFE_INTEGER);
  });

  test('has no form without a partition: a retry must not choose another', async () => {
    const { kafka, configs } = clientOf();
    await openAppender(kafka);
    const partitioner = configs[0]?.createPartitioner?.();
    const partitionMetadata = [{ partitionErrorCode: 0, partitionId: 0, leader: 1, replicas: [], isr: [] }];
    const ask = (message: { value: Buffer; partition?: number }) =>
      partitioner?.({ topic: input.topic, partitionMetadata, message });
    assert.equal(ask({ value: Buffer.from('a'), partition: 3 }), 3);
    assert.throws(() => ask({ value: Buffer.from('a') }), TypeError);
  });

  test('sends again, and the same, what had not left when the connection went', async () => {
    const gone = new Error('Broker not connected');
    const { kafka, sends } = clientOf(gone, gone, 7n);
    assert.equal(await (await openAppender(kafka)).append(input, messages), 9n);
    assert.equal(sends.length, 3);
    assert.deepEqual(sends[2], sends[0]);
  });

  test('never sends again after any other failure: the broker may have it', async () => {
    for (const error of [
      new kafkajs.KafkaJSNumberOfRetriesExceeded('gone', { retryCount: 60, retryTime: 1 }),
      refusal('OUT_OF_ORDER_SEQUENCE_NUMBER'),
      new TypeError("Cannot read properties of undefined (reading 'release')"),
    ]) {
      const { kafka, sends } = clientOf(error);
      const appender = await openAppender(kafka);
      await assert.rejects(appender.append(input, messages), { code: 'BALLAST_KAFKA_APPEND', cause: error });
      assert.equal(sends.length, 1);
    }
  });

  test('names the right that is missing', async () => {
    const appender = await openAppender(clientOf(refusal('TOPIC_AUTHORIZATION_FAILED')).kafka);
    await assert.rejects(appender.append(input, messages), {
      code: 'BALLAST_KAFKA_DENIED',
      message: 'the broker denies Write on documents.detected to this user',
    });
  });
});
