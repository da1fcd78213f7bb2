import assert from 'node:assert/strict';
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { parquetWriteFile } from 'hyparquet-writer';
import type { ColumnSource } from 'hyparquet-writer';
import { readFooter, readParquetRows, readShard } from './reader.ts';

const directory = await mkdtemp(join(tmpdir(), 'ballast-reader-'));
after(() => rm(directory, { recursive: true }));

const columnData: ColumnSource[] = [
  { name: 'text', data: ['one', 'two', 'three'], type: 'STRING' },
  { name: 'exact', data: [1n, 2n ** 53n + 1n, null], type: 'INT64' },
  { name: 'ratio', data: [0.5, Number.NaN, Number.POSITIVE_INFINITY], type: 'DOUBLE' },
  { name: 'when', data: [new Date(0), new Date(1_577_836_800_000), null], type: 'TIMESTAMP' },
  { name: 'extra', data: [{ a: [1, 2] }, null, { b: 'x' }], type: 'JSON' },
];

async function rowsOf(path: string) {
  const rows = [];
  for await (const row of readParquetRows(path)) rows.push(row);
  return rows;
}

describe('a Parquet file of the user', () => {
  test('reads as rows that survive JSON: exact integers, ISO dates, no NaN', async () => {
    const path = join(directory, 'plain.parquet');
    parquetWriteFile({ filename: path, columnData });
    const rows = await rowsOf(path);
    assert.deepEqual(rows, [
      { text: 'one', exact: 1, ratio: 0.5, when: '1970-01-01T00:00:00.000Z', extra: { a: [1, 2] } },
      { text: 'two', exact: '9007199254740993', ratio: null, when: '2020-01-01T00:00:00.000Z', extra: null },
      { text: 'three', exact: null, ratio: null, when: null, extra: { b: 'x' } },
    ]);
    assert.deepEqual(JSON.parse(JSON.stringify(rows)), rows);
  });

  test('reads in several row groups and with gzip', async () => {
    const path = join(directory, 'gzip.parquet');
    const compressors = { GZIP: (input: Uint8Array) => gzipSync(input) };
    parquetWriteFile({ filename: path, columnData, rowGroupSize: 2, codec: 'GZIP', compressors });
    assert.deepEqual((await readFooter(path)).groups, [2, 1]);
    assert.deepEqual(
      (await rowsOf(path)).map(({ text }) => text),
      ['one', 'two', 'three'],
    );
  });

  test('that is missing ends with 66; that is cut off, or no Parquet, with 65', async () => {
    await assert.rejects(rowsOf(join(directory, 'missing.parquet')), { exit: 66 });
    const cut = join(directory, 'cut.parquet');
    parquetWriteFile({ filename: cut, columnData });
    await truncate(cut, 40);
    await assert.rejects(rowsOf(cut), { exit: 65 });
    for (const content of ['', 'PAR1', 'not a Parquet file at all', 'PAR1\xff\xff\xff\x7fPAR1']) {
      const path = join(directory, 'other.parquet');
      await writeFile(path, content, 'latin1');
      await assert.rejects(rowsOf(path), { exit: 65 });
    }
  });

  test('that announces more than it holds cannot fill the memory', async () => {
    const path = join(directory, 'bomb.parquet');
    // A page that says it is small and inflates to 64 MiB.
    const compressors = { GZIP: () => gzipSync(Buffer.alloc(64 << 20)) };
    parquetWriteFile({
      filename: path,
      columnData: [{ name: 'text', data: ['x'.repeat(100)], type: 'STRING' }],
      codec: 'GZIP',
      compressors,
    });
    await assert.rejects(rowsOf(path), { exit: 65 });
  });

  test('is no shard when its columns have other types', async () => {
    const path = join(directory, 'foreign.parquet');
    parquetWriteFile({ filename: path, columnData: [{ name: 'text', data: [1, 2], type: 'INT32' }] });
    await assert.rejects(readShard(path, 'data').next(), { exit: 65 });
  });
});
