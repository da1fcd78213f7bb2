import parquetjs from 'parquetjs-lite';
import type { ParquetField } from 'parquetjs-lite';
import { columnsOf } from './columns.ts';
import type { Column, ColumnType, ShardKind } from './columns.ts';
import { hasStatistics } from './encoder.ts';
import type { ShardEncoder } from './encoder.ts';
import type { ShardFile } from './shard-file.ts';
import { ledgerKey } from './writer.ts';

/**
 * Encodes by parquetjs-lite 0.8.7: gzip, plain values, data pages v2.
 *
 * What that version does wrong is kept from happening here. Its string bounds are in UTF-16 order, so
 * strings have none. Its rows are appended one after the other, as concurrent calls write them twice. It
 * takes 64-bit integers through a double unless they are microseconds, so they go in as those; and it
 * truncates what is no integer, so such values are refused.
 */
export function parquetjsLiteEncoder(kind: ShardKind, file: ShardFile): ShardEncoder {
  const columns = columnsOf(kind);
  const schema = new parquetjs.ParquetSchema(
    Object.fromEntries(columns.map((column) => [column.name, fieldOf(column)])),
  );
  const settings = { pageIndex: false };
  const append = (bytes: Uint8Array): void => file.append(bytes);
  const envelope = new parquetjs.ParquetEnvelopeWriter(schema, append, () => {}, 0, settings);
  const parquet = new parquetjs.ParquetWriter(schema, envelope, settings);
  return {
    writeGroup: (rows, values) =>
      reported(async () => {
        // The last row of the group closes it.
        parquet.setRowGroupSize(rows);
        for (let row = 0; row < rows; row += 1) {
          await parquet.appendRow(rowOf(columns, values, row));
        }
      }),
    finish: (ledger) =>
      reported(async () => {
        parquet.setMetadata(ledgerKey, ledger);
        for (const { name, type } of columns) {
          // Not a time of day after all: the annotation was there for the way in.
          const field = schema.fields[name];
          if (field !== undefined && type === 'long') field.originalType = undefined;
        }
        await parquet.close();
      }),
  };
}

const parquetTypes = {
  string: 'UTF8',
  binary: 'BYTE_ARRAY',
  int: 'INT32',
  long: 'TIMESTAMP_MICROS',
  double: 'DOUBLE',
  timestamp: 'TIMESTAMP_MICROS',
} as const satisfies { readonly [T in ColumnType]: ParquetField['type'] };

function fieldOf({ type }: Column): ParquetField {
  const is64Bit = type === 'long' || type === 'timestamp';
  return {
    type: parquetTypes[type],
    optional: true,
    compression: 'GZIP',
    statistics: hasStatistics(type) && !is64Bit,
  };
}

function rowOf(
  columns: readonly Column[],
  values: readonly unknown[][],
  row: number,
): { readonly [name: string]: unknown } {
  return Object.fromEntries(
    columns.map((column, index) => [column.name, valueOf(column, values[index]?.[row] ?? null)]),
  );
}

const microsPerMs = 1_000n;
const int64Max = 2n ** 63n - 1n;

/** What the library turns into exactly this value. Throws for one that does not fit its column. */
function valueOf({ name, type }: Column, value: unknown): unknown {
  if (value === null) return null;
  const misfit = new TypeError(
    `parquetjs-lite: column ${name} is ${type} and cannot hold this ${typeof value}`,
  );
  if (type === 'int') {
    if (typeof value !== 'number' || (value | 0) !== value) throw misfit;
    return value;
  }
  if (type === 'double') {
    if (typeof value !== 'number' || Number.isNaN(value)) throw misfit;
    return value;
  }
  if (type === 'long' || type === 'timestamp') {
    if (typeof value !== 'bigint' || value > int64Max) throw misfit;
    if (value >= 0n) return value;
    // Negative numbers are refused, dates before 1970 are not, and those are whole milliseconds.
    const date = new Date(Number(value / microsPerMs));
    if (value % microsPerMs !== 0n || Number.isNaN(date.getTime())) throw misfit;
    return date;
  }
  return value;
}

/** Runs it; what it throws that is no Error, as this library's strings are, becomes one. */
async function reported(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    throw error instanceof Error ? error : new Error(`parquetjs-lite: ${String(error)}`, { cause: error });
  }
}
