import { uncompress } from 'snappy';
import type { Codec } from './compression.ts';
import { bounded, tooLarge } from './bounded.ts';

/** How snappy-java begins a stream (xerial's SnappyOutputStream): Kafka's Java clients write it. */
const xerialMagic = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00]);
/** The magic, a version and the oldest compatible one. */
const xerialHeaderBytes = 16;

/**
 * snappy, raw or in xerial's frames, that never yields more than `bytesMax` bytes: each block says how
 * long it will be before it is read. For what others send; Ballast writes none.
 */
export function snappyCodec(bytesMax: number): Codec {
  return {
    compress: () => Promise.reject(new TypeError('snappy is read, never written')),
    decompress: (input) =>
      bounded('snappy', bytesMax, async () => {
        const blocks = blocksOf(Buffer.from(input.buffer, input.byteOffset, input.byteLength));
        if (blocks.reduce((sum, block) => sum + lengthOf(block), 0) > bytesMax) throw tooLarge();
        const contents = await Promise.all(blocks.map((block) => uncompress(block, { asBuffer: true })));
        return Buffer.concat(contents.map((content) => Buffer.from(content)));
      }),
  };
}

function blocksOf(input: Buffer): readonly Buffer[] {
  if (input.length === 0) throw new RangeError('no block');
  if (!input.subarray(0, xerialMagic.length).equals(xerialMagic)) return [input];
  const blocks: Buffer[] = [];
  for (let at = xerialHeaderBytes; at < input.length;) {
    const end = at + 4 + input.readUInt32BE(at);
    if (end > input.length) throw new RangeError('a block ends too soon');
    blocks.push(input.subarray(at + 4, end));
    at = end;
  }
  return blocks;
}

/** Bytes a raw block yields, by its preamble (snappy format description, section 1). */
function lengthOf(block: Buffer): number {
  let [length, scale] = [0, 1];
  for (let at = 0; at < 5; at += 1) {
    const byte = block[at];
    if (byte === undefined) break;
    length += (byte & 0x7f) * scale;
    if (byte < 0x80) return length;
    scale *= 128;
  }
  throw new RangeError('no length');
}
