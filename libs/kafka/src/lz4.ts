import { decompressFrame } from 'lz4-napi';
import type { Codec } from './compression.ts';
import { bounded, tooLarge } from './bounded.ts';

/** First four bytes of a frame, little-endian (LZ4 frame format 1.6.4). */
const frameMagic = 0x184d2204;
const uncompressedFlag = 0x8000_0000;

/**
 * LZ4 frames that never yield more than `bytesMax` bytes: the sequences of every block are added up
 * before anything is decompressed. For what others send; Ballast writes none.
 */
export function lz4Codec(bytesMax: number): Codec {
  return {
    compress: () => Promise.reject(new TypeError('LZ4 is read, never written')),
    decompress: (input) =>
      bounded('lz4', bytesMax, async () => {
        const frame = Buffer.from(input.buffer, input.byteOffset, input.byteLength);
        const length = frameLength(frame, bytesMax);
        const content = await decompressFrame(frame);
        if (content.length !== length) throw new RangeError('another length than its blocks say');
        return content;
      }),
  };
}

/** Bytes that one frame yields; throws when the input is anything but one whole frame. */
function frameLength(frame: Buffer, bytesMax: number): number {
  if (frame.length < 7 || frame.readUInt32LE(0) !== frameMagic) throw new RangeError('no frame');
  const flags = frame.readUInt8(4);
  const [hasBlockSums, hasSize, hasSum, hasDictionary] = [0x10, 0x08, 0x04, 0x01].map(
    (bit) => (flags & bit) !== 0,
  );
  let at = 7 + (hasSize === true ? 8 : 0) + (hasDictionary === true ? 4 : 0);
  let length = 0;
  for (;;) {
    const header = frame.readUInt32LE(at);
    at += 4;
    if (header === 0) break;
    const size = header % uncompressedFlag;
    if (at + size > frame.length) throw new RangeError('a block ends too soon');
    length += header >= uncompressedFlag ? size : blockLength(frame.subarray(at, at + size));
    if (length > bytesMax) throw tooLarge();
    at += size + (hasBlockSums === true ? 4 : 0);
  }
  if (at + (hasSum === true ? 4 : 0) !== frame.length) throw new RangeError('bytes behind the frame');
  return length;
}

/** Bytes that a block yields: literals and matches of its sequences (LZ4 block format). */
function blockLength(block: Buffer): number {
  let [at, length] = [0, 0];
  const extended = (start: number): number => {
    let total = start;
    if (start < 15) return total;
    for (;;) {
      const byte = block.readUInt8(at);
      at += 1;
      total += byte;
      if (byte !== 255) return total;
    }
  };
  while (at < block.length) {
    const token = block.readUInt8(at);
    at += 1;
    const literals = extended(token >> 4);
    at += literals;
    length += literals;
    // The last sequence has literals only.
    if (at >= block.length) break;
    at += 2;
    length += extended(token & 0x0f) + 4;
  }
  return length;
}
