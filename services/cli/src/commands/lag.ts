import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { visible } from '@ballast/host';
import { measureLag, openPartitionReader } from '@ballast/kafka';
import type { KnownArrivals, PartitionLag } from '@ballast/kafka';
import { BallastError } from '@ballast/stage';
import { watchTable } from '@ballast/table';
import type { TableWatch } from '@ballast/table';
import type { Command } from '../command.ts';
import { cliErrors } from '../errors.ts';
import { brokerArgs, connectBrokers } from '../kafka/broker-flags.ts';
import { groupsOf, oddities, readsWith } from '../kafka/group-reads.ts';
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
    const table = root === undefined ? undefined : tableAt(root);
    const known: KnownArrivals = new Map();
    do {
      const asked = table === undefined ? groups : readsWith(groups, await table.look());
      const lags = await measureLag(brokers.admin, reader, asked, known);
      process.stdout.write(flags.on('json') ? jsonLine(lags) : render(lags));
      if (flags.on('watch')) await delay(watchMs, undefined, { signal: stop.signal }).catch(() => undefined);
    } while (flags.on('watch') && !stop.signal.aborted);
    return 0;
  },
};

/** The table below `root`. Throws BALLAST_CLI_USAGE when the folder holds none. */
function tableAt(root: string): TableWatch {
  if (!existsSync(join(root, 'data', '_delta_log')))
    throw new BallastError(cliErrors.usage, `--table ${root} holds no table`);
  return watchTable(root);
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
      return [
        first?.group ?? '',
        first?.topic ?? '',
        `${messages}`,
        `${seconds.toFixed(1)} s`,
        oddities(partitions).join(', '),
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
