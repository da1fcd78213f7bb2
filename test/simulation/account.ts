import { basename } from 'node:path';
import {
  formatPosition,
  formatTopicPartition,
  lanes,
  rawTopic,
  topicOf,
  verdictsSchema,
} from '@ballast/document';
import { openTable } from '@ballast/table';
import type { Store } from '@ballast/table';
import { z } from 'zod';
import type { Broker } from './broker.ts';
import type { Shards } from './shards.ts';
import type { Objects } from './store.ts';

/** What became of the documents of one run, by their positions. */
export interface Account {
  readonly documents: number;
  /** In no committed shard, or refused as a copy of something that is in none. */
  readonly lost: readonly string[];
  /** In more than one row. */
  readonly duplicated: readonly string[];
  /** Codes of the errors by which a service stopped and called a person. */
  readonly alarms: readonly string[];
}

const lineSchema = z.looseObject({ add: z.looseObject({ path: z.string() }).optional() });
const humanPools = new Set(['anchor', 'presumed']);

/** Compares what came in with what the commits hold. */
export async function account(
  broker: Broker,
  partitions: readonly number[],
  objects: Objects,
  shards: Shards,
): Promise<Omit<Account, 'alarms'>> {
  const waiting = await waitingIn(broker, partitions, objects);
  const kept = rowsOf('data', objects, shards);
  const refused = rowsOf('refused', objects, shards);
  const lost: string[] = [];
  const duplicated: string[] = [];
  let documents = 0;
  for (const partition of partitions) {
    for (const { position } of broker.all({ topic: rawTopic, partition })) {
      const key = `${rawTopic}/${partition}/${position.offset}`;
      documents += 1;
      const [inData, inRefused] = [kept.get(key) ?? [], refused.get(key) ?? []];
      const places = inData.length + inRefused.length + (waiting.has(key) ? 1 : 0);
      if (places === 0) lost.push(`${key}: nowhere`);
      if (places > 1) duplicated.push(key);
      const holder = duplicateOf(inRefused[0]);
      if (holder !== undefined && !kept.has(holder) && !waiting.has(holder))
        lost.push(`${key}: refused for ${holder}, which is not kept`);
      else if (
        holder !== undefined &&
        isDisplaced(inRefused[0], kept.get(holder)?.[0] ?? waiting.get(holder))
      )
        lost.push(`${key}: displaced by ${holder}`);
    }
  }
  return { documents, lost, duplicated };
}

/**
 * Verdicts of what a lane holds beyond the log's offsets and marks: it may enter later. The human lane has
 * nothing to wait for.
 */
async function waitingIn(
  broker: Broker,
  partitions: readonly number[],
  objects: Objects,
): Promise<ReadonlyMap<string, string>> {
  const { dataState } = await openTable('/', { store: reading(objects) });
  const waiting = new Map<string, string>();
  for (const topic of lanes.filter((lane) => lane !== 'human').map(topicOf)) {
    for (const partition of partitions) {
      const state = dataState.offsets.get(formatTopicPartition({ topic, partition }));
      broker.all({ topic, partition }).forEach(({ position, verdicts }, offset) => {
        const mark = state?.marks[formatTopicPartition(position)] ?? '-1';
        if (BigInt(offset) < (state?.next ?? 0n) || position.offset <= BigInt(mark)) return;
        waiting.set(formatPosition(position), JSON.stringify(verdicts));
      });
    }
  }
  return waiting;
}

function reading(objects: Objects): Store {
  return {
    putIfAbsent: async () => 'exists',
    get: async (key) => objects.get(key),
    list: async () => [],
  };
}

function rowsOf(kind: 'data' | 'refused', objects: Objects, shards: Shards) {
  const rows = new Map<string, string[]>();
  for (const [key, bytes] of objects) {
    if (!key.startsWith(`${kind}/_delta_log/`)) continue;
    for (const line of new TextDecoder().decode(bytes).trimEnd().split('\n')) {
      const { add } = lineSchema.parse(JSON.parse(line));
      for (const row of add === undefined ? [] : (shards.get(basename(add.path)) ?? [])) {
        const position = `${row.position_topic}/${row.position_partition}/${row.position_offset}`;
        rows.set(position, [...(rows.get(position) ?? []), row.verdicts ?? '{}']);
      }
    }
  }
  return rows;
}

function duplicateOf(verdicts: string | undefined): string | undefined {
  const verify = verdicts === undefined ? undefined : verdictsSchema.parse(JSON.parse(verdicts)).verify;
  return verify !== undefined && 'duplicateOf' in verify ? verify.duplicateOf : undefined;
}

/** A human original that a copy from a weaker lane has pushed out (protocol P11). */
function isDisplaced(verdicts: string | undefined, holder: string | undefined): boolean {
  const isHuman = (text: string | undefined): boolean => {
    const detect = text === undefined ? undefined : verdictsSchema.parse(JSON.parse(text)).detect;
    return detect !== undefined && 'pool' in detect && humanPools.has(detect.pool);
  };
  return isHuman(verdicts) && !isHuman(holder);
}
