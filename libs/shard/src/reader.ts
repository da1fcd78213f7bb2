import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib';
import { BallastError } from '@ballast/stage';
import type { Json } from '@ballast/stage';
import { parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import type { AsyncBuffer, Compressors, FileMetaData, ParquetParsers } from 'hyparquet';
import { columnsOf } from './columns.ts';
import type { ColumnType, RowKinds, ShardKind } from './columns.ts';
import { shardErrors } from './errors.ts';
import { ledgerKey } from './writer.ts';

/** What a shard says of itself without its rows being read. */
export interface Footer {
  readonly rows: number;
  /** Size of the file. */
  readonly bytes: number;
  /** Rows of each row group. */
  readonly groups: readonly number[];
  /** JSON text of the ratio ledger; undefined when the file carries none. */
  readonly ledger: string | undefined;
}

/** Reads a Parquet footer. Rejects with exit 66 when the file cannot be read, 65 when it is no Parquet. */
export async function readFooter(path: string): Promise<Footer> {
  const { file, metadata } = await openParquet(path);
  return {
    rows: Number(metadata.num_rows),
    bytes: file.byteLength,
    groups: metadata.row_groups.map((group) => Number(group.num_rows)),
    ledger: metadata.key_value_metadata?.find(({ key }) => key === ledgerKey)?.value,
  };
}

/** Rows of a shard in order, one row group in memory at a time; absent columns read as null. */
export async function* readShard<K extends ShardKind>(path: string, kind: K): AsyncGenerator<RowKinds[K]> {
  const exact: Partial<ParquetParsers> = { timestampFromMicroseconds: (micros) => micros };
  for await (const rows of readGroups(path, exact, false)) {
    for (const row of rows) yield toRow(kind, row, path);
  }
}

/**
 * Rows of any Parquet file as plain objects that survive JSON: 64-bit integers become numbers when
 * exact and strings otherwise, dates ISO 8601, NaN and infinities null.
 */
export async function* readParquetRows(path: string): AsyncGenerator<{ readonly [name: string]: Json }> {
  for await (const rows of readGroups(path, {}, true)) {
    for (const row of rows) {
      yield Object.fromEntries(Object.entries(row).map(([name, value]) => [name, toJson(value)]));
    }
  }
}

interface Opened {
  readonly file: AsyncBuffer;
  readonly metadata: FileMetaData;
}

async function openParquet(path: string): Promise<Opened> {
  let file: AsyncBuffer;
  try {
    file = await fileBuffer(path);
  } catch (error) {
    throw new BallastError(shardErrors.notRead, `cannot read ${path}: ${messageOf(error)}`, { cause: error });
  }
  try {
    return { file, metadata: await parquetMetadataAsync(file, { geoparquet: false }) };
  } catch (error) {
    throw readFailure(path, error);
  }
}

async function* readGroups(
  path: string,
  parsers: Partial<ParquetParsers>,
  utf8: boolean,
): AsyncGenerator<readonly { readonly [name: string]: unknown }[]> {
  const { file, metadata } = await openParquet(path);
  let rowStart = 0;
  for (const group of metadata.row_groups) {
    const rowEnd = rowStart + Number(group.num_rows);
    try {
      yield await parquetReadObjects({ file, metadata, compressors, parsers, utf8, rowStart, rowEnd });
    } catch (error) {
      throw readFailure(path, error);
    }
    rowStart = rowEnd;
  }
}

function readFailure(path: string, error: unknown): BallastError {
  // Errors of the file system name their system call, those of a decompressor only have a code.
  const isSystem = error instanceof Error && 'syscall' in error;
  const kind = isSystem ? shardErrors.notRead : shardErrors.notParquet;
  return new BallastError(kind, `cannot read ${path} as Parquet: ${messageOf(error)}`, { cause: error });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

async function fileBuffer(path: string): Promise<AsyncBuffer> {
  const { size } = await stat(path);
  return {
    byteLength: size,
    async slice(start, end = size) {
      if (start >= end) return new ArrayBuffer(0);
      const bytes = new Uint8Array(end - start);
      let filled = 0;
      for await (const chunk of createReadStream(path, { start, end: end - 1, highWaterMark: 1 << 20 })) {
        bytes.set(chunk, filled);
        filled += chunk.length;
      }
      if (filled !== bytes.byteLength) throw new Error(`the file ends before byte ${end}`);
      return bytes.buffer;
    },
  };
}

/** A page never grows beyond what its header announces, nor beyond this: a small file cannot fill the memory. */
const pageBytesMax = 1 << 30;
const bounded = (announced: number) => ({ maxOutputLength: Math.min(Math.max(announced, 1), pageBytesMax) });

const compressors: Compressors = {
  ZSTD: (input, announced) => zstdDecompressSync(input, bounded(announced)),
  GZIP: (input, announced) => gunzipSync(input, bounded(announced)),
  BROTLI: (input, announced) => brotliDecompressSync(input, bounded(announced)),
};

function toRow<K extends ShardKind>(
  kind: K,
  raw: { readonly [name: string]: unknown },
  path: string,
): RowKinds[K] {
  const row: { [name: string]: unknown } = {};
  for (const { name, type } of columnsOf(kind)) {
    const value = raw[name] ?? null;
    if (value !== null && !holds(type, value)) {
      throw new BallastError(shardErrors.notParquet, `cannot read ${path}: column ${name} is no ${type}`);
    }
    row[name] = value;
  }
  // Every column was checked against the list that RowKinds is derived from.
  return row as RowKinds[K];
}

function holds(type: ColumnType, value: unknown): boolean {
  switch (type) {
    case 'string':
      return typeof value === 'string';
    case 'int':
    case 'double':
      return typeof value === 'number';
    case 'long':
    case 'timestamp':
      return typeof value === 'bigint';
    case 'binary':
      return value instanceof Uint8Array;
    default:
      return type satisfies never;
  }
}

function toJson(value: unknown): Json {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value === 'bigint') {
    return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER
      ? Number(value)
      : String(value);
  }
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (ArrayBuffer.isView(value)) return toJson(Array.from(value as unknown as Iterable<unknown>));
  if (Array.isArray(value)) return value.map((each: unknown) => toJson(each));
  return typeof value === 'object'
    ? Object.fromEntries(Object.entries(value).map(([name, each]) => [name, toJson(each)]))
    : null;
}
