/**
 * What the first-seen index costs, and how often near-duplicates are found.
 *
 *   npm run bench:dedup -- [--documents 200000] [--pairs 2000] [--redis] [--fill 0] [--json]
 *
 * Documents: texts of our own, none like another, so each adds 14 bands and one exact signature. Prints
 * bytes on disk per million documents (measured on so many, scaled), memory at half and at the end (alike
 * when it does not grow with the index), documents decided per second, and the share of planted pairs found
 * at Jaccard 0.8 and 0.9 beside the rate of 14 bands of 8. With `--redis` also those of a redis-server of
 * its own (`appendfsync always`). Redis takes less memory for an entry once its buckets fill: `--fill N`
 * first writes the entries of N documents, undecided, and says what memory these take. It does not say how
 * a disk under load syncs.
 */
import { spawn } from 'node:child_process';
import { hash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { FirstSeenIndex } from '@ballast/verify';
import { openLmdbIndex } from '@ballast/verify/lmdb';
import { openRedisIndex, openRedisStorage } from '@ballast/verify/redis';
import { readFlags } from '../flags.ts';
import { foundShare } from './planted-pairs.ts';

const values = readFlags(import.meta.filename, {
  documents: { type: 'string', default: '200000' },
  pairs: { type: 'string', default: '2000' },
  redis: { type: 'boolean', default: false },
  fill: { type: 'string', default: '0' },
  json: { type: 'boolean', default: false },
});
const documents = Number(values.documents);
const filled = Number(values.fill);
const batch = 256;
const redisServer = 'redis-server';
const perMillion = 1e6 / documents;
const figures: Record<string, number> = {};

await measureLmdb('LMDB, exact and near', true);
await measureLmdb('LMDB, exact alone', false);
if (values.redis) await measureRedis();
for (const jaccard of [0.8, 0.9] as const) {
  const { found, expected } = foundShare(Number(values.pairs), jaccard);
  figures[`pairs found at J ${jaccard}`] = found;
  figures[`expected at J ${jaccard}`] = expected;
}
if (values.json) process.stdout.write(`${JSON.stringify(figures)}\n`);
else
  for (const [name, value] of Object.entries(figures))
    process.stdout.write(`${name.padEnd(52)} ${value < 10 ? value.toFixed(4) : Math.round(value)}\n`);

async function measureLmdb(name: string, isNear: boolean): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'ballast-bench-dedup-'));
  try {
    const index = await openLmdbIndex(folder, { table: 'bench' });
    const before = anonymousBytes();
    figures[`${name}: documents decided per second`] = await decideAll(index, isNear, () => {
      figures[`${name}: MB of process memory (RssAnon) at half`] = (anonymousBytes() - before) / 1e6;
    });
    figures[`${name}: MB on disk per million documents`] =
      (statSync(join(folder, 'data.mdb')).size / 1e6) * perMillion;
    figures[`${name}: MB of process memory (RssAnon) after all`] = (anonymousBytes() - before) / 1e6;
    await index.close();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measureRedis(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'ballast-bench-dedup-'));
  const port = 20_000 + (process.pid % 20_000);
  const options = [
    '--port',
    `${port}`,
    '--dir',
    folder,
    '--save',
    '',
    '--appendonly',
    'yes',
    '--appendfsync',
    'always',
  ];
  const server = spawn(redisServer, options, { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    for await (const line of createInterface({ input: server.stdout }))
      if (line.includes('Ready to accept')) break;
    server.stdout.resume();
    const empty = await memoryOf(port);
    if (filled > 0) {
      await fillRedis(`redis://127.0.0.1:${port}`);
      figures[`Redis, exact and near: MB of memory for ${filled} documents`] =
        ((await memoryOf(port)) - empty) / 1e6;
    }
    const before = await memoryOf(port);
    const index = await openRedisIndex(`redis://127.0.0.1:${port}`, { table: 'bench' });
    figures['Redis, exact and near: documents decided per second'] = await decideAll(index, true);
    figures['Redis, exact and near: MB of memory per million documents more'] =
      (((await memoryOf(port)) - before) / 1e6) * perMillion;
    const log = readdirSync(join(folder, 'appendonlydir')).map(
      (name) => statSync(join(folder, 'appendonlydir', name)).size,
    );
    figures['Redis, exact and near: MB of log per million documents, unless rewritten'] =
      log.reduce((sum, size) => sum + size, 0) / (filled + documents);
    await index.close();
  } finally {
    server.kill();
    await once(server, 'exit');
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What a Redis says it holds, in bytes. */
async function memoryOf(port: number): Promise<number> {
  const socket = connect(port, '127.0.0.1').setEncoding('utf8');
  socket.write('INFO memory\r\n');
  let info = '';
  for await (const part of socket) {
    info += String(part);
    const used = /used_memory:(\d+)\r/.exec(info)?.[1];
    if (used !== undefined) return Number(used);
  }
  throw new Error('the server said nothing of its memory');
}

/** Decides documents in batches and settles them as a verifier does; documents per second of wall clock. */
async function decideAll(
  index: FirstSeenIndex,
  isNear: boolean,
  atHalf: () => void = () => undefined,
): Promise<number> {
  const started = performance.now();
  for (let first = 0; first < documents; first += batch) {
    const offsets = Array.from({ length: Math.min(batch, documents - first) }, (_, at) => first + at);
    await index.decide(offsets.map((offset) => decidable(offset, isNear)));
    await index.settle({ topic: 'documents.raw', partition: 0 }, BigInt(Math.max(0, first - 1)));
    if (first <= documents / 2 && first + batch > documents / 2) atHalf();
    if (first % (batch * 100) === 0) process.stderr.write(`${first} of ${documents} documents\n`);
  }
  return (1e3 * documents) / (performance.now() - started);
}

/** A kept document that is like no other: 14 bands and one exact signature of its own. */
function decidable(offset: number, isNear: boolean): Parameters<FirstSeenIndex['decide']>[0][number] {
  return {
    position: { topic: 'documents.raw', partition: 0, offset: BigInt(offset) },
    strength: 'p50',
    signatures: [signatureOf(offset)],
    near: isNear ? { bands: bandsOf(offset), action: 'reject' } : undefined,
    verdict: {
      stage: 'verify',
      version: 'bench',
      action: 'keep',
      reason: 'ok',
      preset: 'none',
      tokenizer: 'none',
      ratios: {},
      failed: [],
      verified: false,
    },
  };
}

function signatureOf(offset: number): string {
  return hash('sha256', `${offset}`).slice(0, 32);
}

function bandsOf(offset: number): readonly string[] {
  return Array.from({ length: 14 }, (_, band) =>
    hash('sha256', `${band} of ${offset}`, 'base64url').slice(0, 16),
  );
}

/** Entries as long as those of kept documents, of offsets that are not decided here. */
async function fillRedis(url: string): Promise<void> {
  const storage = await openRedisStorage(url, 'bench');
  for (let first = 0; first < filled; first += batch) {
    await storage.transact((transaction) => {
      for (let offset = first; offset < Math.min(filled, first + batch); offset += 1) {
        const entry = `seal2u documents.raw/0/${1e9 + offset}`;
        transaction.put('claim', signatureOf(1e9 + offset), entry);
        for (const band of bandsOf(1e9 + offset)) transaction.put('band', band, entry);
      }
    });
    if (first % (batch * 100) === 0) process.stderr.write(`${first} of ${filled} documents written\n`);
  }
  await storage.close();
}

/** RssAnon in bytes: LMDB maps its file, which counts as memory of the process but is not. */
function anonymousBytes(): number {
  return 1024 * Number(/RssAnon:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]);
}
