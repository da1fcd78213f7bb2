/**
 * The identity of a delivery: where the document lies in the ingest topic.
 * Copied in a header for ever; partition p stays partition p through every stage.
 */
export interface Position {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
}

/** A partition of a topic. */
export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

/** `topic/partition/offset`; topic names cannot contain `/`. */
export function formatPosition({ topic, partition, offset }: Position): string {
  return `${topic}/${partition}/${offset}`;
}

/** Reads what {@link formatPosition} wrote. Throws a RangeError on anything else. */
export function parsePosition(text: string): Position {
  const match = /^([^/]{1,249})\/(\d{1,9})\/(\d{1,19})$/.exec(text);
  const [, topic, partition, offset] = match ?? [];
  if (topic === undefined || partition === undefined || offset === undefined) {
    throw new RangeError(`parsePosition: "${text.slice(0, 80)}" is not topic/partition/offset`);
  }
  return { topic, partition: Number(partition), offset: BigInt(offset) };
}

/** `topic/partition`: the key of marks, checkpoints and offsets. */
export function formatTopicPartition({ topic, partition }: TopicPartition): string {
  return `${topic}/${partition}`;
}

/** Reads what {@link formatTopicPartition} wrote. Throws a RangeError on anything else. */
export function parseTopicPartition(text: string): TopicPartition {
  const { topic, partition } = parsePosition(`${text}/0`);
  return { topic, partition };
}
