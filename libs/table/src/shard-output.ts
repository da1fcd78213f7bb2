import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { tokenCounter } from '@ballast/document';
import { textPolicy } from '@ballast/shard';
import type { DataRow, RowKinds, Shard, ShardKind, ShardWriter, ShardWriters } from '@ballast/shard';
import type { ShardEntry } from './actions.ts';
import { Counter } from './counts.ts';
import type { Counts } from './counts.ts';
import { generationDirectory, shardName } from './shard-name.ts';

/** A finished shard with what it holds. */
export interface Output {
  readonly entry: ShardEntry;
  readonly counts: Counts;
  /** Removes the file: legal only while no commit names it. */
  remove(): Promise<void>;
}

/** What every shard of a table says of its making. */
export interface ShardContext {
  readonly tableId: string;
  readonly generation: number;
  readonly configSha256: string;
}

/** One shard of a table while it is written: counts its rows and carries the counts in its footer. */
export class ShardOutput<K extends ShardKind> {
  readonly #writer: ShardWriter<K>;
  readonly #kind: K;
  readonly #context: ShardContext;
  readonly #counter = new Counter();
  #first: DataRow | undefined;

  private constructor(writer: ShardWriter<K>, kind: K, context: ShardContext) {
    this.#writer = writer;
    this.#kind = kind;
    this.#context = context;
  }

  /** Opens a shard in the directory of its generation. */
  static async open<K extends ShardKind>(
    writers: ShardWriters,
    root: string,
    kind: K,
    context: ShardContext,
  ): Promise<ShardOutput<K>> {
    const directory = join(root, kind, generationDirectory(context.generation));
    return new ShardOutput(await writers.open({ kind, directory }), kind, context);
  }

  /** Compressed bytes of the finished row groups. */
  get bytes(): number {
    return this.#writer.bytes;
  }

  /** Writes one row group; `refusalOf` names the `action: reason` of a refused row. */
  async writeGroup(rows: readonly RowKinds[K][], refusalOf?: (row: RowKinds[K]) => string): Promise<void> {
    this.#first ??= rows[0];
    for (const row of rows) this.#counter.add(row, refusalOf?.(row));
    await this.#writer.writeGroup(rows);
  }

  /** Makes the shard durable under its final name. */
  async finish(): Promise<Output> {
    const { counts } = this.#counter;
    const ledger = {
      format: 1,
      // Makes the bytes, and so the name, unlike those of any other shard.
      shard: randomUUID(),
      kind: this.#kind,
      ...this.#context,
      tokenCounter,
      textPolicy,
      counts,
    };
    const shard: Shard = await this.#writer.finish(ledger, (sha256) => shardName(this.#first, sha256));
    const path = `${generationDirectory(this.#context.generation)}/${basename(shard.path)}`;
    return {
      entry: { path, bytes: shard.bytes, rows: shard.rows, sha256: shard.sha256 },
      counts,
      remove: () => rm(shard.path, { force: true }),
    };
  }

  /** Gives the shard up. */
  async abort(): Promise<void> {
    await this.#writer.abort();
  }
}
