import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { compressFrame } from 'lz4-napi';
import { compress as compressSnappy } from 'snappy';
import { lz4Codec } from './lz4.ts';
import { snappyCodec } from './snappy.ts';

const mebibyte = 1024 * 1024;
const text = Buffer.from(
  Array.from({ length: 9_000 }, (_, index) => `word${(index * 7919) % 997} `).join(''),
);

/** As snappy-java's stream writes it: 32 KiB of text a block. */
async function xerial(content: Buffer): Promise<Buffer> {
  const blocks: Buffer[] = [
    Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0, 0, 0, 0, 1, 0, 0, 0, 1]),
  ];
  for (let at = 0; at < content.length; at += 32_768) {
    const block = await compressSnappy(content.subarray(at, at + 32_768));
    const length = Buffer.alloc(4);
    length.writeUInt32BE(block.length);
    blocks.push(length, block);
  }
  return Buffer.concat(blocks);
}

const formats = [
  { name: 'snappy, raw', codec: snappyCodec, pack: compressSnappy },
  { name: "snappy in xerial's frames", codec: snappyCodec, pack: xerial },
  {
    name: 'LZ4',
    codec: lz4Codec,
    pack: (content: Buffer) => compressFrame(content, { blockChecksums: true, contentChecksum: true }),
  },
  { name: 'LZ4 without checksums', codec: lz4Codec, pack: (content: Buffer) => compressFrame(content) },
] as const;

for (const { name, codec, pack } of formats) {
  describe(name, () => {
    test('what others compressed is read', async () => {
      assert.deepEqual(await codec(mebibyte).decompress(await pack(text)), text);
    });

    test('up to the limit, and refused one byte above it before anything is decompressed', async () => {
      const packed = await pack(text);
      assert.equal((await codec(text.length).decompress(packed)).length, text.length);
      await assert.rejects(codec(text.length - 1).decompress(packed), { code: 'BALLAST_KAFKA_TOO_LARGE' });
      const bomb = await pack(Buffer.alloc(64 * mebibyte));
      const before = process.memoryUsage().rss;
      await assert.rejects(codec(mebibyte).decompress(bomb), { code: 'BALLAST_KAFKA_TOO_LARGE' });
      assert.ok(process.memoryUsage().rss - before < 32 * mebibyte);
    });

    test('cut, empty and foreign input is an error', async () => {
      const packed = await pack(text);
      const inputs = [
        Buffer.alloc(0),
        Buffer.from('plain text, nothing else'),
        packed.subarray(0, packed.length - 9),
      ];
      for (const input of inputs)
        await assert.rejects(codec(mebibyte).decompress(input), { code: 'BALLAST_KAFKA_CORRUPT' });
    });
  });
}
