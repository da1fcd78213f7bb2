import type { Space } from './storage.ts';

/**
 * Buckets that claims, bands and clusters are spread over. Redis keeps a hash of few short fields in one
 * block, at some 50 bytes an entry instead of 150: up to `hash-max-listpack-entries` (default 128), which
 * 2²⁰ buckets reach at some 9 million documents with bands.
 */
export const bucketCount = 2 ** 20;

/** Prefix of all keys of a table's index; the braces keep them on one node of a cluster. */
export function prefixOf(table: string): string {
  return `ballast:{${table}}:`;
}

/** The hash that an entry lies in, without the prefix, and its field there. */
export function placeOf(space: Space, key: string): { readonly hash: string; readonly field: string } {
  if (space === 'outcome' || space === 'mark' || space === 'meta') return { hash: space, field: key };
  return { hash: bucketOf(space, spread(key) % bucketCount), field: key };
}

/** Name of a bucket. */
export function bucketOf(space: Space, bucket: number): string {
  return `${space}:${bucket.toString(36)}`;
}

/** FNV-1a, 32 bits (draft-eastlake-fnv), over UTF-16 units. */
function spread(key: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < key.length; index += 1)
    hash = Math.imul(hash ^ key.charCodeAt(index), 0x01000193);
  return hash >>> 0;
}

/** One write of a transaction, in order: an entry (empty: removed), or a range of outcomes to remove. */
export type Operation =
  | readonly [kind: 'put', hash: string, field: string, value: string]
  | readonly [kind: 'remove', from: string, to: string];

/** What {@link commitScript} is given, as JSON. */
export interface Commit {
  /** Name of the index as this client knows it; empty before it was bound. */
  readonly epoch: string;
  /** Revision at this client's last commit. */
  readonly revision: number;
  /** Every entry read, with the value it had. */
  readonly reads: readonly (readonly [hash: string, field: string, value: string | null])[];
  readonly operations: readonly Operation[];
}

/**
 * Compares and writes in one step, which Redis runs alone: `done` and the new revision; `stale` when an
 * entry has changed since it was read; `lost` when this is not the index it was, or is younger than it
 * was. Outcomes lie in one hash, and in a sorted set for their order.
 */
export const commitScript = `
local commit = cjson.decode(ARGV[1])
local prefix = KEYS[1]
local meta = prefix .. 'meta'
local revision = tonumber(redis.call('HGET', meta, 'revision') or '0')
if commit.epoch ~= '' then
  local epoch = redis.call('HGET', meta, 'epoch')
  if not epoch then return {'lost', 'it is empty'} end
  if epoch ~= commit.epoch then return {'lost', 'it is another one'} end
  if revision < commit.revision then
    return {'lost', 'it has seen ' .. revision .. ' of ' .. commit.revision .. ' transactions'}
  end
end
for _, read in ipairs(commit.reads) do
  local value = redis.call('HGET', prefix .. read[1], read[2])
  local expected = read[3]
  if expected == cjson.null then expected = false end
  if value ~= expected then return {'stale'} end
end
local order = prefix .. 'outcomes'
for _, operation in ipairs(commit.operations) do
  if operation[1] == 'put' then
    local hash = prefix .. operation[2]
    if operation[4] == '' then redis.call('HDEL', hash, operation[3])
    else redis.call('HSET', hash, operation[3], operation[4]) end
    if operation[2] == 'outcome' then redis.call('ZADD', order, 0, operation[3]) end
  else
    local keys = redis.call('ZRANGEBYLEX', order, '[' .. operation[2], '[' .. operation[3])
    for _, key in ipairs(keys) do
      redis.call('HDEL', prefix .. 'outcome', key)
      redis.call('ZREM', order, key)
    end
  end
end
return {'done', redis.call('HINCRBY', meta, 'revision', 1)}
`;
