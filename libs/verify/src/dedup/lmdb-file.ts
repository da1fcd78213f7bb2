import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs';
import { BallastError } from '@ballast/stage';
import { verifyErrors } from '../errors.ts';

// Layout of an LMDB meta page (lmdb 0.9 and the fork in lmdb-js, struct MDB_page and MDB_meta of mdb.c).
const magic = 0xbe_ef_c0_de;
const magicAt = 24;
const pageSizeAt = 48;
const rootsAt = [88, 136] as const;
const transactionAt = 152;
const metaLength = 160;
const noPage = 0xff_ff_ff_ff_ff_ff_ff_ffn;

/**
 * Looks at the head of an LMDB data file before the native library maps it, which would end the
 * process on a damaged one. A missing or empty file is a new index. Sees foreign and cut-off files,
 * not damage inside pages.
 * Throws BALLAST_VERIFY_INDEX_UNREADABLE.
 */
export function assertReadable(file: string): void {
  if (!existsSync(file)) return;
  const descriptor = openSync(file, 'r');
  try {
    const { size } = fstatSync(descriptor);
    if (size > 0 && !isWhole(descriptor, size)) {
      throw new BallastError(
        verifyErrors.indexUnreadable,
        `openLmdbIndex: ${file} is no dedup index, or has been cut off`,
      );
    }
  } finally {
    closeSync(descriptor);
  }
}

function isWhole(descriptor: number, size: number): boolean {
  const first = readMeta(descriptor, 0);
  const pageSize = first?.readUInt32LE(pageSizeAt) ?? 0;
  const second = pageSize === 0 ? undefined : readMeta(descriptor, pageSize);
  if (first === undefined || second === undefined) return false;
  const isFirstNewer = first.readBigUInt64LE(transactionAt) >= second.readBigUInt64LE(transactionAt);
  const newest = isFirstNewer ? first : second;
  return rootsAt.every((at) => {
    const page = newest.readBigUInt64LE(at);
    return page === noPage || (page + 1n) * BigInt(pageSize) <= BigInt(size);
  });
}

/** A meta page, when there is one at this place in the file. */
function readMeta(descriptor: number, position: number): Buffer | undefined {
  const meta = Buffer.alloc(metaLength);
  const length = readSync(descriptor, meta, 0, metaLength, position);
  return length === metaLength && meta.readUInt32LE(magicAt) === magic ? meta : undefined;
}
