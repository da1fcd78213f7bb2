import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { after, describe, test } from 'node:test';
import { createGzip, createZstdCompress, gzipSync, zstdCompressSync } from 'node:zlib';
import { checkTable } from '../faults/check-table.ts';
import { Workplace } from './cli.ts';
import { assertAddsUp, assertAudited } from './holds.ts';
import { readStored } from './stored.ts';
import { attested, documents, jsonLines, writer } from './texts.ts';

const write = writer(51);
const place = new Workplace();
after(() => place[Symbol.asyncDispose]());

/** Attested lines under a prefix. */
const lines = (prefix: string, count: number): Buffer =>
  Buffer.from(jsonLines(documents(prefix, count, write, attested)));
const configFor = (files: readonly string[]): string => {
  const ingest = files.map((file) => `{ file: ${JSON.stringify(file)}, trusted: [source] }`).join(', ');
  return `sources: [{ match: library-*, trust: human }]\ningest: [${ingest}]\nverify: { action: annotate }\nmixer: { rowGroupDocuments: 64, shardBytes: 65536 }\n`;
};
const args = (files: readonly string[], table = 'table'): string[] => [
  '--input',
  ...files,
  '--table',
  table,
  '--config',
  'pipeline.yaml',
];

/** Three lines, then one without end that compresses beyond every measure of text: 300 MiB. */
async function bomb(
  prefix: string,
  stream: ReturnType<typeof createGzip> | ReturnType<typeof createZstdCompress>,
): Promise<Buffer> {
  const block = Buffer.alloc(1024 * 1024, 'x');
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  stream.write(lines(prefix, 3));
  for (let written = 0; written < 300; written += 1)
    await new Promise<void>((resolve, reject) =>
      stream.write(block, (error) => (error ? reject(error) : resolve())),
    );
  await new Promise<void>((resolve) => stream.once('end', resolve).end());
  return Buffer.concat(chunks);
}

describe('inputs that cannot be read to their end', () => {
  test('each is named, what came before is in, and the next input goes on', async () => {
    const [whole, packed] = [lines('whole', 40), gzipSync(lines('gzip', 400))];
    const inputs: readonly (readonly [
      file: string,
      content: Uint8Array | undefined,
      code: string | undefined,
      rows: (n: number) => boolean,
    ])[] = [
      ['missing.jsonl', undefined, 'BALLAST_INPUT_MISSING', (n) => n === 0],
      ['missing.parquet', undefined, 'BALLAST_SHARD_NOT_READ', (n) => n === 0],
      ['zero.jsonl', Buffer.alloc(0), undefined, (n) => n === 0],
      ['zero.jsonl.gz', Buffer.alloc(0), 'BALLAST_INPUT_TRUNCATED', (n) => n === 0],
      ['zero.jsonl.zst', Buffer.alloc(0), 'BALLAST_INPUT_TRUNCATED', (n) => n === 0],
      ['zero.parquet', Buffer.alloc(0), 'BALLAST_SHARD_NOT_PARQUET', (n) => n === 0],
      ['text.jsonl.gz', Buffer.from('{"text":"not compressed"}'), 'BALLAST_INPUT_CORRUPT', (n) => n === 0],
      [
        'text.parquet',
        Buffer.from('PAR1 but nothing else of it PAR1'),
        'BALLAST_SHARD_NOT_PARQUET',
        (n) => n === 0,
      ],
      [
        'cut.jsonl.gz',
        packed.subarray(0, packed.byteLength - 2_000),
        'BALLAST_INPUT_TRUNCATED',
        (n) => n > 300 && n < 400,
      ],
      [
        'cut.jsonl.zst',
        Buffer.concat([
          zstdCompressSync(lines('first', 30)),
          zstdCompressSync(lines('second', 30)).subarray(0, -9),
        ]),
        'BALLAST_INPUT_TRUNCATED',
        (n) => n >= 30 && n < 60,
      ],
      [
        'frames.jsonl.zst',
        Buffer.concat([lines('a', 5), Buffer.alloc(0), lines('b', 5)].map((part) => zstdCompressSync(part))),
        undefined,
        (n) => n === 10,
      ],
      ['bomb.jsonl.gz', await bomb('g', createGzip({ level: 9 })), 'BALLAST_INPUT_BOMB', (n) => n === 4],
      ['bomb.jsonl.zst', await bomb('z', createZstdCompress()), 'BALLAST_INPUT_BOMB', (n) => n === 4],
      ['whole.jsonl', whole, undefined, (n) => n === 40],
    ];
    for (const [file, content] of inputs) if (content !== undefined) place.write(file, content);
    const files = inputs.map(([file]) => file);
    place.write('pipeline.yaml', configFor(files));

    const report = await place.run(args(files), { status: 66 });
    assertAddsUp(report);
    assert.deepEqual(
      report.inputs.map(({ file, error, rows }, index) => [
        file,
        error?.code,
        inputs[index]?.[3](rows) ? 'as expected' : rows,
      ]),
      inputs.map(([file, , code]) => [file, code, 'as expected']),
    );
    for (const { error } of report.inputs)
      if (error !== undefined) assert.ok([65, 66].includes(error.exit) && error.fix.length > 20);
    assert.equal(report.refusals['dead: too_large']?.documents, 2, 'the endless lines of the bombs');
    assert.ok((report.refusals['dead: unterminated_input']?.documents ?? 0) <= 2, 'the lines that were cut');
    assert.equal(report.flow.kept, report.flow.in - report.flow.dead);
    await assertAudited(place);
  });

  test('a file that was cut off goes on where it broke off, once it is whole', async () => {
    const rows = documents('mended', 400, write, attested);
    const packed = gzipSync(jsonLines(rows));
    place.write('mended.jsonl.gz', packed.subarray(0, packed.byteLength - 2_000));
    place.write('pipeline.yaml', configFor(['mended.jsonl.gz']));
    const first = await place.run(args(['mended.jsonl.gz'], 'mended'), { status: 65 });
    place.write('mended.jsonl.gz', packed);
    const second = await place.run(args(['mended.jsonl.gz'], 'mended'));
    assertAddsUp(second);
    assert.deepEqual(
      [second.flow.kept, second.flow.dead, second.flow.in],
      [400, 1, 401],
      'the half line stays refused, whole it is a row of its own',
    );
    assert.equal(second.inputs[0]?.added, 401 - first.flow.in);
    const { lost, duplicated } = await checkTable(place.path('mended'), {
      lines: [],
      ids: rows.map(({ id }) => id),
      unreadable: 1,
    });
    assert.deepEqual({ lost, duplicated }, { lost: [], duplicated: [] });
  });

  test('without --json the failure is said on standard error, and the summary goes to standard output', async () => {
    const { status, stdout, stderr } = await place.ballast([
      'run',
      ...args(['no-such-file.jsonl'], 'text'),
      '--quiet',
    ]);
    assert.equal(status, 66);
    assert.match(stderr, /^no-such-file\.jsonl: BALLAST_INPUT_MISSING: [^\n]+\n {3}fix: check the path/);
    assert.match(stdout, /in 0 = kept 0/);
  });
});

describe('tables and state that cannot be written', () => {
  test('below a file, or a file itself: exit 74, with the fix', async () => {
    place.write('good.jsonl', lines('good', 5));
    place.write('pipeline.yaml', configFor(['good.jsonl']));
    for (const flags of [
      ['--table', '/dev/null/table'],
      ['--table', 'good.jsonl'],
      ['--table', 'fresh', '--state', '/dev/null/state'],
      ['--table', 'fresh', '--state', 'good.jsonl'],
    ]) {
      const { status, stdout, stderr } = await place.ballast([
        'run',
        '--input',
        'good.jsonl',
        '--config',
        'pipeline.yaml',
        ...flags,
      ]);
      assert.deepEqual([status, stdout], [74, ''], `${flags.join(' ')}: ${stderr}`);
      assert.match(stderr, /^BALLAST_(TABLE_IO|STATE_OPEN): [^]+ {3}fix: \w+/);
    }
  });

  test('a state that is gone, or of another table: exit 65, and the table stays as it was', async () => {
    place.write('kept.jsonl', lines('kept', 40));
    place.write('pipeline.yaml', configFor(['kept.jsonl']));
    const input = ['run', '--quiet', '--input', 'kept.jsonl', '--config', 'pipeline.yaml'];
    for (const table of ['one', 'other']) await place.run([...input.slice(2), '--table', table]);
    const foreign = await place.ballast([...input, '--table', 'one', '--state', 'other/_state']);
    assert.deepEqual([foreign.status, /^(\S+):/.exec(foreign.stderr)?.[1]], [65, 'BALLAST_STATE_TABLE']);
    rmSync(place.path('one/_state'), { recursive: true });
    // The second time as the first: a state begun anew must not come to look like the one that was lost.
    for (const _ of [1, 2]) {
      const gone = await place.ballast([...input, '--table', 'one']);
      assert.deepEqual([gone.status, /^(\S+):/.exec(gone.stderr)?.[1]], [65, 'BALLAST_MIXER_STATE_BEHIND']);
    }
    for (const table of ['one', 'other']) await assertAudited(place, table);
    assert.equal((await readStored(place.path('one'))).length, 40);
  });

  test('on a full device: exit 74, nothing half-committed, and with room again the run goes on', async (t) => {
    const rows = documents('full', 1_500, write, attested);
    place.write('full.jsonl', jsonLines(rows));
    place.write('pipeline.yaml', configFor(['full.jsonl']));
    for (const [name, size, flags, table] of [
      ['full-table', '200k', ['--table', 'full-table/table', '--state', 'state'], 'full-table/table'],
      ['full-state', '700k', ['--table', 'roomy', '--state', 'full-state/state'], 'roomy'],
    ] as const) {
      await using device = smallDevice(name, size);
      if (device.why !== undefined) return t.skip(device.why);
      const run = ['--input', 'full.jsonl', '--config', 'pipeline.yaml', ...flags];
      const failed = await place.ballast(['run', '--quiet', ...run]);
      assert.equal(failed.status, 74, `${name}: ${failed.signal} ${failed.stderr}`);
      await assertAudited(place, table);
      device.grow('64m');
      const mended = await place.run(run);
      assertAddsUp(mended);
      assert.deepEqual([mended.flow.in, mended.flow.kept], [1_500, 1_500]);
      assert.equal((await readStored(place.path(table))).length, 1_500);
      await assertAudited(place, table);
    }
  });
});

/** A file system in memory of a given size, mounted in the workplace; `why` it cannot be, where mounting is not allowed. */
function smallDevice(
  name: string,
  size: string,
): AsyncDisposable & { readonly why?: string; readonly grow: (size: string) => void } {
  const path = place.path(name);
  mkdirSync(path);
  const shell = (line: string): void =>
    void execFileSync('/bin/sh', ['-c', line, 'sh', path], { stdio: 'pipe' });
  const grow = (to: string): void => shell(`mount -o remount,size=${to} "$1"`);
  try {
    shell(`mount -t tmpfs -o size=${size} tmpfs "$1"`);
  } catch (error) {
    const why = `a small file system cannot be mounted here: ${String(error)}`;
    return { grow, why, [Symbol.asyncDispose]: () => Promise.resolve() };
  }
  return { grow, [Symbol.asyncDispose]: async () => shell('umount "$1"') };
}
