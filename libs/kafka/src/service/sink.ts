import { formatTopicPartition, parseTopicPartition, unreadableHeader } from '@ballast/document';
import { headersOf } from '@ballast/stage';
import type { Routed, Sink } from '@ballast/stage';
import type { Appender, NewMessage } from '../admin/appender.ts';
import { typeOf } from '../admin/describe-topics.ts';
import { messageBytesMax } from '../admin/topic-plan.ts';

/** Bounds of one send: its record batch must stay far below the largest message of the topic (kafka.md K8). */
const sendDocuments = 500;
const sendBytes = 800_000;
/** Bytes of a record and its batch beside value and headers, at most. */
const overheadBytes = 256;

/**
 * Writes routed arrivals, each to the partition of its own position: topics and partitions beside each
 * other, within one in order and one send at a time. A document that a topic cannot hold goes on as a
 * pointer without value, which the next stage pronounces dead: too_large. After a failure the sink refuses
 * to write: what follows must not overtake what failed.
 */
export function brokerSink(appender: Appender, failAt: (point: string) => void): Sink {
  let broken: { readonly error: unknown } | undefined;
  return {
    async write(routed) {
      if (broken !== undefined) throw broken.error;
      try {
        failAt('write:before');
        const groups = Map.groupBy(routed, ({ topic, arrival }) =>
          formatTopicPartition({ topic, partition: arrival.position.partition }),
        );
        const results = await Promise.allSettled(
          [...groups].map(([name, group]) => new PartitionWriter(appender, name).write(group)),
        );
        for (const result of results) if (result.status === 'rejected') throw result.reason;
        failAt('write:flushed');
      } catch (error) {
        broken = { error };
        throw error;
      }
    },
  };
}

/** Writes to one partition, one send after the other: the only form of writing there is (kafka.md K7, K24). */
class PartitionWriter {
  readonly #appender: Appender;
  readonly #input;

  constructor(appender: Appender, name: string) {
    this.#appender = appender;
    this.#input = parseTopicPartition(name);
  }

  async write(group: readonly Routed[]): Promise<void> {
    let [batch, bytes]: [NewMessage[], number] = [[], 0];
    for (const routed of group) {
      const message = toMessage(routed);
      const size = sizeOf(message);
      if (batch.length > 0 && (batch.length >= sendDocuments || bytes + size > sendBytes)) {
        await this.#send(batch);
        [batch, bytes] = [[], 0];
      }
      batch.push(message);
      bytes += size;
    }
    if (batch.length > 0) await this.#send(batch);
  }

  /**
   * Sends a batch; one that the broker finds too large is sent message by message, and a message that is
   * too large as a pointer. Nothing of a refused batch was written, and the producer goes on (kafka.md K8).
   */
  async #send(batch: readonly NewMessage[]): Promise<void> {
    try {
      await this.#appender.append(this.#input, batch);
    } catch (error) {
      const [first] = batch;
      if (!isTooLarge(error) || first === undefined || (batch.length === 1 && first.value === undefined))
        throw error;
      if (batch.length === 1) return await this.#send([toPointer(first)]);
      for (const message of batch) await this.#send([message]);
    }
  }
}

function isTooLarge(error: unknown): boolean {
  return error instanceof Error && typeOf(error.cause) === 'MESSAGE_TOO_LARGE';
}

function toMessage(routed: Routed): NewMessage {
  const { value, said } = routed.arrival;
  const isPointer = value.byteLength === 0 && said === 'too_large';
  const message = { headers: headersOf(routed), value: isPointer ? undefined : value };
  return sizeOf(message) + overheadBytes > messageBytesMax ? toPointer(message) : message;
}

function toPointer({ headers }: NewMessage): NewMessage {
  return { headers: { ...headers, [unreadableHeader]: 'too_large' }, value: undefined };
}

/** Bytes at least: a character of a header may take more than one. */
function sizeOf({ headers, value }: NewMessage): number {
  let size = value?.byteLength ?? 0;
  for (const name of Object.keys(headers)) size += name.length + (headers[name]?.length ?? 0);
  return size;
}
