import { randomBytes } from 'node:crypto';
import { link, readdir, unlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { BallastError } from '@ballast/stage';
import type { Json } from '@ballast/stage';
import { columnsOf } from './columns.ts';
import type { RowKinds, ShardKind } from './columns.ts';
import { makeDirectory, syncDirectory } from './directory.ts';
import { shardErrors, systemCode, writeFailure } from './errors.ts';
import { readFooter } from './reader.ts';
import type { Answer, Order, Progress, ShardLibrary } from './thread.ts';
import type { Shard, ShardPlan, ShardWriter, ShardWriters } from './writer.ts';

/**
 * Shard writers over a Parquet library in one thread of their own, one row group per call. The thread
 * starts with the first shard and does not keep the process alive. The library decides codec and
 * encodings; rows, order, ledger and guarantees are the same.
 */
export function shardWriters(library: ShardLibrary = 'hyparquet-writer'): ShardWriters {
  const thread = new Thread();
  let shards = 0;
  return {
    async open(plan) {
      shards += 1;
      return openWriter(thread, shards, library, plan);
    },
    [Symbol.asyncDispose]: () => thread.stop(),
  };
}

async function openWriter<K extends ShardKind>(
  thread: Thread,
  shard: number,
  library: ShardLibrary,
  { kind, directory }: ShardPlan<K>,
): Promise<ShardWriter<K>> {
  const temporary = join(directory, temporaryName());
  try {
    await makeDirectory(directory);
    await sweep(directory);
    await thread.ask({ act: 'open', shard, path: temporary, kind, library });
  } catch (error) {
    throw writeFailure(directory, error);
  }
  return new ThreadedWriter(thread, shard, kind, directory, temporary);
}

class ThreadedWriter<K extends ShardKind> implements ShardWriter<K> {
  readonly #thread: Thread;
  readonly #shard: number;
  readonly #kind: K;
  readonly #directory: string;
  readonly #temporary: string;
  /** The group being encoded; its failure shows at the next call. */
  #last: Promise<Progress> = Promise.resolve({ rows: 0, bytes: 0 });
  #bytes = 0;

  constructor(thread: Thread, shard: number, kind: K, directory: string, temporary: string) {
    this.#thread = thread;
    this.#shard = shard;
    this.#kind = kind;
    this.#directory = directory;
    this.#temporary = temporary;
  }

  get bytes(): number {
    return this.#bytes;
  }

  async writeGroup(rows: readonly RowKinds[K][]): Promise<void> {
    await this.#settle();
    if (rows.length === 0) return;
    const columns = transpose(this.#kind, rows);
    this.#last = this.#thread.ask({ act: 'group', shard: this.#shard, rows: rows.length, columns });
    this.#last.catch(() => {});
  }

  async finish(ledger: Json, nameOf: (sha256: string) => string): Promise<Shard> {
    await this.#settle();
    const text = JSON.stringify(ledger);
    try {
      const { rows, bytes, sha256 } = await this.#thread.ask({
        act: 'finish',
        shard: this.#shard,
        ledger: text,
      });
      if (sha256 === undefined) throw new Error('the writing thread gave no hash');
      await this.#verify(rows, bytes, text);
      const path = join(this.#directory, nameOf(sha256));
      // link(2) refuses an existing name, where rename(2) would overwrite a committed shard.
      await link(this.#temporary, path);
      await unlink(this.#temporary);
      await syncDirectory(this.#directory);
      return { path, rows, bytes, sha256 };
    } catch (error) {
      throw writeFailure(this.#temporary, error);
    }
  }

  async abort(): Promise<void> {
    await this.#last.catch(() => {});
    await this.#thread.ask({ act: 'abort', shard: this.#shard }).catch(() => {});
    await unlink(this.#temporary).catch(() => {});
  }

  async #settle(): Promise<void> {
    try {
      this.#bytes = (await this.#last).bytes;
    } catch (error) {
      throw writeFailure(this.#temporary, error);
    }
  }

  /** Pair assertion across the boundary: what lies on the device is what was written. */
  async #verify(rows: number, bytes: number, ledger: string): Promise<void> {
    const footer = await readFooter(this.#temporary);
    if (footer.rows !== rows || footer.bytes !== bytes || footer.ledger !== ledger) {
      throw new BallastError(
        shardErrors.mismatch,
        `${this.#temporary} reads back ${footer.rows} rows in ${footer.bytes} bytes, written were ${rows} in ${bytes}`,
      );
    }
  }
}

function transpose<K extends ShardKind>(kind: K, rows: readonly RowKinds[K][]): unknown[][] {
  const readable: readonly { readonly [name: string]: unknown }[] = rows;
  return columnsOf(kind).map(({ name }) => readable.map((row) => row[name]));
}

const suffix = '.parquet.inprogress';

/** The leading dot hides the file from readers that list directories. */
function temporaryName(): string {
  return `.${hostname().replaceAll('.', '-')}.${process.pid}.${randomBytes(6).toString('hex')}${suffix}`;
}

/** Removes what writers of this host left behind when they were killed. */
async function sweep(directory: string): Promise<void> {
  for (const name of await readdir(directory)) {
    const [, host, pid] = name.split('.');
    if (!name.endsWith(suffix) || host !== hostname().replaceAll('.', '-')) continue;
    if (!isRunning(Number(pid))) await unlink(join(directory, name)).catch(() => {});
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCode(error) !== 'ESRCH';
  }
}

interface Waiting {
  readonly resolve: (progress: Progress) => void;
  readonly reject: (error: Error) => void;
}

/** One worker thread that answers orders by number, started when first asked. */
class Thread {
  #worker: Worker | undefined;
  #number = 0;
  readonly #waiting = new Map<number, Waiting>();

  ask(order: Order): Promise<Progress> {
    const worker = (this.#worker ??= this.#start());
    this.#number += 1;
    const number = this.#number;
    worker.ref();
    // A thread's port has no origin.
    // oxlint-disable-next-line unicorn/require-post-message-target-origin
    worker.postMessage({ number, order });
    return new Promise((resolve, reject) => {
      this.#waiting.set(number, { resolve, reject });
    });
  }

  async stop(): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    await worker?.terminate();
  }

  #start(): Worker {
    // Groups die young and large: an unbounded young generation kept 100 MB more and won no time.
    const worker = new Worker(new URL('worker.ts', import.meta.url), {
      resourceLimits: { maxYoungGenerationSizeMb: 16 },
    });
    worker.on('message', (answer: Answer) => {
      const waiting = this.#waiting.get(answer.number);
      this.#waiting.delete(answer.number);
      if (this.#waiting.size === 0) worker.unref();
      if ('done' in answer) waiting?.resolve(answer.done);
      else waiting?.reject(Object.assign(new Error(answer.failed.message), { code: answer.failed.code }));
    });
    worker.on('error', (error) => this.#fail(String(error)));
    worker.on('exit', (code) => this.#fail(`ended with ${code}`));
    return worker;
  }

  #fail(why: string): void {
    this.#worker = undefined;
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of waiting) {
      reject(new BallastError(shardErrors.worker, `the thread that writes shards ${why}`));
    }
  }
}
