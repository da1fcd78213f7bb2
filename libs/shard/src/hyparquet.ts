import { constants, zstdCompressSync } from 'node:zlib';
import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import { columnsOf, parquetSchema } from './columns.ts';
import type { ShardKind } from './columns.ts';
import { hasStatistics } from './encoder.ts';
import type { ShardEncoder } from './encoder.ts';
import type { ShardFile } from './shard-file.ts';
import { ledgerKey } from './writer.ts';

const zstd = { params: { [constants.ZSTD_c_compressionLevel]: 3 } };
// Nearly all values of these differ: a dictionary would cost time and win nothing.
const plain: ReadonlySet<string> = new Set(['text', 'metadata', 'verdicts', 'value']);

/** Encodes by hyparquet-writer: zstd level 3, data pages v2, dictionaries where values repeat. */
export function hyparquetEncoder(kind: ShardKind, file: ShardFile): ShardEncoder {
  const columns = columnsOf(kind);
  const parquet = new ParquetWriter({
    writer: new GroupBuffer(file),
    schema: parquetSchema(kind),
    codec: 'ZSTD',
    compressors: { ZSTD: (input) => zstdCompressSync(input, zstd) },
    createdBy: 'ballast',
  });
  return {
    async writeGroup(rows, values) {
      await parquet.write({
        columnData: columns.map(({ name, type }, index) => ({
          name,
          data: values[index] ?? [],
          statistics: hasStatistics(type),
          ...(plain.has(name) ? { encoding: 'PLAIN' as const } : {}),
        })),
        rowGroupSize: rows,
      });
    },
    async finish(ledger) {
      parquet.kvMetadata = [{ key: ledgerKey, value: ledger }];
      await parquet.finish();
    },
  };
}

/** Buffers one row group, then hands it to the file. */
class GroupBuffer extends ByteWriter {
  readonly #file: ShardFile;

  constructor(file: ShardFile) {
    super(1 << 20);
    this.#file = file;
  }

  flush(): void {
    this.#file.append(new Uint8Array(this.buffer, 0, this.index));
    this.index = 0;
  }

  override finish(): void {
    this.flush();
  }
}
