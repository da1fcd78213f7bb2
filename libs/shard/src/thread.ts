import type { ShardKind } from './columns.ts';

/** The Parquet libraries a shard can be written with. */
export const shardLibraries = ['hyparquet-writer', 'parquetjs-lite'] as const;

/** One of {@link shardLibraries}. */
export type ShardLibrary = (typeof shardLibraries)[number];

/** What the writing thread is asked to do; `shard` names the open file. */
export type Order =
  | {
      readonly act: 'open';
      readonly shard: number;
      readonly path: string;
      readonly kind: ShardKind;
      readonly library: ShardLibrary;
    }
  | {
      readonly act: 'group';
      readonly shard: number;
      readonly rows: number;
      readonly columns: readonly unknown[][];
    }
  | { readonly act: 'finish'; readonly shard: number; readonly ledger: string }
  | { readonly act: 'abort'; readonly shard: number };

/** State of the file after an order. */
export interface Progress {
  readonly rows: number;
  readonly bytes: number;
  /** Present after `finish`. */
  readonly sha256?: string;
}

/** Answer of the writing thread to the order of the same number. */
export type Answer =
  | { readonly number: number; readonly done: Progress }
  | {
      readonly number: number;
      readonly failed: { readonly message: string; readonly code: string | undefined };
    };
