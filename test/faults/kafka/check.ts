import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { lanes, parsePosition, positionHeader, refusals, topicOf } from '@ballast/document';
import { readShard } from '@ballast/shard';
import { audit } from '@ballast/table';
import { z } from 'zod';
import { committedFiles } from '../../bench/committed.ts';
import { indexOf, textOf } from './documents.ts';
import type { DocumentSet } from './documents.ts';
import { readTopic } from './raw-topic.ts';

/** What is wrong with a table and the topics behind it. All zero and empty: exactly once. */
export interface RunCheck {
  readonly kept: number;
  readonly refused: number;
  /** I1, I3: documents in neither data/ nor refused/. */
  readonly lost: number;
  /** I2: documents found more often than they were declared. */
  readonly duplicated: number;
  /** Documents whose text is not the one produced, or that nobody produced. */
  readonly altered: number;
  /** I6: first copies on a lane topic out of order, on another partition, in two topics, or missing in between. */
  readonly orderBreaks: number;
  /** Copies that lane topics hold beyond the first: what the high-water marks have removed. */
  readonly redelivered: number;
  /** I4, I5, I7, I8: what the audit and the log show, in words. */
  readonly breaches: readonly string[];
  /** The first few lost or duplicated documents, to look for. */
  readonly examples: readonly string[];
}

/** What a run was fed, beyond every document once. */
export interface Expectation {
  readonly set: DocumentSet;
  /** Documents that may stand in refused/ as duplicates, by number of further copies. Default none. */
  readonly copies?: (index: number) => number;
  /** Messages of another origin, which the case looks at itself. */
  readonly isForeign?: (id: string | null) => boolean;
}

/** Reads the whole table and the lane topics, and compares them with what was produced. */
export async function checkRun(root: string, bootstrap: string, expected: Expectation): Promise<RunCheck> {
  const rows = await readRows(root, expected);
  const order = await readOrder(bootstrap);
  const report = await audit(root);
  return {
    ...rows,
    ...order,
    breaches: [
      ...report.breaches.map(({ rule, place, found }) => `${rule}: ${place}: ${found}`),
      ...rangeBreaches(root, 'data'),
      ...rangeBreaches(root, 'refused'),
    ],
  };
}

async function readRows(root: string, { set, copies = () => 0, isForeign = () => false }: Expectation) {
  const found = new Uint8Array(set.count);
  let [kept, refused, altered] = [0, 0, 0];
  const note = (id: string | null, text: string | null | undefined): void => {
    if (isForeign(id)) return;
    const index = indexOf(set, id ?? '');
    if (index === undefined || (text !== undefined && text !== textOf(set, index))) altered += 1;
    if (index !== undefined) found[index] = Math.min(255, (found[index] ?? 0) + 1);
  };
  for (const file of committedFiles(root, 'data')) {
    for await (const row of readShard(file, 'data')) {
      if (row.repeat_index !== 0) continue;
      kept += 1;
      note(row.id, row.text);
    }
  }
  for (const file of committedFiles(root, 'refused')) {
    for await (const row of readShard(file, 'refused')) {
      refused += 1;
      note(row.id, undefined);
    }
  }
  let [lost, duplicated] = [0, 0];
  const examples: string[] = [];
  for (const [index, count] of found.entries()) {
    const due = 1 + copies(index);
    if (count < due) lost += 1;
    if (count > due) duplicated += 1;
    if (count !== due && examples.length < 5)
      examples.push(`document ${index}: ${count} instead of ${due} times`);
  }
  return { kept, refused, altered, lost, duplicated, examples };
}

/**
 * What readers of the lane topics see: the first copy of each position must come in ascending order,
 * on its own partition, in one topic only, and over all topics no position may be missing in between.
 */
async function readOrder(bootstrap: string) {
  const seen = new Map<string, Set<bigint>>();
  let [redelivered, orderBreaks] = [0, 0];
  for (const topic of [...lanes, ...refusals].map(topicOf)) {
    const here = new Map<string, { mark: bigint; readonly offsets: Set<bigint> }>();
    await readTopic(bootstrap, topic, ({ partition, headers }) => {
      const position = parsePosition(headers[positionHeader] ?? '');
      const ingest = `${position.topic}/${position.partition}`;
      const reader = here.get(ingest) ?? { mark: -1n, offsets: new Set<bigint>() };
      here.set(ingest, reader);
      if (position.partition !== partition) orderBreaks += 1;
      if (reader.offsets.has(position.offset)) redelivered += 1;
      else if (position.offset < reader.mark) orderBreaks += 1;
      else {
        reader.mark = position.offset;
        reader.offsets.add(position.offset);
      }
    });
    for (const [ingest, { offsets }] of here) {
      const all = seen.get(ingest) ?? new Set();
      for (const offset of offsets) {
        if (all.has(offset)) orderBreaks += 1;
        all.add(offset);
      }
      seen.set(ingest, all);
    }
  }
  for (const offsets of seen.values()) {
    const last = [...offsets].reduce((max, offset) => (offset > max ? offset : max), -1n);
    orderBreaks += Number(last) + 1 - offsets.size;
  }
  return { redelivered, orderBreaks };
}

const rangeSchema = z.object({ from: z.string(), to: z.string() });
const lineSchema = z.object({
  commitInfo: z.object({ ballast: z.object({ offsets: z.record(z.string(), rangeSchema) }) }).optional(),
  add: z.object({ path: z.string() }).optional(),
});

/** I5, I8 from the log's plain JSON: offset ranges without gap or overlap, no file added twice. */
function rangeBreaches(root: string, kind: 'data' | 'refused'): readonly string[] {
  const next = new Map<string, bigint>();
  const files = new Set<string>();
  const breaches: string[] = [];
  for (const file of globSync(`${kind}/_delta_log/*.json`, { cwd: root }).toSorted()) {
    for (const text of readFileSync(join(root, file), 'utf8').split('\n')) {
      if (text === '') continue;
      const { commitInfo, add } = lineSchema.parse(JSON.parse(text));
      if (add !== undefined) {
        if (files.has(add.path)) breaches.push(`${file}: ${add.path} is added twice`);
        files.add(add.path);
      }
      for (const [input, { from, to }] of Object.entries(commitInfo?.ballast.offsets ?? {})) {
        const due = next.get(input) ?? 0n;
        if (BigInt(from) !== due) breaches.push(`${file}: ${input} goes on at ${from} instead of ${due}`);
        next.set(input, BigInt(to) + 1n);
      }
    }
  }
  return breaches;
}
