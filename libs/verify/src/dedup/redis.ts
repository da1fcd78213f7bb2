import { randomInt } from 'node:crypto';
import { BallastError } from '@ballast/stage';
import { z } from 'zod';
import { verifyErrors } from '../errors.ts';
import { openFirstSeenIndex } from './first-seen.ts';
import type { FirstSeenIndex, FirstSeenOptions } from './first-seen.ts';
import { commandTimeoutMs, RedisConnection } from './redis-connection.ts';
import { bucketCount, bucketOf, commitScript, placeOf, prefixOf } from './redis-layout.ts';
import type { Commit, Operation } from './redis-layout.ts';
import { Known, Written } from './redis-transaction.ts';
import type { IndexStorage, IndexTransaction, IndexView, Revise, Space } from './storage.ts';

/** Other verifiers may commit in between; each time one of them got on, so this many in a row is a fault. */
const attemptsMax = 1_000;

/**
 * Opens the first-seen index of a table in Redis or Valkey, to be shared by any number of verifiers.
 * `url` is `redis://` or `rediss://`, with user, password and database where needed.
 *
 * Throws BALLAST_VERIFY_INDEX_NOT_DURABLE when the server may forget what it confirmed;
 * _INDEX_UNREACHABLE, which can be tried again; _OF_OTHER_TABLE, _OF_OTHER_VERSION. Its transactions
 * throw _INDEX_LOST when the server came back without its log.
 */
export async function openRedisIndex(url: string, options: FirstSeenOptions): Promise<FirstSeenIndex> {
  const storage = await openRedisStorage(url, options.table);
  try {
    return await openFirstSeenIndex(storage, options);
  } catch (error) {
    await storage.close();
    throw error;
  }
}

/**
 * The storage of {@link openRedisIndex}, all keys below `ballast:{table}:`. Looking for expired bands
 * begins at bucket `sweptFrom`: by default at a random one, so that several verifiers share the work.
 */
export async function openRedisStorage(
  url: string,
  table: string,
  sweptFrom: number = randomInt(bucketCount),
): Promise<IndexStorage> {
  const connection = new RedisConnection(url);
  const prefix = prefixOf(table);
  const meta = await connection.run((client) => client.hGetAll(`${prefix}meta`));
  const storage = new RedisStorage(connection, prefix, sweptFrom);
  storage.trust(meta['epoch'] ?? '', Number(meta['revision'] ?? '0'));
  return storage;
}

const replySchema = z.union([
  z.tuple([z.literal('done'), z.number()]),
  z.tuple([z.literal('stale')]),
  z.tuple([z.literal('lost'), z.string()]),
]);

/**
 * Transactions are optimistic: `work` runs over what was fetched, and again while it asks for more; then
 * one script compares everything it read with what is stored and writes, or does neither. The same
 * script sees that this is the index it was, so that a server that came back empty is noticed before
 * anything is judged against it.
 */
class RedisStorage implements IndexStorage {
  readonly #connection: RedisConnection;
  readonly #prefix: string;
  /** Transactions that the server has seen, by its last answer, */
  #seen = 0;
  /** and how many of them it keeps through a power cut. */
  #durable = 0;
  #epoch = '';
  #swept: number;

  constructor(connection: RedisConnection, prefix: string, sweptFrom: number) {
    this.#swept = sweptFrom;
    this.#connection = connection;
    this.#prefix = prefix;
  }

  /** Takes what the server holds for what it must go on holding, once it is flushed. */
  trust(epoch: string, revision: number): void {
    this.#epoch = epoch;
    this.#seen = revision;
  }

  async read<T>(work: (view: IndexView) => T): Promise<T> {
    const known = new Known();
    for (;;) {
      const { result, missing } = known.run(() => work({ get: (space, key) => known.get(space, key) }));
      if (missing.length === 0) return result();
      await this.#fetch(known, missing);
    }
  }

  async transact<T>(work: (transaction: IndexTransaction) => T): Promise<T> {
    for (let attempt = 0; attempt < attemptsMax; attempt += 1) {
      const known = new Known();
      for (;;) {
        const written = new Written(known);
        const { result, missing } = known.run(() => work(written));
        if (missing.length > 0) {
          await this.#fetch(known, missing);
          continue;
        }
        const value = result();
        if (await this.#commit(known, written.operations)) {
          this.#epoch ||= written.get('meta', 'epoch') ?? '';
          return value;
        }
        break;
      }
    }
    throw this.#connection.unreachable(new Error(`${attemptsMax} transactions in a row were overtaken`));
  }

  /** True when everything read still stood and everything was written. */
  async #commit(known: Known, operations: readonly Operation[]): Promise<boolean> {
    const commit: Commit = {
      epoch: this.#epoch,
      revision: this.#durable,
      reads: known.entries(),
      operations,
    };
    const answer = await this.#connection.run((client) =>
      client.eval(commitScript, { keys: [this.#prefix], arguments: [JSON.stringify(commit)] }),
    );
    const reply = replySchema.parse(answer);
    if (reply[0] === 'stale') return false;
    if (reply[0] === 'lost') {
      throw new BallastError(
        verifyErrors.indexLost,
        `first-seen index: the server no longer holds what it confirmed (${reply[1]})`,
      );
    }
    this.#seen = Math.max(this.#seen, reply[1]);
    return true;
  }

  async #fetch(known: Known, missing: readonly (readonly [Space, string])[]): Promise<void> {
    await this.#connection.run(async (client) => {
      const values = await Promise.all(
        missing.map(([space, key]) => {
          const { hash, field } = placeOf(space, key);
          return client.hGet(this.#prefix + hash, field);
        }),
      );
      for (const [at, [space, key]] of missing.entries()) known.set(space, key, values[at] ?? undefined);
    });
  }

  async flush(): Promise<void> {
    const seen = this.#seen;
    // With `appendfsync always` the answer to the script came after the fsync.
    if (this.#connection.durability === 'wait') await this.#sync();
    this.#durable = Math.max(this.#durable, seen);
  }

  async #sync(): Promise<void> {
    await this.#connection.run(async (client) => {
      const answer = await client.sendCommand(['WAITAOF', '1', '0', String(commandTimeoutMs)]);
      const [local] = z.tuple([z.number(), z.number()]).parse(answer);
      if (local < 1) throw new Error('the append-only file was not written in time');
    });
  }

  async sweep(revise: Revise, documents: number): Promise<void> {
    // A bucket per document: once as many documents have passed as there are buckets, all were looked at.
    const buckets = Array.from({ length: documents }, (_, ahead) =>
      bucketOf('band', (this.#swept + ahead) % bucketCount),
    );
    this.#swept = (this.#swept + documents) % bucketCount;
    const hashes = await this.#connection.run((client) =>
      Promise.all(buckets.map((bucket) => client.hGetAll(this.#prefix + bucket))),
    );
    const changed = hashes.flatMap((hash) =>
      Object.entries(hash).flatMap(([band, value]) => (revise(value, band) === value ? [] : [band])),
    );
    if (changed.length === 0) return;
    await this.transact((transaction) => {
      for (const band of changed) {
        // Looked at again: another verifier may have renewed it.
        const value = transaction.get('band', band);
        const left = value === undefined ? undefined : revise(value, band);
        if (left !== value) transaction.put('band', band, left ?? '');
      }
    });
  }

  revision(): number {
    return this.#durable;
  }

  close(): Promise<void> {
    return this.#connection.close();
  }
}
