import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import * as fc from 'fast-check';
import { encodeRecord } from './admin/record-encoder.ts';
import { readRecordBatches } from './record-batch.ts';

fc.configureGlobal({ seed: 1 });

interface Batch {
  readonly base: bigint;
  readonly values: readonly string[];
  /** Codec and flags; default none. */
  readonly attributes?: number;
  readonly producer?: bigint;
  /** Offsets that the batch covers; default as many as it has values. */
  readonly covers?: number;
}

/** A batch as a broker stores it (KIP-98); nobody checks its CRC here. */
function batchOf({ base, values, attributes = 0, producer = -1n, covers = values.length }: Batch): Buffer {
  const plain = Buffer.concat(
    values.map((value, offsetDelta) => encodeRecord({ value, offsetDelta }).buffer),
  );
  const codec = attributes & 7;
  const body = codec === 1 ? gzipSync(plain) : codec === 4 ? zstdCompressSync(plain) : plain;
  const header = Buffer.alloc(61);
  header.writeBigInt64BE(base, 0);
  header.writeInt32BE(49 + body.length, 8);
  header.writeInt8(2, 16);
  header.writeInt16BE(attributes, 21);
  header.writeInt32BE(covers - 1, 23);
  header.writeBigInt64BE(producer, 43);
  header.writeInt32BE(values.length, 57);
  return Buffer.concat([header, body]);
}

const [transactional, control] = [0x10, 0x20];
const valuesOf = (records: Awaited<ReturnType<typeof readRecordBatches>>['records']) =>
  records.map(({ offset, value }) => `${offset} ${String(value)}`);

describe('record batches', () => {
  test('are read in order from the offset that was asked for, whatever their codec', async () => {
    const bytes = Buffer.concat([
      batchOf({ base: 5n, values: ['a', 'b'] }),
      batchOf({ base: 7n, values: ['c'], attributes: 1 }),
      batchOf({ base: 8n, values: ['d', 'e'], attributes: 4 }),
    ]);
    const { records, next } = await readRecordBatches(bytes, 6n);
    assert.deepEqual(valuesOf(records), ['6 b', '7 c', '8 d', '9 e']);
    assert.equal(next, 10n);
  });

  test('a batch that the fetch cut off is left for the next one', async () => {
    const [first, second] = [
      batchOf({ base: 0n, values: ['a'] }),
      batchOf({ base: 1n, values: ['b'.repeat(50)] }),
    ];
    const whole = Buffer.concat([first, second]);
    for (let cut = first.length; cut < whole.length; cut += 1) {
      const { records, next } = await readRecordBatches(whole.subarray(0, cut), 0n);
      assert.deepEqual([valuesOf(records), next], [['0 a'], 1n]);
    }
    assert.equal((await readRecordBatches(first.subarray(0, 20), 0n)).next, undefined);
  });

  test('control records and aborted messages are left out, and passed', async () => {
    const bytes = Buffer.concat([
      batchOf({ base: 0n, values: ['open'], attributes: transactional, producer: 7n }),
      batchOf({ base: 1n, values: ['plain'] }),
      batchOf({ base: 2n, values: ['other'], attributes: transactional, producer: 8n }),
      batchOf({ base: 3n, values: ['abort'], attributes: transactional | control, producer: 7n }),
      batchOf({ base: 4n, values: ['again'], attributes: transactional, producer: 7n }),
      batchOf({ base: 5n, values: ['commit'], attributes: transactional | control, producer: 7n }),
    ]);
    const { records, next } = await readRecordBatches(bytes, 0n, [{ producerId: 7n, firstOffset: 0n }]);
    assert.deepEqual(valuesOf(records), ['1 plain', '2 other', '4 again']);
    assert.equal(next, 6n);
  });

  test('a batch that compaction has emptied is passed', async () => {
    const bytes = batchOf({ base: 3n, values: [], covers: 4 });
    assert.deepEqual(await readRecordBatches(bytes, 3n), { records: [], next: 7n });
  });

  for (const [codec, pack] of [
    [1, gzipSync],
    [4, zstdCompressSync],
  ] as const)
    test(`of a batch above 64 MiB unpacked every record is named and none is read, codec ${codec}`, async () => {
      const bomb = batchOf({ base: 5n, values: ['a', 'b', 'c'], attributes: codec });
      const packed = pack(Buffer.alloc(64 * 1024 * 1024 + 1));
      const header = Buffer.from(bomb.subarray(0, 61));
      header.writeInt32BE(49 + packed.length, 8);
      const after = batchOf({ base: 8n, values: ['d'] });
      const { records, next } = await readRecordBatches(Buffer.concat([header, packed, after]), 6n);
      assert.deepEqual(
        records.map(({ offset, value, isTooLarge }) => [offset, value?.toString(), isTooLarge]),
        [
          [6n, undefined, true],
          [7n, undefined, true],
          [8n, 'd', false],
        ],
      );
      assert.equal(next, 9n);
      // Compaction has left gaps in it that nobody can see.
      header.writeInt32BE(2, 57);
      await assert.rejects(readRecordBatches(Buffer.concat([header, packed]), 5n), {
        code: 'BALLAST_KAFKA_CORRUPT',
      });
    });

  test('a batch of very many records is read in parts, which join', async () => {
    const count = 30_000;
    const bytes = Buffer.concat([
      batchOf({ base: 3n, values: Array.from({ length: count }, () => ''), attributes: 4 }),
      batchOf({ base: 3n + BigInt(count), values: ['end'] }),
    ]);
    const offsets: bigint[] = [];
    let parts = 0;
    for (let from = 3n; from < BigInt(count) + 4n; parts += 1) {
      const { records, next = 0n } = await readRecordBatches(bytes, from);
      assert.ok(records.length <= 20_000 && next > from);
      offsets.push(...records.map(({ offset }) => offset));
      from = next;
    }
    assert.deepEqual(
      offsets,
      Array.from({ length: count + 1 }, (_, index) => BigInt(index) + 3n),
    );
    assert.equal(parts, 2);
  });

  test('damaged bytes are an error, never another text and never an endless loop', async () => {
    const whole = batchOf({ base: 0n, values: ['abcdef', 'ghijkl'] });
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 61, max: whole.length - 1 }),
        fc.integer({ min: 0, max: 255 }),
        async (at, byte) => {
          const damaged = Buffer.from(whole);
          damaged[at] = byte;
          const read = await readRecordBatches(damaged, 0n).catch((error: unknown) => error);
          if (read instanceof Error) assert.equal('code' in read && read.code, 'BALLAST_KAFKA_CORRUPT');
        },
      ),
    );
    const long = Buffer.from(whole);
    long.writeInt32BE(2 ** 31 - 1, 57);
    await assert.rejects(readRecordBatches(long, 0n), { code: 'BALLAST_KAFKA_CORRUPT' });
    const negative = Buffer.from(whole);
    negative.writeInt32BE(-5, 8);
    await assert.rejects(readRecordBatches(negative, 0n), { code: 'BALLAST_KAFKA_CORRUPT' });
  });
});
