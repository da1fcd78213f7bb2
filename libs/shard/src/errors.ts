import { BallastError } from '@ballast/stage';
import type { ErrorKind } from '@ballast/stage';

/** Everything that writing and reading shards can complain of. */
export const shardErrors = {
  io: {
    code: 'BALLAST_SHARD_IO',
    exit: 74,
    fix: 'Make room on the device or make the directory writable, then run again: nothing was committed.',
  },
  notRead: {
    code: 'BALLAST_SHARD_NOT_READ',
    exit: 66,
    fix: 'Check that the path names an existing, readable file.',
  },
  notParquet: {
    code: 'BALLAST_SHARD_NOT_PARQUET',
    exit: 65,
    fix: 'The file is no Parquet file, is cut off, or is damaged: write it again.',
  },
  mismatch: {
    code: 'BALLAST_SHARD_MISMATCH',
    exit: 74,
    fix: 'The shard read back differs from what was written: check the device, then run again.',
  },
  worker: {
    code: 'BALLAST_SHARD_WORKER',
    exit: 70,
    fix: 'The thread that writes shards ended: run again (nothing was committed) and report the message.',
  },
} as const satisfies { readonly [name: string]: ErrorKind };

/** The `code` of a failed system call, when the thrown value carries one. */
export function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** What failed to be written, as an I/O error of exit status 74 that keeps its cause. */
export function writeFailure(path: string, error: unknown): BallastError {
  if (error instanceof BallastError) return error;
  const why = error instanceof Error ? error.message : String(error);
  return new BallastError(shardErrors.io, `cannot write ${path}: ${why}`, { cause: error });
}
