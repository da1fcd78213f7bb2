import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import * as fc from 'fast-check';
import kafkajs from 'kafkajs';
import { gzipCodec, registerCodecs, zstdCodec } from './compression.ts';

fc.configureGlobal({ seed: 1 });

const { CompressionCodecs, CompressionTypes } = kafkajs;
const codecs = [
  { name: 'gzip', make: gzipCodec, compress: gzipSync },
  { name: 'zstd', make: zstdCodec, compress: zstdCompressSync },
] as const;
const mebibyte = 1024 * 1024;

for (const { name, make, compress } of codecs) {
  suite(name, () => {
    const codec = make(mebibyte);

    test('gives back what was compressed', async () => {
      await fc.assert(
        fc.asyncProperty(fc.uint8Array({ maxLength: 2_000 }), async (bytes) => {
          const packed = await codec.compress({ buffer: bytes });
          assert.deepEqual(await codec.decompress(packed), Buffer.from(bytes));
        }),
        { numRuns: 50 },
      );
    });

    test('reads every frame of an input, empty ones too', async () => {
      const packed = Buffer.concat(['one ', '', 'two ', 'three'].map((text) => compress(Buffer.from(text))));
      assert.equal(String(await codec.decompress(packed)), 'one two three');
    });

    test('allows exactly the limit and refuses one byte more', async () => {
      const atLimit = compress(Buffer.alloc(mebibyte, 'x'));
      assert.equal((await codec.decompress(atLimit)).byteLength, mebibyte);
      const above = compress(Buffer.alloc(mebibyte + 1, 'x'));
      await assert.rejects(codec.decompress(above), {
        code: 'BALLAST_KAFKA_TOO_LARGE',
        exit: 65,
        message: /1048576/,
      });
    });

    test('the limit counts all frames together', async () => {
      const half = compress(Buffer.alloc(mebibyte / 2, 'x'));
      assert.equal((await codec.decompress(Buffer.concat([half, half]))).byteLength, mebibyte);
      const above = Buffer.concat([half, half, compress(Buffer.from('x'))]);
      await assert.rejects(codec.decompress(above), { code: 'BALLAST_KAFKA_TOO_LARGE' });
    });

    test('a bomb ends at the limit, without the memory it asks for', async () => {
      const bomb = compress(Buffer.alloc(256 * mebibyte));
      const before = process.memoryUsage().rss;
      await assert.rejects(codec.decompress(bomb), { code: 'BALLAST_KAFKA_TOO_LARGE' });
      assert.ok(process.memoryUsage().rss - before < 100 * mebibyte);
    });

    test('cut, damaged, foreign and empty input is an error, never a shorter text', async () => {
      const text = Buffer.from(
        Array.from({ length: 5_000 }, (_, index) => `word${(index * 7919) % 5003} `).join(''),
      );
      const whole = compress(text);
      for (let cut = 1; cut < whole.byteLength; cut += Math.ceil(whole.byteLength / 40)) {
        await assert.rejects(codec.decompress(whole.subarray(0, cut)), { code: 'BALLAST_KAFKA_CORRUPT' });
      }
      const foreign = [
        Buffer.alloc(0),
        Buffer.from('plain text'),
        Buffer.concat([whole, Buffer.from('junk!')]),
      ];
      for (const input of foreign) {
        await assert.rejects(codec.decompress(input), {
          code: 'BALLAST_KAFKA_CORRUPT',
          name: 'BallastError',
        });
      }
    });
  });
}

test('kafkajs uses the bounded codecs once they are registered', async () => {
  registerCodecs(1_000);
  for (const type of [CompressionTypes.GZIP, CompressionTypes.ZSTD] as const) {
    const codec: ReturnType<typeof gzipCodec> = CompressionCodecs[type]();
    const packed = await codec.compress({ buffer: Buffer.alloc(1_001) });
    await assert.rejects(codec.decompress(packed), { code: 'BALLAST_KAFKA_TOO_LARGE' });
  }
});
