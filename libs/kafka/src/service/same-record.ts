import { formatPosition } from '@ballast/document';
import type { TopicPartition } from '@ballast/document';
import { BallastError } from '@ballast/stage';
import type { PartitionReader } from '../admin/partition-reader.ts';
import { kafkaErrors } from '../errors.ts';
import { fingerprintOf } from './checkpoints.ts';
import type { Fingerprint } from './checkpoints.ts';

/**
 * Throws BALLAST_KAFKA_TOPIC_RECREATED unless the record that a group read last is still the one that lies
 * there: a topic that was created again under its name has others, and would be read on in its middle.
 */
export async function assertSameRecord(
  reader: PartitionReader,
  input: TopicPartition,
  last: Fingerprint,
): Promise<void> {
  const { messages } = await reader.fetch(input, last.offset, { bytes: 1 });
  const found = messages.find(({ offset }) => offset === last.offset);
  const now = found === undefined ? undefined : fingerprintOf(found.offset, found.timestamp, found.value);
  if (now?.timestamp === last.timestamp && now.sha256 === last.sha256) return;
  const what = now === undefined ? 'is gone' : 'is another record than the one that was read there';
  throw new BallastError(
    kafkaErrors.recreated,
    `${formatPosition({ ...input, offset: last.offset })} ${what}`,
  );
}
