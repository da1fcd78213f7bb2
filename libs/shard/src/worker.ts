import { unlinkSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';
import type { ShardEncoder } from './encoder.ts';
import { systemCode } from './errors.ts';
import { ShardFile } from './shard-file.ts';
import type { Answer, Order, Progress } from './thread.ts';

// Entry of the writing thread: encoding and compression block, so they never run on the main loop.

interface OpenShard {
  readonly file: ShardFile;
  readonly encoder: ShardEncoder;
  rows: number;
}

type OpenOrder = Extract<Order, { act: 'open' }>;

const open = new Map<number, OpenShard>();

async function obey(order: Order): Promise<Progress> {
  if (order.act === 'open') return openShard(order);
  const shard = open.get(order.shard);
  if (order.act === 'abort') return shard === undefined ? { rows: 0, bytes: 0 } : abort(order.shard, shard);
  if (shard === undefined) throw new Error(`shard ${order.shard} is not open`);
  if (order.act === 'finish') return finish(order.shard, shard, order.ledger);
  await shard.encoder.writeGroup(order.rows, order.columns);
  shard.rows += order.rows;
  return { rows: shard.rows, bytes: shard.file.bytes };
}

async function openShard({ shard, path, kind, library }: OpenOrder): Promise<Progress> {
  const file = new ShardFile(path);
  open.set(shard, { file, encoder: await encoderOf(library, kind, file), rows: 0 });
  return { rows: 0, bytes: file.bytes };
}

/** Only the library that is used is loaded. */
async function encoderOf(
  library: OpenOrder['library'],
  kind: OpenOrder['kind'],
  file: ShardFile,
): Promise<ShardEncoder> {
  if (library === 'parquetjs-lite') {
    return (await import('./parquetjs-lite.ts')).parquetjsLiteEncoder(kind, file);
  }
  return (await import('./hyparquet.ts')).hyparquetEncoder(kind, file);
}

async function finish(number: number, shard: OpenShard, ledger: string): Promise<Progress> {
  await shard.encoder.finish(ledger);
  const sha256 = shard.file.seal();
  open.delete(number);
  return { rows: shard.rows, bytes: shard.file.bytes, sha256 };
}

function abort(number: number, { file }: OpenShard): Progress {
  open.delete(number);
  file.close();
  unlinkSync(file.path);
  return { rows: 0, bytes: 0 };
}

async function answer(number: number, order: Order): Promise<Answer> {
  try {
    return { number, done: await obey(order) };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { number, failed: { message, code: systemCode(error) } };
  }
}

/** One order after the other: an encoder that is called again before it has ended writes rows twice. */
let last = Promise.resolve();

parentPort?.on('message', ({ number, order }: { readonly number: number; readonly order: Order }) => {
  last = last.then(async () => {
    const answered = await answer(number, order);
    // A thread's port has no origin.
    // oxlint-disable-next-line unicorn/require-post-message-target-origin
    parentPort?.postMessage(answered);
  });
});
