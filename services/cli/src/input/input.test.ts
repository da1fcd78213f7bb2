import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { crc32, gzipSync, zstdCompressSync } from 'node:zlib';
import * as fc from 'fast-check';
import type { Row } from '@ballast/stage/embedded';
import { openInput } from './open-input.ts';
import type { InputOptions } from './open-input.ts';
import { splitLines } from './lines.ts';
import { gunzip } from './gzip.ts';
import { unzstd } from './zstd.ts';

let dir = '';
before(async () => void (dir = await mkdtemp(join(tmpdir(), 'ballast-input-'))));
after(async () => await rm(dir, { recursive: true }));

/** Rows as text; an unterminated one ends in `…`. */
async function readRows(rows: AsyncIterable<Row>): Promise<{ rows: string[]; error: unknown }> {
  const texts: string[] = [];
  try {
    for await (const row of rows) {
      const text =
        row.oversized === undefined ? Buffer.from(row.bytes).toString() : `<${row.oversized.bytes}>`;
      texts.push(row.terminated ? text : `${text}…`);
    }
  } catch (error) {
    return { rows: texts, error };
  }
  return { rows: texts, error: undefined };
}

async function readAs(name: string, content: Uint8Array, options?: InputOptions) {
  const path = join(dir, name);
  await writeFile(path, content);
  return await readRows(openInput(path, options));
}

async function* inPieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array, void, void> {
  for (let at = 0; at < bytes.byteLength; at += size) yield bytes.subarray(at, at + size);
}

async function joined(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return Buffer.concat(parts);
}

/** Lines that do not compress well, so that a truncation falls among them. */
const manyLines = Array.from({ length: 20_000 }, (_, index) =>
  createHash('sha256').update(String(index)).digest('hex'),
);
const many = Buffer.from(`${manyLines.join('\n')}\n`);

describe('lines', () => {
  it('each line is a row, blank ones too; only the last can be unterminated', async () => {
    assert.deepEqual(await readAs('a.jsonl', Buffer.from('{"a":1}\r\n\n  \n{"b":2}')), {
      rows: ['{"a":1}\r', '', '  ', '{"b":2}…'],
      error: undefined,
    });
  });

  it('an empty file has no rows', async () => {
    assert.deepEqual((await readAs('empty.jsonl', Buffer.alloc(0))).rows, []);
  });

  it('rows do not depend on how the bytes arrive', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: fc.constantFrom('a', 'é', '\n') }),
        fc.integer({ min: 1, max: 9 }),
        async (text, size) => {
          const lines = text.split('\n');
          const last = lines.pop() ?? '';
          const { rows } = await readRows(splitLines(inPieces(Buffer.from(text), size)));
          assert.deepEqual(rows, last === '' ? lines : [...lines, `${last}…`]);
        },
      ),
      { seed: 3 },
    );
  });

  it('of a line over the limit only size and digest are kept, and the next line is whole', async () => {
    const long = Buffer.alloc(50, 'x');
    const rows: Row[] = [];
    for await (const row of splitLines(inPieces(Buffer.from(`ab\n${long.toString()}\ncd\n`), 7), 16))
      rows.push(row);
    assert.deepEqual(
      rows.map(({ bytes }) => Buffer.from(bytes).toString()),
      ['ab', '', 'cd'],
    );
    assert.deepEqual(rows[1]?.oversized, {
      bytes: 50,
      sha256: createHash('sha256').update(long).digest('hex'),
    });
  });

  it('a line of exactly 8 MiB is whole, one byte more is too long', async () => {
    const limit = 8 * 1024 * 1024;
    const { rows } = await readRows(splitLines(inPieces(Buffer.alloc(limit, 'x'), 1 << 20)));
    assert.equal(rows[0]?.length, limit + 1);
    assert.deepEqual((await readRows(splitLines(inPieces(Buffer.alloc(limit + 1, 'x'), 1 << 20)))).rows, [
      `<${limit + 1}>…`,
    ]);
  });
});

describe('compressed inputs', () => {
  const formats = [
    { ending: 'gz', compress: (bytes: Uint8Array) => gzipSync(bytes), inflate: gunzip },
    { ending: 'zst', compress: (bytes: Uint8Array) => zstdCompressSync(bytes), inflate: unzstd },
  ];
  for (const { ending, compress, inflate } of formats) {
    it(`.${ending}: all members or frames are read, empty ones among them`, async () => {
      const parts = [
        many.subarray(0, 100_000),
        many.subarray(0, 0),
        many.subarray(100_000, 100_001),
        many.subarray(100_001),
      ];
      const { rows, error } = await readAs(`multi.jsonl.${ending}`, Buffer.concat(parts.map(compress)));
      assert.equal(error, undefined);
      assert.deepEqual(rows, manyLines);
    });

    it(`.${ending}: the borders of chunks do not matter`, async () => {
      const one = Buffer.from('{"text":"one"}\n');
      const packed = Buffer.concat([compress(one), compress(one), compress(one)]);
      for (let size = 1; size <= packed.byteLength; size += 1) {
        assert.deepEqual(
          await joined(inflate(inPieces(packed, size), 'x')),
          Buffer.concat([one, one, one]),
          `in pieces of ${size}`,
        );
      }
    });

    it(`.${ending}: a truncated file yields what is readable, then names the truncation`, async () => {
      const packed = compress(many);
      const { rows, error } = await readAs(
        `cut.jsonl.${ending}`,
        packed.subarray(0, packed.byteLength - 1_000),
      );
      assert.ok(rows.length > manyLines.length / 2);
      assert.deepEqual(rows.slice(0, -1), manyLines.slice(0, rows.length - 1));
      assert.ok(rows.at(-1)?.endsWith('…') === true || rows.at(-1) === manyLines[rows.length - 1]);
      assert.equal(codeOf(error), 'BALLAST_INPUT_TRUNCATED 65');
    });

    it(`.${ending}: cut anywhere, it is never taken for complete`, async () => {
      const packed = compress(Buffer.from('{"text":"one"}\n{"text":"two"}\n'));
      for (let size = 0; size < packed.byteLength; size += 1) {
        const { error } = await readAs(`cut.jsonl.${ending}`, packed.subarray(0, size));
        assert.equal(codeOf(error), 'BALLAST_INPUT_TRUNCATED 65', `cut at byte ${size}`);
      }
    });

    it(`.${ending}: bytes that are no such file are named damaged`, async () => {
      assert.equal(
        codeOf((await readAs(`no.jsonl.${ending}`, Buffer.from('{"text":"plain"}\n'))).error),
        'BALLAST_INPUT_CORRUPT 65',
      );
      const { error } = await readAs(
        `junk.jsonl.${ending}`,
        Buffer.concat([compress(many), Buffer.from('junkjunk')]),
      );
      assert.equal(codeOf(error), 'BALLAST_INPUT_CORRUPT 65');
    });

    it(`.${ending}: a bomb is stopped and named, in bounded memory`, async () => {
      const expansion = { ratio: 1_000, bytes: 16 * 1024 * 1024 };
      const bomb = ending === 'gz' ? gzipBomb(40) : compress(Buffer.alloc(40 << 20));
      const before = process.memoryUsage.rss();
      const { rows, error } = await readAs(`bomb.jsonl.${ending}`, bomb, { expansion });
      assert.equal(codeOf(error), 'BALLAST_INPUT_BOMB 65');
      assert.equal(rows.length, 1);
      assert.ok(process.memoryUsage.rss() - before < 100 << 20);
    });

    it(`an input without a telling name is recognised by its first bytes (${ending})`, async () => {
      const stdin = inPieces(compress(Buffer.from('{"text":"a"}\n')), 3);
      assert.deepEqual((await readRows(openInput('-', { stdin }))).rows, ['{"text":"a"}']);
    });
  }

  it('skippable zstd frames are passed over', async () => {
    const skippable = Buffer.from('502a4d1803000000aabbcc', 'hex');
    const packed = Buffer.concat([
      skippable,
      zstdCompressSync(Buffer.from('a\n')),
      skippable,
      zstdCompressSync(Buffer.from('b\n')),
    ]);
    for (const size of [1, 5, 1_000]) {
      assert.equal((await joined(unzstd(inPieces(packed, size), 'x'))).toString(), 'a\nb\n');
    }
  });
});

describe('inputs that cannot be read', () => {
  it('a missing file, a directory: exit 66', async () => {
    assert.equal(
      codeOf((await readRows(openInput(join(dir, 'no.jsonl')))).error),
      'BALLAST_INPUT_MISSING 66',
    );
    assert.equal(codeOf((await readRows(openInput(dir))).error), 'BALLAST_INPUT_MISSING 66');
  });

  it('.parquet needs a reader', async () => {
    assert.equal(codeOf((await readRows(openInput('a.parquet'))).error), 'BALLAST_INPUT_FORMAT 65');
    assert.deepEqual((await readRows(openInput('a.parquet', { parquet }))).rows, ['{}']);
  });
});

async function* parquet(): AsyncGenerator<Row, void, void> {
  yield { bytes: Buffer.from('{}'), terminated: true };
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error) || !('code' in error) || !('exit' in error)) return String(error);
  return `${String(error.code)} ${String(error.exit)}`;
}

/** gzip of many MiB of zeros at the format's greatest ratio (1,030 : 1), built from one stored member. */
function gzipBomb(mebibytes: number): Buffer {
  const packed = gzipSync(Buffer.alloc(mebibytes << 20), { level: 9 });
  assert.equal(packed.readUInt32LE(packed.byteLength - 8), crc32(Buffer.alloc(mebibytes << 20)));
  return packed;
}
