/**
 * What the first-seen index costs, and how often near-duplicates are found.
 *
 *   npm run bench:dedup -- [--documents 200000] [--pairs 2000] [--redis] [--json]
 *
 * Documents: texts of our own, none like another, so each adds 14 bands and one exact signature. Prints
 * bytes on disk per million documents (measured on so many, scaled), memory at half and at the end (alike
 * when it does not grow with the index), documents decided per second, and the share of planted pairs found
 * at Jaccard 0.8 and 0.9 beside the rate of 14 bands of 8. With `--redis` also those of a redis-server of
 * its own (`appendfsync always`). It does not say how a disk under load syncs.
 */
import { spawn } from 'node:child_process';
import { hash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { bandNames, Shingles } from '@ballast/verify/measure';
import type { FirstSeenIndex } from '@ballast/verify';
import { openLmdbIndex } from '@ballast/verify/lmdb';
import { openRedisIndex } from '@ballast/verify/redis';

const { values } = parseArgs({
  options: {
    documents: { type: 'string', default: '200000' },
    pairs: { type: 'string', default: '2000' },
    redis: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});
const documents = Number(values.documents);
const batch = 256;
const redisServer = 'redis-server';
const perMillion = 1e6 / documents;
const figures: Record<string, number> = {};

await measureLmdb('LMDB, exact and near', true);
await measureLmdb('LMDB, exact alone', false);
if (values.redis) await measureRedis();
for (const { jaccard, shared, each } of [
  { jaccard: 0.8, shared: 200, each: 225 },
  { jaccard: 0.9, shared: 180, each: 190 },
]) {
  figures[`pairs found at J ${jaccard}`] = foundShare(Number(values.pairs), shared, each);
  figures[`expected at J ${jaccard}`] = 1 - (1 - jaccard ** 8) ** 14;
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
    figures[`${name}: documents decided per second`] = await decideAll(index, isNear);
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
    const before = await memoryOf(port);
    const index = await openRedisIndex(`redis://127.0.0.1:${port}`, { table: 'bench' });
    figures['Redis, exact and near: documents decided per second'] = await decideAll(index, true);
    figures['Redis, exact and near: MB of memory per million documents'] =
      (((await memoryOf(port)) - before) / 1e6) * perMillion;
    const log = readdirSync(join(folder, 'appendonlydir')).map(
      (name) => statSync(join(folder, 'appendonlydir', name)).size,
    );
    figures['Redis, exact and near: MB of log per million documents, unless rewritten'] =
      (log.reduce((sum, size) => sum + size, 0) / 1e6) * perMillion;
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
async function decideAll(index: FirstSeenIndex, isNear: boolean): Promise<number> {
  const started = performance.now();
  for (let first = 0; first < documents; first += batch) {
    const offsets = Array.from({ length: Math.min(batch, documents - first) }, (_, at) => first + at);
    await index.decide(offsets.map((offset) => decidable(offset, isNear)));
    await index.settle({ topic: 'documents.raw', partition: 0 }, BigInt(Math.max(0, first - 1)));
    if (first % (batch * 100) === 0) process.stderr.write(`${first} of ${documents} documents\n`);
  }
  return (1e3 * documents) / (performance.now() - started);
}

/** A kept document that is like no other: 14 bands and one exact signature of its own. */
function decidable(offset: number, isNear: boolean): Parameters<FirstSeenIndex['decide']>[0][number] {
  const name = (of: string): string => hash('sha256', `${of} of ${offset}`, 'base64url').slice(0, 16);
  return {
    position: { topic: 'documents.raw', partition: 0, offset: BigInt(offset) },
    strength: 'p50',
    signatures: [hash('sha256', `${offset}`).slice(0, 32)],
    near: isNear
      ? { bands: Array.from({ length: 14 }, (_, band) => name(`${band}`)), action: 'reject' }
      : undefined,
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

/** Two texts of distinct words that begin alike: of `each` shingles `shared` are common. */
function foundShare(pairs: number, shared: number, each: number): number {
  const shingles = new Shingles();
  let found = 0;
  for (let pair = 0; pair < pairs; pair += 1) {
    const words = (kind: string, count: number): string[] =>
      Array.from({ length: count }, (_, word) => `${kind}${letters(pair)}z${letters(word)}`);
    const common = words('c', shared + 4);
    const [left = [], right = []] = ['a', 'b'].map((side) => {
      shingles.read([...common, ...words(side, each - shared)].join(' '));
      const signature = shingles.signature('xxh64');
      return signature === undefined ? [] : bandNames(signature, 'xxh64');
    });
    if (left.some((name, band) => name === right[band])) found += 1;
  }
  return found / pairs;
}

/** A number in letters, for digits all become 0. */
function letters(value: number): string {
  return Array.from(value.toString(26), (digit) =>
    String.fromCodePoint(97 + Number.parseInt(digit, 26)),
  ).join('');
}

/** RssAnon in bytes: LMDB maps its file, which counts as memory of the process but is not. */
function anonymousBytes(): number {
  return 1024 * Number(/RssAnon:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]);
}
