import { setTimeout as delay } from 'node:timers/promises';
import type { Headers, TopicPartition } from '@ballast/document';
import { BallastError } from '@ballast/stage';
import kafkajs from 'kafkajs';
import type { Kafka } from 'kafkajs';
import { encodeMessage } from '../codec.ts';
import { deniedError } from './denied.ts';
import { typeOf } from './describe-topics.ts';
import { adminErrors } from './errors.ts';

/** A message to append; without a value it is a pointer. */
export interface NewMessage {
  readonly value: Uint8Array | undefined;
  readonly headers: Headers;
  /** Only on compacted topics; documents have none. */
  readonly key?: string;
}

/** Appends to partitions, each message once as long as it lives. */
export interface Appender extends AsyncDisposable {
  /**
   * Appends in order and resolves with the offset after the last one, when all in-sync replicas have
   * them. One call at a time per partition. Throws BALLAST_KAFKA_APPEND: what was sent may be there; and
   * BALLAST_KAFKA_DENIED: nothing of it is.
   */
  append(input: TopicPartition, messages: readonly NewMessage[]): Promise<bigint>;
}

/** Pause before a batch that was not sent is sent again, in milliseconds. */
const pauseMs = 200;

/**
 * Opens an idempotent producer whose retries go on while a broker is away. The partition is always
 * given and a send is of one partition, since with anything else kafkajs acknowledges messages that
 * the broker has thrown away. The client must be {@link openClient}'s. Throws BALLAST_KAFKA_DENIED.
 */
export async function openAppender(kafka: Pick<Kafka, 'producer'>): Promise<Appender> {
  const producer = kafka.producer({
    idempotent: true,
    allowAutoTopicCreation: false,
    createPartitioner:
      () =>
      ({ message }) => {
        if (message.partition === undefined)
          throw new TypeError('openAppender: the partition is always given');
        return message.partition;
      },
    retry: { retries: Number.MAX_SAFE_INTEGER },
  });
  try {
    await producer.connect();
  } catch (cause) {
    // An idempotent producer is given its id when its user may write some topic, or IdempotentWrite (KIP-679).
    if (typeOf(cause) === 'CLUSTER_AUTHORIZATION_FAILED') throw deniedError('Write', 'every topic', cause);
    throw cause;
  }
  return {
    async append({ topic, partition }, messages) {
      const encoded = messages.map(({ value, headers, key }) =>
        encodeMessage(value, headers, partition, key),
      );
      const send = { topic, acks: -1, compression: kafkajs.CompressionTypes.ZSTD, messages: encoded };
      for (;;) {
        try {
          const [answer] = await producer.send(send);
          return BigInt(answer?.baseOffset ?? '0') + BigInt(messages.length);
        } catch (cause) {
          // Nothing was written yet: the connection had gone before the batch's turn came.
          if (cause instanceof Error && cause.message === 'Broker not connected') {
            await delay(pauseMs);
            continue;
          }
          if (typeOf(cause) === 'TOPIC_AUTHORIZATION_FAILED') throw deniedError('Write', topic, cause);
          throw new BallastError(adminErrors.append, `${topic}/${partition}: a batch was not acknowledged`, {
            cause,
          });
        }
      }
    },
    [Symbol.asyncDispose]: () => producer.disconnect(),
  };
}
