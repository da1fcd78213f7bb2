import type { ErrorKind } from '@ballast/stage';

/** Errors of the verifier. Each stops the process before anything is acked, so a restart loses nothing. */
export const verifyErrors = {
  benchmark: {
    code: 'BALLAST_VERIFY_BENCHMARK',
    exit: 66,
    fix: 'name readable files in verify.decontaminate: .jsonl with a `text` (and a `query`) per line, or one item per line',
  },
  indexLost: {
    code: 'BALLAST_VERIFY_INDEX_LOST',
    exit: 78,
    fix: 'bring the dedup index back (for Redis: its append-only file), or start a new table; without what it knew, documents would be judged new or old at random',
  },
  indexNotDurable: {
    code: 'BALLAST_VERIFY_INDEX_NOT_DURABLE',
    exit: 78,
    fix: 'give verify.index a primary Redis or Valkey with `appendonly yes`, `appendfsync always` (or version 7.2 and later), `no-appendfsync-on-rewrite no` and `maxmemory-policy noeviction`',
  },
  indexOfOtherTable: {
    code: 'BALLAST_VERIFY_INDEX_OF_OTHER_TABLE',
    exit: 78,
    fix: 'give each table its own --state folder; a dedup index of another table would refuse documents this table never received',
  },
  indexOfOtherVersion: {
    code: 'BALLAST_VERIFY_INDEX_OF_OTHER_VERSION',
    exit: 78,
    fix: 'drain the pipeline with the version that wrote the index, or start a new table; signatures of two versions do not compare',
  },
  indexUnreachable: {
    code: 'BALLAST_VERIFY_INDEX_UNREACHABLE',
    exit: 69,
    fix: 'bring Redis or Valkey at verify.index back and start again; nothing was acked, so nothing is lost',
  },
  indexUnreadable: {
    code: 'BALLAST_VERIFY_INDEX_UNREADABLE',
    exit: 74,
    fix: 'restore the dedup index from a backup or start a new table; nothing is judged against an index that cannot be read',
  },
  indexUnwritable: {
    code: 'BALLAST_VERIFY_INDEX_UNWRITABLE',
    exit: 74,
    fix: 'check free space and permissions of the state folder, then start again; nothing was acked',
  },
  noSandbox: {
    code: 'BALLAST_VERIFY_NO_SANDBOX',
    exit: 69,
    fix: 'install bubblewrap and python3 on this host (Debian: apt-get install -y bubblewrap python3), or set verify.code to optional or off',
  },
} as const satisfies { readonly [name: string]: ErrorKind };
