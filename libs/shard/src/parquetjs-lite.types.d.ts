/** The part of parquetjs-lite 0.8.7 that is used here; the package brings no types. */
declare module 'parquetjs-lite' {
  export interface ParquetField {
    readonly type: 'UTF8' | 'BYTE_ARRAY' | 'INT32' | 'DOUBLE' | 'TIMESTAMP_MICROS';
    readonly optional: boolean;
    readonly compression: 'UNCOMPRESSED' | 'GZIP' | 'SNAPPY';
    readonly statistics: boolean;
  }

  export interface ParquetSchema {
    readonly fields: { readonly [name: string]: { originalType: string | undefined } };
  }

  interface Settings {
    readonly pageIndex: boolean;
  }

  export interface ParquetWriter {
    setRowGroupSize(rows: number): void;
    appendRow(row: { readonly [name: string]: unknown }): Promise<void>;
    setMetadata(key: string, value: string): void;
    close(): Promise<void>;
  }

  const parquet: {
    readonly ParquetSchema: new (fields: { readonly [name: string]: ParquetField }) => ParquetSchema;
    readonly ParquetEnvelopeWriter: new (
      schema: ParquetSchema,
      write: (bytes: Uint8Array) => void,
      close: () => void,
      offset: number,
      settings: Settings,
    ) => object;
    readonly ParquetWriter: new (
      schema: ParquetSchema,
      envelope: object,
      settings: Settings,
    ) => ParquetWriter;
  };
  export default parquet;
}
