import { join } from 'node:path';
import {
  decodeDocument,
  decodeHeaders,
  formatPosition,
  formatTopicPartition,
  lanes,
  topicOf,
} from '@ballast/document';
import { readShard } from '@ballast/shard';
import { openTopics } from '@ballast/stage/embedded';
import { audit, openTable } from '@ballast/table';
import { committedFiles } from '../bench/committed.ts';
import type { CrashInput } from './crash-texts.ts';

/** What is wrong with a table, by its input. All zero and `holds`: exactly once. */
export interface TableCheck {
  readonly kept: number;
  readonly refused: number;
  readonly waiting: number;
  /** Documents of the input found nowhere. */
  readonly lost: readonly string[];
  /** Documents found more than once; granted repeats are no duplicates. */
  readonly duplicated: readonly string[];
  /** Unreadable lines missing from refused/, or there twice. */
  readonly unreadableOff: number;
  readonly auditHolds: boolean;
  readonly breaches: readonly string[];
}

/** Finds every document of the input in data/, refused/ or a lane, and counts how often. */
export async function checkTable(root: string, input: CrashInput): Promise<TableCheck> {
  const found = new Map<string, number>();
  const note = (id: string): void => void found.set(id, (found.get(id) ?? 0) + 1);
  const { kept, refused, dead } = await readTable(root, note);
  const waiting = await readLanes(root, note);
  const report = await audit(root);
  return {
    kept,
    refused,
    waiting,
    lost: input.ids.filter((id) => !found.has(id)),
    duplicated: input.ids.filter((id) => (found.get(id) ?? 0) > 1),
    unreadableOff: Math.abs(dead - input.unreadable),
    auditHolds: report.holds,
    breaches: report.breaches.map(({ rule, place, found: what }) => `${rule}: ${place}: ${what}`),
  };
}

async function readTable(root: string, note: (id: string) => void) {
  let [kept, refused, dead] = [0, 0, 0];
  for (const file of committedFiles(root, 'data')) {
    for await (const row of readShard(file, 'data')) {
      if (row.repeat_index !== 0) continue;
      kept += 1;
      note(row.id ?? '');
    }
  }
  for (const file of committedFiles(root, 'refused')) {
    for await (const row of readShard(file, 'refused')) {
      refused += 1;
      if (row.action === 'dead') dead += 1;
      else note(row.id ?? '');
    }
  }
  return { kept, refused, dead };
}

/** First copies in the lanes beyond what the table's log says was consumed. */
async function readLanes(root: string, note: (id: string) => void): Promise<number> {
  const { dataState } = await openTable(root);
  await using topics = await openTopics(join(root, '_state'));
  let waiting = 0;
  for (const topic of lanes.map(topicOf)) {
    for (let partition = 0; partition < topics.partitions; partition += 1) {
      const { next, marks } = dataState.offsets.get(formatTopicPartition({ topic, partition })) ?? {
        next: 0n,
        marks: {},
      };
      const seen = new Map(Object.entries(marks).map(([ingest, offset]) => [ingest, BigInt(offset)]));
      for (let from = next; ;) {
        const messages = topics.read(topic, partition, from, { documents: 500, bytes: 2 ** 24 });
        if (messages.length === 0) break;
        from += BigInt(messages.length);
        for (const { headers, value } of messages) {
          const { position } = decodeHeaders(headers);
          const ingest = formatTopicPartition(position);
          if (position.offset <= (seen.get(ingest) ?? -1n)) continue;
          seen.set(ingest, position.offset);
          waiting += 1;
          const id = value === undefined ? undefined : decodeDocument(value, position).document?.id;
          note(id ?? formatPosition(position));
        }
      }
    }
  }
  return waiting;
}
