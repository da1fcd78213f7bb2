import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { BallastError } from '@ballast/stage';
import { dataColumns, deltaSchema, refusedColumns } from './columns.ts';
import type { DataRow } from './columns.ts';
import { readFooter, readShard } from './reader.ts';
import { dataRow } from './rows.fixture.ts';
import { shardLibraries } from './thread.ts';
import { shardWriters } from './threaded.ts';

const name = (sha256: string) => `${sha256.slice(0, 12)}.parquet`;

async function collect<T>(rows: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const row of rows) all.push(row);
  return all;
}

const isIo = (error: unknown) => error instanceof BallastError && error.exit === 74;
const groupOf = (length: number) => Array.from({ length }, (_, index) => dataRow({ id: String(index) }));

for (const library of shardLibraries) {
  describe(`a shard by ${library}`, async () => {
    const directory = await mkdtemp(join(tmpdir(), 'ballast-shard-'));
    const writers = shardWriters(library);
    after(async () => {
      await writers[Symbol.asyncDispose]();
      await rm(directory, { recursive: true });
    });

    async function write(groups: readonly (readonly DataRow[])[], ledger = { rows: 1 }, into = directory) {
      const writer = await writers.open({ kind: 'data', directory: into });
      for (const rows of groups) await writer.writeGroup(rows);
      return writer.finish(ledger, name);
    }

    test('gives back every value it was given, in order', async () => {
      const awkward: readonly Partial<DataRow>[] = [
        { text: '' },
        { text: 'zero \0 inside' },
        { text: '😀 astral and \uFF5E fullwidth', lang: '😀' },
        { text: 'x'.repeat(3 << 20) },
        { text: null, id: null, verdicts: null, unit: null },
        { p_synthetic: Number.MIN_VALUE, position_offset: 2n ** 53n + 1n },
        { created: -62_135_596_800_000_000n, token_count: 2 ** 31 - 1 },
        { created: 8_640_000_000_000_000_000n },
        { created: -1_000n, position_offset: 2n ** 63n - 1n },
        { lang: '\u{1F600}', source: '\uFF5E' },
      ];
      const rows = awkward.map((changes) => dataRow(changes));
      const shard = await write([rows.slice(0, 3), rows.slice(3)]);
      assert.deepEqual(await collect(readShard(shard.path, 'data')), rows);
    });

    test('has one row group per call, and carries its ledger in the footer', async () => {
      const ledger = { counts: { human: { documents: 18 } }, note: 'ü' };
      const writer = await writers.open({ kind: 'data', directory });
      for (const length of [10, 1, 7]) await writer.writeGroup(groupOf(length));
      const shard = await writer.finish(ledger, name);
      const footer = await readFooter(shard.path);
      assert.deepEqual(footer.groups, [10, 1, 7]);
      assert.deepEqual(JSON.parse(footer.ledger ?? ''), ledger);
      assert.equal(shard.rows, 18);
    });

    test('is named and hashed by the bytes that lie on the device, and leaves no temporary file', async () => {
      const into = await mkdtemp(join(directory, 'named-'));
      const shard = await write([[dataRow()]], { rows: 1 }, into);
      const bytes = await readFile(shard.path);
      assert.equal(createHash('sha256').update(bytes).digest('hex'), shard.sha256);
      assert.equal(bytes.byteLength, shard.bytes);
      assert.deepEqual(await readdir(into), [name(shard.sha256)]);
    });

    test('is never written over another', async () => {
      const into = await mkdtemp(join(directory, 'exists-'));
      await writeFile(join(into, 'taken.parquet'), 'precious');
      const writer = await writers.open({ kind: 'data', directory: into });
      await writer.writeGroup([dataRow()]);
      await assert.rejects(
        writer.finish({}, () => 'taken.parquet'),
        { code: 'BALLAST_SHARD_IO' },
      );
      await writer.abort();
      assert.equal(await readFile(join(into, 'taken.parquet'), 'utf8'), 'precious');
      assert.deepEqual(await readdir(into), ['taken.parquet']);
    });

    test('that was given up leaves nothing behind', async () => {
      const into = await mkdtemp(join(directory, 'abort-'));
      const writer = await writers.open({ kind: 'data', directory: into });
      await writer.writeGroup([dataRow()]);
      await writer.abort();
      await writer.abort();
      assert.deepEqual(await readdir(into), []);
    });

    test('sweeps what a killed writer of this host left behind, and nothing else', async () => {
      const into = await mkdtemp(join(directory, 'sweep-'));
      const { hostname } = await import('node:os');
      const host = hostname().replaceAll('.', '-');
      // Process ids end at 2^22 on Linux, so this one cannot be running.
      const left = `.${host}.99999999.aa.parquet.inprogress`;
      const running = `.${host}.${process.pid}.aa.parquet.inprogress`;
      const elsewhere = `.another-host.99999999.aa.parquet.inprogress`;
      for (const each of [left, running, elsewhere]) await writeFile(join(into, each), '');
      await write([[dataRow()]], { rows: 1 }, into);
      const names = await readdir(into);
      assert.ok(!names.includes(left));
      assert.ok(names.includes(running) && names.includes(elsewhere));
    });

    test('a full device and an unwritable directory end with exit status 74', async () => {
      await assert.rejects(writers.open({ kind: 'data', directory: '/proc/nowhere' }), isIo);
      await assert.rejects(
        writers.open({ kind: 'data', directory: join(directory, 'file', 'below') }).then(async () => {
          await writeFile(join(directory, 'plain'), '');
          return writers.open({ kind: 'data', directory: join(directory, 'plain') });
        }),
        isIo,
      );
      if (process.getuid?.() !== 0) {
        const locked = await mkdtemp(join(directory, 'locked-'));
        await chmod(locked, 0o500);
        await assert.rejects(writers.open({ kind: 'data', directory: locked }), isIo);
      }
    });

    test('a file that may not grow, as on a full device, ends with exit status 74', async () => {
      const into = await mkdtemp(join(directory, 'full-'));
      const script = fileURLToPath(new URL('full-device.fixture.ts', import.meta.url));
      // 256 blocks of 512 or 1,024 bytes, by the shell; Node answers SIGXFSZ with EFBIG.
      const child = spawn('sh', [
        '-c',
        'ulimit -f 256; exec "$0" "$1" "$2" "$3"',
        process.execPath,
        script,
        into,
        library,
      ]);
      assert.deepEqual(await once(child, 'exit'), [74, null]);
      assert.ok(!(await readdir(into)).includes('shard.parquet'));
    });

    test('a value that does not fit its column fails the shard instead of being rounded', async () => {
      const writer = await writers.open({ kind: 'data', directory });
      await writer.writeGroup([dataRow({ token_count: 1.5 })]);
      await assert.rejects(writer.finish({}, name), /int/);
      await writer.abort();
    });

    test('rounds trip 40 groups through one thread while the main loop stays free', async () => {
      const text = 'The quick brown fox jumps over the lazy dog. '.repeat(40);
      const rows = Array.from({ length: 256 }, (_, index) => dataRow({ text: `${index} ${text}` }));
      const shard = await write(Array.from({ length: 40 }, () => rows));
      assert.equal((await readFooter(shard.path)).rows, 40 * 256);
    });
  });
}

describe('the column list', () => {
  test('begins with text, has no BOOLEAN, and is all nullable in the Delta schema', () => {
    assert.equal(dataColumns[0].name, 'text');
    const schema: { fields: { name: string; type: string; nullable: boolean }[] } = JSON.parse(
      deltaSchema('refused'),
    );
    assert.equal(schema.fields.length, refusedColumns.length);
    assert.ok(schema.fields.every(({ nullable, type }) => nullable && type !== 'boolean'));
    assert.equal(schema.fields.find((field) => field.name === 'created')?.type, 'timestamp');
  });
});
