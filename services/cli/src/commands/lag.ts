import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import {
  detectedTopic,
  formatTopicPartition,
  isIngestTopic,
  lanes,
  refusals,
  topicOf,
  verifiedTopic,
} from '@ballast/document';
import { visible } from '@ballast/host';
import { committedOffsets, measureLag, openPartitionReader } from '@ballast/kafka';
import type { Brokers, GroupReads, PartitionLag } from '@ballast/kafka';
import { BallastError } from '@ballast/stage';
import { openTable } from '@ballast/table';
import type { Command } from '../command.ts';
import { cliErrors } from '../errors.ts';
import { brokerArgs, connectBrokers } from '../kafka/broker-flags.ts';
import { stopSignal } from '../stop-signal.ts';

const args = {
  ...brokerArgs,
  table: {
    type: 'string',
    valueHint: 'DIR',
    description: "Dataset root: the mixer's place is what its log has committed, not its group's offsets",
  },
  watch: { type: 'boolean', description: 'Measure again every 2 seconds until Ctrl-C' },
  json: { type: 'boolean', description: 'Print one line of JSON per measurement' },
} as const;

/** Milliseconds between measurements of `--watch`. */
const watchMs = 2_000;

/** `ballast lag`: per group and partition, documents behind and seconds since the oldest of them arrived. */
export const lag: Command = {
  meta: {
    name: 'lag',
    description: 'How far each stage is behind: documents, and seconds since the oldest arrived.',
  },
  args,
  run: async (flags) => {
    using stop = stopSignal();
    await using brokers = await connectBrokers(flags, 'lag');
    const groups = await groupsOf(brokers);
    await using reader = await openPartitionReader(
      brokers.kafka,
      groups.flatMap(({ topics }) => topics),
    );
    const root = flags.text('table');
    do {
      const places = root === undefined ? undefined : await placesInTable(root);
      const asked = groups.map((each) =>
        each.group === 'mixer' && places ? { ...each, next: places } : each,
      );
      const lags = await measureLag(brokers.admin, reader, asked);
      process.stdout.write(flags.on('json') ? jsonLine(lags) : render(lags));
      if (flags.on('watch')) await delay(watchMs, undefined, { signal: stop.signal }).catch(() => undefined);
    } while (flags.on('watch') && !stop.signal.aborted);
    return 0;
  },
};

/** Groups that may read a topic: the usual one first, shown even when it has never run. */
function candidates(topic: string): readonly string[] {
  if (isIngestTopic(topic)) return ['detector', 'detector+verifier'];
  if (topic === detectedTopic) return ['verifier'];
  return topic === verifiedTopic ? ['oversampler'] : ['mixer'];
}

/** Every group that has committed on a topic; where none has, the one that should. */
async function groupsOf({ admin }: Brokers): Promise<readonly GroupReads[]> {
  const wanted = new Set([detectedTopic, verifiedTopic, ...[...lanes, ...refusals].map(topicOf)] as string[]);
  const present = (await admin.listTopics()).filter((name) => isIngestTopic(name) || wanted.has(name));
  const reads = new Map<string, string[]>();
  for (const topic of present) {
    const active = [];
    for (const group of candidates(topic))
      if ((await committedOffsets(admin, group, [topic])).size > 0) active.push(group);
    for (const group of active.length > 0 ? active : candidates(topic).slice(0, 1))
      reads.set(group, [...(reads.get(group) ?? []), topic]);
  }
  const order = ['detector', 'detector+verifier', 'verifier', 'oversampler', 'mixer'];
  return [...reads]
    .map(([group, topics]) => ({ group, topics: topics.toSorted() }))
    .toSorted((a, b) => order.indexOf(a.group) - order.indexOf(b.group));
}

/** Where the table's logs stand. Throws BALLAST_CLI_USAGE when the folder holds no table. */
async function placesInTable(root: string): Promise<NonNullable<GroupReads['next']>> {
  if (!existsSync(join(root, 'data', '_delta_log')))
    throw new BallastError(cliErrors.usage, `--table ${root} holds no table`);
  const { dataState, refusedState } = await openTable(root);
  const refused = new Set<string>(refusals.map(topicOf));
  return (input) => {
    const { offsets } = refused.has(input.topic) ? refusedState : dataState;
    return offsets.get(formatTopicPartition(input))?.next ?? 0n;
  };
}

function jsonLine(lags: readonly PartitionLag[]): string {
  const partitions = lags.map((each) => ({
    ...each,
    next: String(each.next),
    messages: Number(each.messages),
  }));
  return `${JSON.stringify({ schemaVersion: 1, at: new Date().toISOString(), partitions })}\n`;
}

/** A line per group and topic; its seconds are those of the partition that is furthest behind. */
function render(lags: readonly PartitionLag[]): string {
  const rows = [...Map.groupBy(lags, ({ group, topic }) => `${group}\0${topic}`).values()].map(
    (partitions) => {
      const [first] = partitions;
      const messages = partitions.reduce((sum, each) => sum + Number(each.messages), 0);
      const seconds = Math.max(...partitions.map((each) => each.seconds));
      const notes = [
        ...(partitions.every(({ isNew }) => isNew) ? ['never read'] : []),
        ...(partitions.some(({ isExpired }) => isExpired) ? ['expired unread: raise the retention'] : []),
        ...(partitions.some(({ isClockAhead }) => isClockAhead) ? ['clock ahead of this host'] : []),
      ];
      return [
        first?.group ?? '',
        first?.topic ?? '',
        `${messages}`,
        `${seconds.toFixed(1)} s`,
        notes.join(', '),
      ];
    },
  );
  const header = ['group', 'topic', 'documents', 'oldest', ''];
  const widths = header.map((_, column) =>
    Math.max(...[header, ...rows].map((row) => row[column]?.length ?? 0)),
  );
  return [header, ...rows]
    .map(
      (row) =>
        `${visible(row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')).trimEnd()}\n`,
    )
    .join('');
}
