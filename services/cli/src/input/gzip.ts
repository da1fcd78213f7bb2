import { createGunzip } from 'node:zlib';
import { BallastError } from '@ballast/stage';
import { inputErrors } from './errors.ts';
import { inflater } from './inflate.ts';

/**
 * Decompresses gzip, all members of it. Throws BALLAST_INPUT_TRUNCATED after everything that is there,
 * and BALLAST_INPUT_CORRUPT after what came before the damaged piece (256 KiB).
 */
export async function* gunzip(
  chunks: AsyncIterable<Uint8Array>,
  name: string,
): AsyncGenerator<Uint8Array, void, void> {
  const gzip = inflater(createGunzip({ chunkSize: 256 * 1024 }));
  let bytes = 0;
  try {
    for await (const chunk of chunks) {
      yield* gzip.push(chunk);
      bytes += chunk.byteLength;
    }
    if (bytes === 0)
      throw new BallastError(inputErrors.truncated, `openInput: ${name} is empty, gzip has a header`);
    yield* gzip.end();
  } catch (error) {
    if (error instanceof BallastError) throw error;
    const isTruncated = error instanceof Error && 'code' in error && error.code === 'Z_BUF_ERROR';
    throw new BallastError(
      isTruncated ? inputErrors.truncated : inputErrors.corrupt,
      `openInput: ${name} ${isTruncated ? 'ends inside a gzip member' : `is damaged near byte ${bytes}`}: ${String(error)}`,
      { cause: error },
    );
  } finally {
    gzip.close();
  }
}
