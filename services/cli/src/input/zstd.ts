import { createZstdDecompress } from 'node:zlib';
import { BallastError } from '@ballast/stage';
import { inputErrors } from './errors.ts';
import { inflater } from './inflate.ts';
import type { Inflater } from './inflate.ts';
import { FrameError, FrameWalk } from './zstd-frames.ts';

/**
 * Decompresses zstd, all frames of it. Throws BALLAST_INPUT_TRUNCATED or BALLAST_INPUT_CORRUPT after
 * yielding everything that could be read. Frames that need a window over 128 MiB (node's limit) count as corrupt.
 */
export async function* unzstd(
  chunks: AsyncIterable<Uint8Array>,
  name: string,
): AsyncGenerator<Uint8Array, void, void> {
  const walk = new FrameWalk();
  let frame: Inflater | undefined;
  let bytes = 0;
  try {
    for await (const chunk of chunks) {
      for (const piece of walk.walk(chunk)) {
        if ('bytes' in piece) {
          frame ??= inflater(createZstdDecompress({ chunkSize: 256 * 1024 }));
          yield* frame.push(piece.bytes);
        } else if (frame !== undefined) {
          yield* frame.end();
          frame.close();
          frame = undefined;
        }
      }
      bytes += chunk.byteLength;
    }
    if (bytes === 0) throw new FrameError('truncated', 'is empty, zstd has a header');
    walk.end();
  } catch (error) {
    if (error instanceof BallastError) throw error;
    const kind = error instanceof FrameError ? error.kind : 'corrupt';
    const what =
      error instanceof FrameError ? error.message : `is damaged near byte ${bytes}: ${String(error)}`;
    throw new BallastError(inputErrors[kind], `openInput: ${name} ${what}`, { cause: error });
  } finally {
    frame?.close();
  }
}
