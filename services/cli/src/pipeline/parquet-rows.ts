import { createHash } from 'node:crypto';
import { maxDocumentBytes } from '@ballast/document';
import { readParquetRows } from '@ballast/shard';
import type { Json } from '@ballast/stage';
import type { Row } from '@ballast/stage/embedded';
import { z } from 'zod';

/**
 * Rows of a Parquet file as lines of JSON; of a row over 8 MiB only size and digest. Throws what
 * readParquetRows throws: exit 66 when the file cannot be read, 65 when it is no Parquet.
 */
export async function* parquetRows(path: string): AsyncGenerator<Row> {
  const encoder = new TextEncoder();
  for await (const row of readParquetRows(path)) {
    const bytes = encoder.encode(JSON.stringify(Object.fromEntries(Object.entries(row).map(structured))));
    yield bytes.byteLength <= maxDocumentBytes
      ? { bytes, terminated: true }
      : { bytes: noBytes, terminated: true, oversized: { bytes: bytes.byteLength, sha256: sha256(bytes) } };
  }
}

/** Parquet has no column of free form, so such fields come as JSON text, in Ballast's own shards too. */
const freeForm: ReadonlySet<string> = new Set(['metadata', 'labels', 'declared', 'check']);

function structured([name, value]: readonly [string, Json]): readonly [string, Json] {
  if (typeof value !== 'string' || !freeForm.has(name)) return [name, value];
  try {
    return [name, z.json().parse(JSON.parse(value))];
  } catch {
    return [name, value];
  }
}

const noBytes = new Uint8Array(0);

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
