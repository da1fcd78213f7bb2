import { join } from 'node:path';
import type { Pipeline } from '@ballast/document';
import type { FirstSeenIndex } from '@ballast/verify';
import { openLmdbIndex } from '@ballast/verify/lmdb';
import { openRedisIndex } from '@ballast/verify/redis';

/** The first-seen index of a table: the Redis or Valkey of `verify.index`, else LMDB in the state folder. */
export function openPipelineIndex(
  { index }: Pipeline['verify'],
  stateDir: string,
  table: string,
): Promise<FirstSeenIndex> {
  return index === undefined
    ? openLmdbIndex(join(stateDir, 'first-seen'), { table })
    : openRedisIndex(index, { table });
}
