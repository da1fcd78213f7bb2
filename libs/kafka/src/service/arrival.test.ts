import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { StoredMessage } from '../admin/partition-reader.ts';
import { arrivalOf, assertContiguous } from './arrival.ts';

const ingest = { topic: 'documents.raw', partition: 1 };
const own = { topic: 'documents.detected', partition: 1 };

function message(offset: bigint, rest: Partial<StoredMessage> = {}): StoredMessage {
  const value = Buffer.from('{"text":"a"}');
  const plain = { key: undefined, isNull: false, isTooLarge: false, headers: {}, unread: new Map() };
  return { offset, timestamp: 0, value, ...plain, ...rest };
}

describe('offsets of a topic of Ballast', () => {
  const run = (from: bigint, to: bigint): readonly StoredMessage[] =>
    Array.from({ length: Number(to - from) }, (_, index) => message(from + BigInt(index)));

  test('that follow each other from the one asked for are read', () => {
    assertContiguous(own, 5n, { messages: run(5n, 9n), next: 9n });
    assertContiguous(own, 5n, { messages: [], next: 5n });
  });

  for (const [what, messages, next] of [
    ['at the beginning', run(6n, 9n), 9n],
    ['in the middle', [...run(5n, 7n), ...run(8n, 9n)], 9n],
    ['at the end', run(5n, 8n), 9n],
    ['altogether', [], 9n],
  ] as const)
    test(`one that is missing ${what} stops the reader`, () => {
      assert.throws(() => assertContiguous(own, 5n, { messages, next }), { code: 'BALLAST_TOPIC_GAP' });
    });
});

describe('a message of a batch that was too large to unpack', () => {
  const named = message(3n, { isNull: true, isTooLarge: true, value: new Uint8Array(0) });

  test('is too large on an ingest topic, and stops the reader of any other', () => {
    const { position, unreadable, said } = arrivalOf(ingest, named);
    assert.deepEqual([position, unreadable, said], [{ ...ingest, offset: 3n }, 'too_large', 'too_large']);
    assert.throws(() => arrivalOf(own, named), { code: 'BALLAST_KAFKA_TOO_LARGE' });
  });
});

describe('why a message cannot be read', () => {
  const headers = { 'ballast-unreadable': 'too_large' };

  test('is believed only of one without a value', () => {
    assert.equal(arrivalOf(ingest, message(0n, { headers })).unreadable, undefined);
    const pointer = message(0n, { headers, isNull: true, value: new Uint8Array(0) });
    assert.equal(arrivalOf(ingest, pointer).unreadable, 'too_large');
  });
});
