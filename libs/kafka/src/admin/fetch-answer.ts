import { formatTopicPartition } from '@ballast/document';
import type { TopicPartition } from '@ballast/document';
import { readRecordBatches } from '../record-batch.ts';
import type { AbortedTransaction, RawRecords } from '../record-batch.ts';

/** What a fetch brought of one partition. */
export interface PartitionAnswer extends TopicPartition, RawRecords {
  /** Next offset that will be written, or the last stable one where transactions are waited for. */
  readonly end: bigint;
}

/** What a broker answered for one partition instead of messages. */
export class FetchError extends Error {
  override readonly name = 'FetchError';
  readonly input: TopicPartition;
  readonly type: string;

  constructor(input: TopicPartition, code: number) {
    const type = types.get(code) ?? `error ${code}`;
    super(`${formatTopicPartition(input)}: ${type}`);
    this.input = input;
    this.type = type;
  }
}

/** Error codes of the protocol that a fetch may answer with. */
const types: ReadonlyMap<number, string> = new Map([
  [1, 'OFFSET_OUT_OF_RANGE'],
  [2, 'CORRUPT_MESSAGE'],
  [3, 'UNKNOWN_TOPIC_OR_PARTITION'],
  [5, 'LEADER_NOT_AVAILABLE'],
  [6, 'NOT_LEADER_FOR_PARTITION'],
  [9, 'REPLICA_NOT_AVAILABLE'],
  [29, 'TOPIC_AUTHORIZATION_FAILED'],
  [56, 'KAFKA_STORAGE_ERROR'],
  [74, 'FENCED_LEADER_EPOCH'],
  [75, 'UNKNOWN_LEADER_EPOCH'],
  [78, 'OFFSET_NOT_AVAILABLE'],
]);

/**
 * Reads the answer to a fetch of version 11. Throws FetchError for the first partition that has none, and
 * what readRecordBatches throws.
 */
export async function readFetchAnswer(
  payload: Buffer,
  fromOf: (input: TopicPartition) => bigint,
): Promise<readonly PartitionAnswer[]> {
  const reader = new AnswerReader(payload);
  reader.int32(); // throttle time
  const [code] = [reader.int16(), reader.int32()]; // error, session id
  const answers: PartitionAnswer[] = [];
  for (let topics = reader.int32(); topics > 0; topics -= 1) {
    const topic = reader.string();
    if (code !== 0) throw new FetchError({ topic, partition: -1 }, code);
    for (let left = reader.int32(); left > 0; left -= 1)
      answers.push(await readPartition(reader, topic, fromOf));
  }
  return answers;
}

async function readPartition(
  reader: AnswerReader,
  topic: string,
  fromOf: (input: TopicPartition) => bigint,
): Promise<PartitionAnswer> {
  const input = { topic, partition: reader.int32() };
  const code = reader.int16();
  const [high, stable] = [reader.int64(), reader.int64()];
  reader.int64(); // log start
  const aborted: AbortedTransaction[] = [];
  const count = reader.int32();
  for (let left = count; left > 0; left -= 1)
    aborted.push({ producerId: reader.int64(), firstOffset: reader.int64() });
  reader.int32(); // preferred replica
  const bytes = reader.bytes();
  if (code !== 0) throw new FetchError(input, code);
  // A list, even an empty one, is given to readers of whole transactions alone.
  const end = count >= 0 && stable >= 0n ? stable : high;
  return { ...input, end, ...(await readRecordBatches(bytes, fromOf(input), aborted)) };
}

/** The broker's own words, so no hostile lengths: reading beyond the end throws a RangeError. */
class AnswerReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  int16(): number {
    this.#at += 2;
    return this.#bytes.readInt16BE(this.#at - 2);
  }

  int32(): number {
    this.#at += 4;
    return this.#bytes.readInt32BE(this.#at - 4);
  }

  int64(): bigint {
    this.#at += 8;
    return this.#bytes.readBigInt64BE(this.#at - 8);
  }

  string(): string {
    const length = this.int16();
    this.#at += length;
    return this.#bytes.toString('utf8', this.#at - length, this.#at);
  }

  bytes(): Buffer {
    const length = Math.max(0, this.int32());
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }
}
