import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, openSync, unlinkSync, writeSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';
import { constants, zstdCompressSync } from 'node:zlib';
import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import { columnsOf, parquetSchema } from './columns.ts';
import type { Column, ShardKind } from './columns.ts';
import { systemCode } from './errors.ts';
import type { Answer, Order, Progress } from './thread.ts';
import { ledgerKey } from './writer.ts';

// Entry of the writing thread: encoding and compression block, so they never run on the main loop.

const zstd = { params: { [constants.ZSTD_c_compressionLevel]: 3 } };
// Nearly all values of these differ: a dictionary would cost time and win nothing.
const plain: ReadonlySet<string> = new Set(['text', 'metadata', 'verdicts', 'value']);

/** Buffers one row group, then hands it to the file; hashes what it wrote. */
class FileWriter extends ByteWriter {
  readonly #fd: number;
  readonly #hash = createHash('sha256');

  constructor(fd: number) {
    super(1 << 20);
    this.#fd = fd;
  }

  flush(): void {
    const bytes = new Uint8Array(this.buffer, 0, this.index);
    for (let written = 0; written < bytes.byteLength;) written += writeSync(this.#fd, bytes, written);
    this.#hash.update(bytes);
    this.index = 0;
  }

  override finish(): void {
    this.flush();
  }

  sha256(): string {
    return this.#hash.digest('hex');
  }
}

interface OpenShard {
  readonly path: string;
  readonly fd: number;
  readonly columns: readonly Column[];
  readonly file: FileWriter;
  readonly parquet: ParquetWriter;
  rows: number;
}

const open = new Map<number, OpenShard>();

function obey(order: Order): Progress {
  if (order.act === 'open') return openShard(order.shard, order.path, order.kind);
  const shard = open.get(order.shard);
  if (order.act === 'abort') return shard === undefined ? { rows: 0, bytes: 0 } : abort(order.shard, shard);
  if (shard === undefined) throw new Error(`shard ${order.shard} is not open`);
  if (order.act === 'group') return writeGroup(shard, order.rows, order.columns);
  return finish(order.shard, shard, order.ledger);
}

function openShard(number: number, path: string, kind: ShardKind): Progress {
  const fd = openSync(path, 'wx');
  const file = new FileWriter(fd);
  const parquet = new ParquetWriter({
    writer: file,
    schema: parquetSchema(kind),
    codec: 'ZSTD',
    compressors: { ZSTD: (input) => zstdCompressSync(input, zstd) },
    createdBy: 'ballast',
  });
  open.set(number, { path, fd, columns: columnsOf(kind), file, parquet, rows: 0 });
  return { rows: 0, bytes: file.offset };
}

function writeGroup(shard: OpenShard, rows: number, columns: readonly unknown[][]): Progress {
  void shard.parquet.write({
    columnData: shard.columns.map(({ name, type }, index) => ({
      name,
      data: columns[index] ?? [],
      // String bounds of other writers have lost rows for readers; numbers are enough to prune by.
      statistics: type !== 'string' && type !== 'binary',
      ...(plain.has(name) ? { encoding: 'PLAIN' as const } : {}),
    })),
    rowGroupSize: rows,
  });
  shard.rows += rows;
  return { rows: shard.rows, bytes: shard.file.offset };
}

function finish(number: number, shard: OpenShard, ledger: string): Progress {
  shard.parquet.kvMetadata = [{ key: ledgerKey, value: ledger }];
  void shard.parquet.finish();
  fsyncSync(shard.fd);
  closeSync(shard.fd);
  open.delete(number);
  return { rows: shard.rows, bytes: shard.file.offset, sha256: shard.file.sha256() };
}

function abort(number: number, shard: OpenShard): Progress {
  open.delete(number);
  closeSync(shard.fd);
  unlinkSync(shard.path);
  return { rows: 0, bytes: 0 };
}

parentPort?.on('message', ({ number, order }: { readonly number: number; readonly order: Order }) => {
  let answer: Answer;
  try {
    answer = { number, done: obey(order) };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    answer = { number, failed: { message, code: systemCode(error) } };
  }
  // A thread's port has no origin.
  // oxlint-disable-next-line unicorn/require-post-message-target-origin
  parentPort?.postMessage(answer);
});
