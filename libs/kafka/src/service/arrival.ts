import { formatPosition, isIngestTopic, unreadableHeader } from '@ballast/document';
import type { Headers, TopicPartition } from '@ballast/document';
import { BallastError, groupErrors, toArrival } from '@ballast/stage';
import type { Arrival } from '@ballast/stage';
import type { StoredMessage } from '../admin/partition-reader.ts';
import { kafkaErrors } from '../errors.ts';

/**
 * A message of a partition as stages see it. What an ingest message says of itself has no effect, but
 * for the reason why it has no value, and for a replay that its bytes bear out. One of a batch that is above
 * the limit unpacked has neither value nor headers and is too large.
 * Throws BALLAST_KAFKA_FOREIGN for a message on a topic of Ballast's own that Ballast has not written, and
 * BALLAST_KAFKA_TOO_LARGE for one of such a batch there.
 */
export function arrivalOf(input: TopicPartition, message: StoredMessage): Arrival {
  const { offset, isNull } = message;
  const value = isNull ? undefined : message.value;
  if (message.isTooLarge && !isIngestTopic(input.topic))
    throw new BallastError(
      kafkaErrors.tooLarge,
      `${formatPosition({ ...input, offset })} lies in a batch above 64 MiB unpacked, which Ballast has not written`,
    );
  if (isIngestTopic(input.topic)) return toArrival(input, { offset, value, headers: ingestHeaders(message) });
  const unread = [...message.unread].find(([name]) => name.startsWith('ballast-'));
  try {
    if (unread !== undefined) throw new RangeError(`header ${unread[0]}: ${unread[1]}`);
    return toArrival(input, { offset, value, headers: message.headers });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new BallastError(
      kafkaErrors.foreign,
      `${formatPosition({ ...input, offset })} was not written by Ballast: ${reason}`,
      { cause },
    );
  }
}

/** Only a message without a value may name the reason for that. */
function ingestHeaders({ headers, isNull, isTooLarge }: StoredMessage): Headers {
  if (isTooLarge) return { [unreadableHeader]: 'too_large' };
  if (isNull || headers[unreadableHeader] === undefined) return headers;
  const { [unreadableHeader]: _, ...others } = headers;
  return others;
}

/** A message is missing where `expected` should be; `found` is what lies there instead, if anything does. */
export function gapError(
  input: TopicPartition,
  expected: bigint,
  found: string,
  cause?: unknown,
): BallastError {
  return new BallastError(
    groupErrors.gap,
    `${formatPosition({ ...input, offset: expected })} is missing: ${found}`,
    cause === undefined ? {} : { cause },
  );
}

/**
 * Throws BALLAST_TOPIC_GAP unless the messages begin at `from`, follow each other and end before `next`:
 * every offset of a topic of Ballast's own holds a message.
 */
export function assertContiguous(
  input: TopicPartition,
  from: bigint,
  { messages, next }: { readonly messages: readonly StoredMessage[]; readonly next: bigint },
): void {
  let expected = from;
  for (const { offset } of messages) {
    if (offset !== expected) throw gapError(input, expected, `the next message lies at ${offset}`);
    expected += 1n;
  }
  if (next > expected)
    throw gapError(input, expected, 'a transaction wrote there, or it was compacted; the topic goes on');
}
