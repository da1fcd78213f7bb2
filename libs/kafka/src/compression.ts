import { constants, gunzip, gzip, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { BallastError } from '@ballast/stage';
import kafkajs from 'kafkajs';
import { bounded, tooLarge } from './bounded.ts';
import { kafkaErrors } from './errors.ts';
import { lz4Codec } from './lz4.ts';
import { snappyCodec } from './snappy.ts';

/** Largest record set after decompression, in bytes: six messages of the largest size topics allow. */
const decompressedBytesMax = 64 * 1024 * 1024;
/** zstd level 1: on record sets the best ratio per CPU second of gzip and zstd levels. */
const zstdLevel = 1;

/** A codec as kafkajs calls it, once per record set. */
export interface Codec {
  compress(encoder: { readonly buffer: Uint8Array }): Promise<Buffer>;
  /** Throws BALLAST_KAFKA_TOO_LARGE or BALLAST_KAFKA_CORRUPT. */
  decompress(buffer: Uint8Array): Promise<Buffer>;
}

/**
 * Replaces kafkajs's gzip codec, which decompresses without a bound, and adds zstd, snappy and LZ4,
 * which it lacks. Process-wide; call it before the first client is made.
 */
export function registerCodecs(bytesMax: number = decompressedBytesMax): void {
  const { CompressionCodecs, CompressionTypes } = kafkajs;
  const codecs = codecsOf(bytesMax);
  CompressionCodecs[CompressionTypes.GZIP] = () => codecs.get(1);
  CompressionCodecs[CompressionTypes.Snappy] = () => codecs.get(2);
  CompressionCodecs[CompressionTypes.LZ4] = () => codecs.get(3);
  CompressionCodecs[CompressionTypes.ZSTD] = () => codecs.get(4);
}

/** Codecs by the number that a record batch's attributes hold (KIP-98, KIP-110). */
function codecsOf(bytesMax: number): ReadonlyMap<number, Codec> {
  return new Map([
    [1, gzipCodec(bytesMax)],
    [2, snappyCodec(bytesMax)],
    [3, lz4Codec(bytesMax)],
    [4, zstdCodec(bytesMax)],
  ]);
}

const known = codecsOf(decompressedBytesMax);

/**
 * The records of a batch, at most 64 MiB. Throws BALLAST_KAFKA_TOO_LARGE, or BALLAST_KAFKA_CORRUPT, also
 * for a codec that nobody knows.
 */
export async function decompress(codec: number, packed: Uint8Array): Promise<Buffer> {
  const found = known.get(codec);
  if (found === undefined)
    throw new BallastError(kafkaErrors.corrupt, `record set of the unknown codec ${codec}`);
  return await found.decompress(packed);
}

/** gzip that never yields more than `bytesMax` bytes, over all members of the input. */
export function gzipCodec(bytesMax: number = decompressedBytesMax): Codec {
  return {
    compress: ({ buffer }) => run((done) => gzip(buffer, done)),
    decompress: (buffer) =>
      bounded('gzip', bytesMax, () => run((done) => gunzip(buffer, { maxOutputLength: bytesMax }, done))),
  };
}

/**
 * zstd that never yields more than `bytesMax` bytes. Node stops after the first frame of an input and
 * says nothing (Node 24), so the frames are read one by one until the input is used up. On the main thread:
 * a send takes 2 ms there, and the way to a thread and back as much again.
 */
export function zstdCodec(bytesMax: number = decompressedBytesMax): Codec {
  return {
    compress: async ({ buffer }) =>
      zstdCompressSync(buffer, {
        params: { [constants.ZSTD_c_compressionLevel]: zstdLevel },
        chunkSize: chunkSizeOf(buffer.byteLength / 2),
      }),
    decompress: (buffer) => bounded('zstd', bytesMax, async () => readFrames(buffer, bytesMax)),
  };
}

function readFrames(input: Uint8Array, bytesMax: number): Buffer {
  const frames: Buffer[] = [];
  let bytes = 0;
  let read = 0;
  do {
    const frame = readFrame(input.subarray(read), bytesMax - bytes);
    if (frame.read === 0) throw new Error('a frame of no bytes');
    frames.push(frame.content);
    bytes += frame.content.byteLength;
    read += frame.read;
  } while (read < input.byteLength);
  return frames.length === 1 && frames[0] !== undefined ? frames[0] : Buffer.concat(frames, bytes);
}

/** Bytes of output that Node's zlib makes per turn; its default of 16 KiB costs fifty turns and copies for a send. */
function chunkSizeOf(expected: number): number {
  return Math.min(1024 * 1024, Math.max(16 * 1024, Math.ceil(expected)));
}

interface Frame {
  readonly content: Buffer;
  /** Bytes of the input that the frame took. */
  readonly read: number;
}

function readFrame(input: Uint8Array, bytesMax: number): Frame {
  // The limit of an exhausted budget is one byte, not none: Node refuses 0, and an empty frame is legal.
  const options = {
    maxOutputLength: Math.max(1, bytesMax),
    info: true,
    chunkSize: chunkSizeOf(4 * input.byteLength),
  };
  const result: unknown = zstdDecompressSync(input, options);
  if (!isInfo(result)) throw new TypeError('zstdDecompressSync gave no engine');
  if (result.buffer.byteLength > bytesMax) throw tooLarge();
  return { content: result.buffer, read: result.engine.bytesWritten };
}

function isInfo(
  result: unknown,
): result is { readonly buffer: Buffer; readonly engine: { readonly bytesWritten: number } } {
  return typeof result === 'object' && result !== null && 'buffer' in result && 'engine' in result;
}

function run(start: (done: (error: Error | null, result: Buffer) => void) => void): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    start((error, result) => (error === null ? resolve(result) : reject(error)));
  });
}
