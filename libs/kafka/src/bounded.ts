import { BallastError } from '@ballast/stage';
import { kafkaErrors } from './errors.ts';

const tooLargeCode = 'ERR_BUFFER_TOO_LARGE';

/** What a decompression throws that passes its limit, like those of Node. */
export function tooLarge(): RangeError {
  return Object.assign(new RangeError('limit'), { code: tooLargeCode });
}

/**
 * Runs a decompression. Throws BALLAST_KAFKA_TOO_LARGE when it passed its limit and BALLAST_KAFKA_CORRUPT
 * for anything else that it throws.
 */
export async function bounded(name: string, bytesMax: number, read: () => Promise<Buffer>): Promise<Buffer> {
  try {
    return await read();
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === tooLargeCode)
      throw new BallastError(
        kafkaErrors.tooLarge,
        `${name} record set is above ${bytesMax} bytes decompressed`,
        { cause },
      );
    throw new BallastError(kafkaErrors.corrupt, `${name} record set cannot be decompressed`, { cause });
  }
}
