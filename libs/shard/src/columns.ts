import type { SchemaElement } from 'hyparquet';

/** Types a column may have: the flat part of Delta's types without BOOLEAN, which one reader cannot take with nulls. */
export type ColumnType = 'string' | 'int' | 'long' | 'double' | 'timestamp' | 'binary';

/** One column of a shard. */
export interface Column {
  readonly name: string;
  readonly type: ColumnType;
}

/**
 * Columns of `data/` in file order. The one list from which the Parquet schema, Delta's
 * schemaString and the row type follow. `text` comes first, for readers that take one column.
 */
export const dataColumns = [
  { name: 'text', type: 'string' },
  { name: 'id', type: 'string' },
  { name: 'metadata', type: 'string' },
  { name: 'source', type: 'string' },
  { name: 'url', type: 'string' },
  { name: 'lang', type: 'string' },
  { name: 'created', type: 'timestamp' },
  { name: 'captured', type: 'string' },
  { name: 'licence', type: 'string' },
  { name: 'generator', type: 'string' },
  { name: 'stratum', type: 'string' },
  { name: 'origin', type: 'string' },
  { name: 'pool', type: 'string' },
  { name: 'lane', type: 'string' },
  { name: 'p_synthetic', type: 'double' },
  { name: 'p_synthetic_upper', type: 'double' },
  { name: 'calibration_error', type: 'double' },
  { name: 'verify', type: 'string' },
  { name: 'repeat_index', type: 'int' },
  { name: 'repeats_granted', type: 'int' },
  { name: 'weight', type: 'double' },
  { name: 'token_count', type: 'int' },
  { name: 'text_bytes', type: 'int' },
  { name: 'generation', type: 'int' },
  { name: 'unit', type: 'int' },
  { name: 'position_topic', type: 'string' },
  { name: 'position_partition', type: 'int' },
  { name: 'position_offset', type: 'long' },
  { name: 'replay_of', type: 'string' },
  { name: 'text_edits', type: 'string' },
  { name: 'verdicts', type: 'string' },
] as const satisfies readonly Column[];

/** Columns of `refused/`: the same, then why it was refused and the bytes of what could not be read. */
export const refusedColumns = [
  ...dataColumns,
  { name: 'stage', type: 'string' },
  { name: 'action', type: 'string' },
  { name: 'reason', type: 'string' },
  { name: 'value', type: 'binary' },
] as const satisfies readonly Column[];

/** JavaScript values by column type; timestamps are microseconds since the epoch, UTC. */
interface Values {
  readonly string: string;
  readonly int: number;
  readonly long: bigint;
  readonly double: number;
  readonly timestamp: bigint;
  readonly binary: Uint8Array;
}

type RowOf<C extends readonly Column[]> = {
  readonly [K in C[number] as K['name']]: Values[K['type']] | null;
};

/** One row of `data/`. */
export type DataRow = RowOf<typeof dataColumns>;
/** One row of `refused/`. */
export type RefusedRow = RowOf<typeof refusedColumns>;

/** Row types by the kind of shard that holds them. */
export interface RowKinds {
  readonly data: DataRow;
  readonly refused: RefusedRow;
}

/** `data`: kept documents; `refused`: rejected, deferred and dead ones. */
export type ShardKind = keyof RowKinds;

/** The columns of a kind of shard. */
export function columnsOf(kind: ShardKind): readonly Column[] {
  return kind === 'data' ? dataColumns : refusedColumns;
}

/** Delta's `schemaString`: every field top-level and nullable. */
export function deltaSchema(kind: ShardKind): string {
  const deltaTypes = { string: 'string', int: 'integer', long: 'long', double: 'double' } as const;
  const typeOf = (type: ColumnType): string =>
    type === 'timestamp' || type === 'binary' ? type : deltaTypes[type];
  return JSON.stringify({
    type: 'struct',
    fields: columnsOf(kind).map(({ name, type }) => ({
      name,
      type: typeOf(type),
      nullable: true,
      metadata: {},
    })),
  });
}

/** Parquet schema of a kind of shard, root element first. */
export function parquetSchema(kind: ShardKind): SchemaElement[] {
  const columns = columnsOf(kind);
  return [{ name: 'root', num_children: columns.length }, ...columns.map(elementOf)];
}

function elementOf({ name, type }: Column): SchemaElement {
  const optional = { name, repetition_type: 'OPTIONAL' } as const;
  switch (type) {
    case 'string':
      return { ...optional, type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } };
    case 'binary':
      return { ...optional, type: 'BYTE_ARRAY' };
    case 'int':
      return { ...optional, type: 'INT32' };
    case 'long':
      return { ...optional, type: 'INT64' };
    case 'double':
      return { ...optional, type: 'DOUBLE' };
    case 'timestamp':
      // Delta's timestamp is adjusted to UTC; an unannotated INT64 breaks Polars, Spark and DuckDB.
      return {
        ...optional,
        type: 'INT64',
        converted_type: 'TIMESTAMP_MICROS',
        logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MICROS' },
      };
    default:
      throw new RangeError(`parquetSchema: unknown column type ${String(type satisfies never)}`);
  }
}
