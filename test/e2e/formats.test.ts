import assert from 'node:assert/strict';
import { globSync, renameSync } from 'node:fs';
import { after, describe, test } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { Workplace } from './cli.ts';
import { assertAddsUp, assertAudited } from './holds.ts';
import { readStored } from './stored.ts';
import { attested, documents, jsonLines, writer } from './texts.ts';

const write = writer(31);
const place = new Workplace();
after(() => place[Symbol.asyncDispose]());
const config = (files: readonly string[]): string => `sources: [{ match: library-*, trust: human }]
ingest: [${files.map((file) => `{ file: ${JSON.stringify(file)}, trusted: [source] }`).join(', ')}]
verify: { action: annotate }
`;

describe('every input format', () => {
  test('in one command: .jsonl, .jsonl.gz, .jsonl.zst, without a telling name, and standard input', async () => {
    const lines = (prefix: string): string =>
      jsonLines(
        documents(prefix, 30, write, {
          ...attested,
          lang: 'en',
          url: 'https://example.org/a',
          labels: { genre: 'tale' },
          shelf: 12,
        }),
      );
    const files = [
      place.write('plain.jsonl', lines('plain')),
      place.write('packed.jsonl.gz', gzipSync(lines('gzip'))),
      place.write('packed.jsonl.zst', zstdCompressSync(lines('zstd'))),
      place.write('nameless', gzipSync(lines('nameless'))),
      '-',
    ];
    place.write('pipeline.yaml', config(files));
    const report = await place.run(['--input', ...files, '--table', 'table', '--config', 'pipeline.yaml'], {
      stdin: lines('stdin'),
    });
    assertAddsUp(report);
    assert.deepEqual(
      report.inputs.map(({ file, added, error }) => [file, added, error]),
      files.map((file) => [file, 30, undefined]),
    );
    const rows = await readStored(place.path('table'));
    assert.equal(rows.length, 150);
    for (const { action, pool, lang, url, metadata } of rows) {
      assert.deepEqual([action, pool, lang, url], ['keep', 'anchor', 'en', 'https://example.org/a']);
      assert.deepEqual(
        JSON.parse(metadata ?? ''),
        { shelf: 12, labels: { genre: 'tale' } },
        'unknown fields are kept',
      );
    }
    await assertAudited(place);
  });

  test('.parquet: the shards of one table are an input of another', async () => {
    const [shard = ''] = globSync('table/data/**/*.parquet', { cwd: place.folder });
    renameSync(place.path(shard), place.path('shard.parquet'));
    place.write('parquet.yaml', config(['shard.parquet']));
    const report = await place.run([
      '--input',
      'shard.parquet',
      '--table',
      'second',
      '--config',
      'parquet.yaml',
    ]);
    assertAddsUp(report);
    assert.deepEqual([report.inputs[0]?.added, report.flow.kept], [150, 150]);
    const rows = await readStored(place.path('second'));
    assert.ok(
      rows.every(
        ({ pool, lang, metadata }) =>
          pool === 'anchor' && lang === 'en' && metadata?.includes('"genre":"tale"'),
      ),
    );
    await assertAudited(place, 'second');
    const gone = await place.ballast(['audit', 'table']);
    assert.equal(gone.status, 1, 'and a table that lost a shard does not pass');
    assert.match(gone.stdout, /promise 1: every shard is unchanged/);
  });

  test('standard input is a topic of its own each time; what it repeats is folded', async () => {
    const lines = jsonLines(documents('piped', 20, write, attested));
    place.write('stdin.yaml', config(['-']));
    const args = ['--input', '-', '--table', 'piped', '--config', 'stdin.yaml'];
    const [first, second] = [
      await place.run(args, { stdin: lines }),
      await place.run(args, { stdin: lines }),
    ];
    assert.deepEqual(
      [first.flow.kept, second.flow.kept, second.flow.rejected, second.inputs[0]?.added],
      [20, 20, 20, 20],
    );
    assert.notEqual(first.inputs[0]?.topic, second.inputs[0]?.topic);
    await assertAudited(place, 'piped');
  });

  test('without any configuration nothing is taken for human: undeclared text waits, and is named', async () => {
    place.write('bare.jsonl', jsonLines(documents('bare', 20, write)));
    const report = await place.run(['--input', 'bare.jsonl', '--table', 'bare']);
    assertAddsUp(report);
    assert.deepEqual([report.flow.kept, report.flow.waiting + report.flow.rejected], [0, 20]);
    await assertAudited(place, 'bare');
  });
});
