import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { assertSameTopics, readTopicIds } from './topic-ids.ts';

const [first, second] = ['0123456789abcdef0123456789abcdef', 'fedcba9876543210fedcba9876543210'];

describe('a topic that was created again under its name', () => {
  test('has another id, and is refused by it', () => {
    const before = new Map([
      ['documents.raw', first],
      ['documents.detected', first],
    ]);
    assert.throws(() => assertSameTopics(before, new Map([['documents.detected', second]])), {
      code: 'BALLAST_KAFKA_TOPIC_RECREATED',
      message: /^documents\.detected .* its id is fedcba98.*, and was 01234567/,
    });
  });

  test('one that is the same, that is new, or that is not there now is read on', () => {
    assertSameTopics(new Map([['documents.raw', first]]), new Map([['documents.raw', first]]));
    assertSameTopics(new Map(), new Map([['documents.raw', first]]));
    assertSameTopics(new Map([['documents.raw', first]]), new Map());
  });
});

/** Metadata answer of version 10 (KIP-516), by hand: one broker, a topic of two partitions, one that failed. */
function answer(): Buffer {
  const int = (value: number, bytes: 1 | 2 | 4): Buffer => {
    const buffer = Buffer.alloc(bytes);
    buffer.writeIntBE(value, 0, bytes);
    return buffer;
  };
  const text = (value: string): Buffer => Buffer.concat([int(value.length + 1, 1), Buffer.from(value)]);
  const partition = (id: number): readonly Buffer[] => [
    int(0, 2),
    int(id, 4),
    int(1, 4),
    int(0, 4),
    ...[1, 1, 0].flatMap((count) => [int(count + 1, 1), ...Array.from({ length: count }, () => int(1, 4))]),
    int(0, 1),
  ];
  const topic = (name: string, code: number, id: string, partitions: number): readonly Buffer[] => [
    int(code, 2),
    text(name),
    Buffer.from(id, 'hex'),
    int(0, 1),
    int(partitions + 1, 1),
    ...Array.from({ length: partitions }, (_, index) => partition(index)).flat(),
    int(0, 4),
    int(0, 1),
  ];
  return Buffer.concat([
    int(0, 1), // tagged fields of the header
    int(0, 4), // throttle time
    int(2, 1), // one broker
    int(1, 4),
    text('127.0.0.1'),
    int(9092, 4),
    int(0, 1), // no rack
    int(0, 1),
    text('cluster'),
    int(1, 4), // controller
    int(3, 1), // two topics
    ...topic('documents.raw', 0, first, 2),
    ...topic('documents.gone', 3, '0'.repeat(32), 0),
    int(0, 1),
  ]);
}

test('ids are read from an answer of version 10; a topic with an error has none', () => {
  assert.deepEqual([...readTopicIds(answer())], [['documents.raw', first]]);
});
