import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { PartitionReader } from '../admin/partition-reader.ts';
import { fingerprintOf } from './checkpoints.ts';
import { assertSameRecord } from './same-record.ts';

const input = { topic: 'documents.raw', partition: 1 };
const last = fingerprintOf(7n, 1_000, Buffer.from('the one that was read'));

/** A partition that holds one record at this offset. */
function holding(offset: bigint, timestamp: number, text: string): PartitionReader {
  const record = {
    offset,
    timestamp,
    value: Buffer.from(text),
    headers: {},
    unread: new Map(),
    key: undefined,
    isNull: false,
    isTooLarge: false,
  };
  return {
    fetch: async () => ({ messages: [record], next: offset + 1n, end: offset + 1n }),
    fetchAll: async () => new Map(),
    [Symbol.asyncDispose]: async () => undefined,
  };
}

describe('the record that a group read last', () => {
  test('is known by its time and its bytes', async () => {
    await assertSameRecord(holding(7n, 1_000, 'the one that was read'), input, last);
  });

  for (const [what, reader] of [
    ['has other bytes', holding(7n, 1_000, 'another')],
    ['came at another time', holding(7n, 1_001, 'the one that was read')],
    ['is gone', holding(8n, 1_000, 'the one that was read')],
  ] as const)
    test(`and when what lies there ${what} the topic is another one`, async () => {
      await assert.rejects(assertSameRecord(reader, input, last), { code: 'BALLAST_KAFKA_TOPIC_RECREATED' });
    });
});
