import { createReadStream } from 'node:fs';
import { BallastError } from '@ballast/stage';
import type { Row } from '@ballast/stage/embedded';
import { inputErrors } from './errors.ts';
import { Expansion, expansionLimit } from './expansion.ts';
import type { ExpansionLimit } from './expansion.ts';
import { gunzip } from './gzip.ts';
import { splitLines } from './lines.ts';
import { unzstd } from './zstd.ts';

/** How an input is read. */
export interface InputOptions {
  /** Reads `.parquet` files: each row as a line of JSON. Absent: such files are refused. */
  readonly parquet?: (path: string) => AsyncIterable<Row>;
  /** When decompression counts as a bomb. */
  readonly expansion?: ExpansionLimit;
  /** What `-` reads; default standard input. */
  readonly stdin?: AsyncIterable<Uint8Array>;
}

type Format = 'plain' | 'gzip' | 'zstd';

/**
 * Streams the rows of an input: JSON Lines, plain or compressed with gzip or zstd, or `-`. The name's
 * ending says which; without a telling one the first bytes do. Memory stays within one document
 * (8 MiB) and a few chunks, whatever the file expands to.
 *
 * Throws, after yielding what was readable: BALLAST_INPUT_MISSING, _READ, _TRUNCATED, _CORRUPT,
 * _BOMB, _FORMAT.
 */
export async function* openInput(path: string, options: InputOptions = {}): AsyncGenerator<Row, void, void> {
  if (path.endsWith('.parquet')) {
    if (options.parquet === undefined) {
      throw new BallastError(
        inputErrors.format,
        `openInput: ${path}: no reader for .parquet is built in here`,
      );
    }
    yield* options.parquet(path);
    return;
  }
  const chunks = path === '-' ? (options.stdin ?? process.stdin) : readFile(path);
  const { format, all } = await sniff(path, chunks);
  const expansion = new Expansion(options.expansion ?? expansionLimit, path);
  if (format === 'plain') yield* splitLines(all);
  else {
    const inflate = format === 'gzip' ? gunzip : unzstd;
    yield* splitLines(expansion.decompressed(inflate(expansion.compressed(all), path)));
  }
}

async function* readFile(path: string): AsyncGenerator<Uint8Array, void, void> {
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 256 * 1024 })) {
      const bytes: unknown = chunk;
      if (bytes instanceof Uint8Array) yield bytes;
    }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    const isMissing = ['ENOENT', 'ENOTDIR', 'EISDIR', 'EACCES', 'EPERM', 'ELOOP', 'ENAMETOOLONG'].includes(
      code,
    );
    throw new BallastError(
      isMissing ? inputErrors.missing : inputErrors.read,
      `openInput: cannot read ${path}: ${String(error)}`,
      { cause: error },
    );
  }
}

/** Looks at the first bytes without losing them. */
async function sniff(
  path: string,
  chunks: AsyncIterable<Uint8Array>,
): Promise<{ readonly format: Format; readonly all: AsyncIterable<Uint8Array> }> {
  const source = chunks[Symbol.asyncIterator]();
  let head: Buffer = Buffer.alloc(0);
  let isOver = false;
  while (head.byteLength < 4 && !isOver) {
    const next = await source.next();
    if (next.done === true) isOver = true;
    else head = Buffer.concat([head, next.value]);
  }
  async function* all(): AsyncGenerator<Uint8Array, void, void> {
    try {
      if (head.byteLength > 0) yield head;
      for (;;) {
        const next = isOver ? undefined : await source.next();
        if (next === undefined || next.done === true) return;
        yield next.value;
      }
    } finally {
      await source.return?.();
    }
  }
  return { format: formatOf(path, head), all: all() };
}

function formatOf(path: string, head: Buffer): Format {
  if (path.endsWith('.gz')) return 'gzip';
  if (path.endsWith('.zst') || path.endsWith('.zstd')) return 'zstd';
  // No JSON begins with these bytes: RFC 1952 section 2.3.1, RFC 8878 sections 3.1.1 and 3.1.2.
  if (head[0] === 0x1f && head[1] === 0x8b) return 'gzip';
  if (head.byteLength < 4) return 'plain';
  const magic = head.readUInt32LE(0);
  return magic === 0xfd2fb528 || (magic & 0xfffffff0) >>> 0 === 0x184d2a50 ? 'zstd' : 'plain';
}
