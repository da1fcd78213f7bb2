import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, test } from 'node:test';
import type { Checkpoint } from '@ballast/stage';
import type { Appender } from '../admin/appender.ts';
import type { PartitionReader, StoredMessage } from '../admin/partition-reader.ts';
import { Checkpoints } from './checkpoints.ts';

const input = { topic: 'documents.detected', partition: 1 };
const stored = (checkpoint: Checkpoint) => ({ checkpoint, last: undefined });
const small: Checkpoint = { marks: { 'documents.raw/1': '7' }, previous: {}, state: null };
const large = (): Checkpoint => ({ ...small, state: randomBytes(8_000).toString('base64') });

/** `ballast.snapshots` as a broker keeps it; `compact` leaves the last message of each key. */
function snapshots() {
  let log: StoredMessage[] = [];
  const appender: Appender = {
    async append(_, messages) {
      for (const { key, value } of messages)
        log.push({
          offset: BigInt(log.length),
          timestamp: 0,
          key,
          isNull: value === undefined,
          isTooLarge: false,
          value: value ?? new Uint8Array(0),
          headers: {},
          unread: new Map(),
        });
      return BigInt(log.length);
    },
    [Symbol.asyncDispose]: async () => undefined,
  };
  const reader: PartitionReader = {
    fetch: async (_, from) => ({
      messages: log.filter(({ offset }) => offset >= from),
      next: BigInt(log.length),
      end: BigInt(log.length),
    }),
    fetchAll: async () => new Map(),
    [Symbol.asyncDispose]: async () => undefined,
  };
  return {
    writer: () => new Checkpoints('verifier', appender, reader),
    compact: () =>
      (log = log.filter(({ key }, at) => !log.some((later, of) => of > at && later.key === key))),
    live: () => log.filter(({ isNull }) => !isNull).length,
  };
}

describe('a checkpoint beside an offset', () => {
  test('a small one lies in the metadata of the offset, at most 4 kB with a large one elsewhere', async () => {
    const { writer, live } = snapshots();
    for (const [checkpoint, elsewhere] of [
      [small, 0],
      [large(), 1],
    ] as const) {
      const { metadata } = await writer().store(input, 9n, stored(checkpoint));
      assert.ok(metadata.length <= 4_096);
      assert.equal(live(), elsewhere);
      assert.deepEqual((await writer().load(input, metadata))?.checkpoint, checkpoint);
    }
  });

  test('what a zombie stores for the same offset does not take the place of what was acked', async () => {
    const { writer, compact } = snapshots();
    const [acked, late] = [large(), large()];
    const { metadata } = await writer().store(input, 9n, stored(acked));
    await writer().store(input, 9n, stored(late));
    compact();
    assert.deepEqual((await writer().load(input, metadata))?.checkpoint, acked);
  });

  test('one is deleted when an ack has named another, and its loss is named', async () => {
    const { writer, compact, live } = snapshots();
    const own = writer();
    const first = await own.store(input, 9n, stored(large()));
    await own.acked(input, first.key);
    const second = await own.store(input, 12n, stored(large()));
    assert.equal(live(), 2);
    await own.acked(input, second.key);
    compact();
    assert.equal(live(), 1);
    await assert.rejects(writer().load(input, first.metadata), { code: 'BALLAST_KAFKA_SNAPSHOT' });
    assert.notEqual(await writer().load(input, second.metadata), undefined);
  });

  test('an offset that was set by hand has none, and foreign metadata is refused', async () => {
    const { writer } = snapshots();
    assert.equal(await writer().load(input, ''), undefined);
    await assert.rejects(writer().load(input, 'set by kafka-consumer-groups.sh'), {
      code: 'BALLAST_KAFKA_SNAPSHOT',
    });
  });
});
