import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { shardWriters } from '@ballast/shard';
import type { DataRow } from '@ballast/shard';
import { tableFromIPC } from 'apache-arrow';
import { startFeed } from './server.ts';
import type { Feed } from './server.ts';

const root = await mkdtemp(join(tmpdir(), 'ballast-feed-'));
const log = join(root, 'data', '_delta_log');
const writers = shardWriters();
let feed: Feed;

before(async () => {
  feed = await startFeed({ root, port: 0 });
});
after(async () => {
  await feed.close();
  await writers[Symbol.asyncDispose]();
  await rm(root, { recursive: true });
});

const columns: Omit<DataRow, 'text' | 'id' | 'token_count' | 'weight'> = {
  metadata: null,
  source: 'docs',
  url: null,
  lang: null,
  created: null,
  captured: null,
  licence: null,
  generator: null,
  stratum: 'docs',
  origin: 'human',
  pool: 'anchor',
  lane: 'human',
  p_synthetic: 0,
  p_synthetic_upper: 0,
  calibration_error: 0,
  verify: 'none',
  repeat_index: 0,
  repeats_granted: 1,
  text_bytes: 1,
  generation: 0,
  unit: 0,
  position_topic: 'documents.raw',
  position_partition: 0,
  position_offset: 0n,
  replay_of: null,
  text_edits: null,
  verdicts: '{}',
};

function row(number: number, text: string | null = `Text ${number} with ünïcode 😀.`): DataRow {
  return { ...columns, text, id: `d${number}`, token_count: number, weight: number / 2 };
}

/** Writes a shard and the log entry that commits it. */
async function commit(
  version: number,
  groups: readonly (readonly DataRow[])[],
  path?: string,
): Promise<string> {
  const writer = await writers.open({ kind: 'data', directory: join(root, 'data') });
  for (const group of groups) await writer.writeGroup(group);
  const shard = await writer.finish({}, (sha256) => `${sha256.slice(0, 12)}.parquet`);
  const stats = JSON.stringify({ numRecords: shard.rows });
  const add = {
    add: {
      path: path ?? basename(shard.path),
      size: shard.bytes,
      stats,
      partitionValues: {},
      dataChange: true,
    },
  };
  await mkdir(log, { recursive: true });
  await writeFile(
    join(log, `${String(version).padStart(20, '0')}.json`),
    `${JSON.stringify({ commitInfo: {} })}\n${JSON.stringify(add)}\n`,
  );
  return shard.path;
}

function statusOf(
  path: string,
  headers: { readonly [name: string]: string },
  method = 'GET',
): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request(new URL(path, feed.url), { headers, method }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on('error', reject)
      .end();
  });
}

suite('feed', () => {
  test('a table that does not exist yet has no shards', async () => {
    assert.deepEqual(await (await fetch(`${feed.url}shards`)).json(), { schemaVersion: 1, shards: [] });
  });

  test('a committed shard is listed and streamed, row for row, one batch per row group', async () => {
    const groups = [[row(1), row(2), row(3)], [row(4)], [row(5, null), row(6, '')]];
    await commit(0, groups);
    const listed: unknown = await (await fetch(`${feed.url}shards`)).json();
    assert.partialDeepStrictEqual(listed, { shards: [{ index: 0, version: 0, rows: 6 }] });
    const response = await fetch(`${feed.url}shards/0`);
    assert.equal(response.headers.get('content-type'), 'application/vnd.apache.arrow.stream');
    assert.equal(response.headers.get('ballast-rows'), '6');
    const table = tableFromIPC(new Uint8Array(await response.arrayBuffer()));
    assert.deepEqual(table.schema.fields.map(String), [
      'text: Utf8',
      'id: Utf8',
      'token_count: Int32',
      'weight: Float64',
    ]);
    assert.deepEqual(
      table.batches.map(({ numRows }) => numRows),
      [3, 1, 2],
    );
    const read = table.toArray().map((each: unknown) => JSON.parse(JSON.stringify(each)) as unknown);
    const wanted = groups
      .flat()
      .map(({ text, id, token_count, weight }) => ({ text, id, token_count, weight }));
    assert.deepEqual(read, wanted);
  });

  test('a file that no commit names is not there', async () => {
    await writeFile(join(root, 'data', 'stray.parquet'), 'PAR1');
    const listed = await (await fetch(`${feed.url}shards`)).text();
    assert.doesNotMatch(listed, /stray/);
    assert.equal(await statusOf('/shards/1', {}), 404);
  });

  test('a shard that cannot be opened is an error', async () => {
    const path = await commit(1, [[row(1)]]);
    await writeFile(path, 'not parquet any more');
    const response = await fetch(`${feed.url}shards/1`);
    assert.equal(response.status, 500);
    assert.match(await response.text(), /BALLAST_SHARD_NOT_PARQUET/);
  });

  test('a shard that is damaged further in breaks the stream off: never a shorter shard', async () => {
    const path = await commit(2, [[row(1)], Array.from({ length: 500 }, (_, index) => row(index))]);
    const bytes = await readFile(path);
    await writeFile(
      path,
      bytes.fill(0x5a, Math.floor(bytes.byteLength / 4), Math.floor(bytes.byteLength / 2)),
    );
    const response = await fetch(`${feed.url}shards/2`);
    await assert.rejects(response.arrayBuffer());
  });

  test('a log that names a path outside the table is refused', async () => {
    await commit(3, [[row(2)]], '../../etc/passwd');
    const response = await fetch(`${feed.url}shards`);
    assert.equal(response.status, 500);
    assert.match(await response.text(), /may lie outside the table/);
    await rm(join(log, '00000000000000000003.json'));
  });

  test('a port in use is an error with a fix', async () => {
    const port = Number(new URL(feed.url).port);
    await assert.rejects(startFeed({ root, port }), { code: 'BALLAST_HOST_PORT', exit: 69 });
  });

  test('foreign names, other methods and other paths are turned away', async () => {
    assert.equal(await statusOf('/shards', { host: 'evil.example' }), 421);
    assert.equal(await statusOf('/shards', { origin: 'http://evil.example' }), 421);
    assert.equal(await statusOf('/shards', {}, 'POST'), 405);
    for (const path of ['/', '/shards/x', '/shards/-1', '/shards/..%2f..', '/shards/99999999999']) {
      assert.equal(await statusOf(path, {}), 404, path);
    }
  });
});
