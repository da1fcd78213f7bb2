import { formatPosition, positionHeader, stageNames, verdictHeader } from '@ballast/document';
import type { Position } from '@ballast/document';
import { visible } from '@ballast/host';
import { openPartitionReader } from '@ballast/kafka';
import type { Brokers, PartitionReader, StoredMessage } from '@ballast/kafka';
import { BallastError } from '@ballast/stage';
import { z } from 'zod';
import type { Command } from '../command.ts';
import { cliErrors } from '../errors.ts';
import type { Flags } from '../flags.ts';
import { brokerArgs, connectBrokers } from '../kafka/broker-flags.ts';

const args = {
  topic: { type: 'positional', required: true, description: 'Topic to read' },
  ...brokerArgs,
  partition: {
    type: 'string',
    valueHint: 'P',
    description: 'One partition; default all, one after the other',
  },
  from: { type: 'string', valueHint: 'OFFSET', description: 'First offset; default the oldest there is' },
  limit: { type: 'string', valueHint: 'N', description: 'Most messages; default 20' },
  json: { type: 'boolean', description: 'Print a line of JSON per message' },
} as const;

/** `ballast consume TOPIC`: prints messages and ends; joins no group and moves no offset. */
export const consume: Command = {
  meta: {
    name: 'consume',
    description: 'Print messages of a topic with position, verdicts and value; moves no offset.',
  },
  args,
  run: async (flags) => {
    const [topic] = flags.positionals;
    if (topic === undefined)
      throw new BallastError(cliErrors.usage, 'consume needs a topic: ballast consume TOPIC');
    await using brokers = await connectBrokers(flags, 'consume');
    const ranges = await rangesOf(brokers, topic, flags);
    await using reader = await openPartitionReader(brokers.kafka, [topic]);
    const show = flags.on('json') ? jsonLine : textLines;
    let left = flags.count('limit', 1) ?? 20;
    for (const range of ranges) {
      for await (const { position, message } of messagesIn(reader, topic, range)) {
        if (left === 0) return 0;
        process.stdout.write(show(position, message));
        left -= 1;
      }
    }
    return 0;
  },
};

interface OffsetRange {
  readonly partition: number;
  readonly from: bigint;
  /** First offset that is not read. */
  readonly end: bigint;
}

async function rangesOf({ admin }: Brokers, topic: string, flags: Flags): Promise<readonly OffsetRange[]> {
  const [partition, from] = [flags.count('partition', 0), flags.count('from', 0)];
  const known = new Set(await admin.listTopics());
  if (!known.has(topic))
    throw new BallastError(cliErrors.usage, `there is no topic ${topic} that this user may see`);
  const ends = (await admin.fetchTopicOffsets(topic)).toSorted((a, b) => a.partition - b.partition);
  const ranges = ends
    .filter((each) => partition === undefined || each.partition === partition)
    .map(({ partition: of, low, high }) => {
      const wanted = from === undefined ? BigInt(low) : BigInt(from);
      return { partition: of, from: wanted < BigInt(low) ? BigInt(low) : wanted, end: BigInt(high) };
    });
  if (ranges.length === 0)
    throw new BallastError(
      cliErrors.usage,
      `--partition ${partition}: ${topic} has partitions 0 to ${ends.length - 1}`,
    );
  return ranges;
}

async function* messagesIn(
  reader: PartitionReader,
  topic: string,
  { partition, from, end }: OffsetRange,
): AsyncGenerator<{ readonly position: Position; readonly message: StoredMessage }> {
  for (let next = from; next < end;) {
    const { messages, next: after } = await reader.fetch({ topic, partition }, next);
    for (const message of messages) {
      if (message.offset >= end) return;
      yield { position: { topic, partition, offset: message.offset }, message };
    }
    // Behind control records too, where nothing is to be shown.
    if (after <= next) return;
    next = after;
  }
}

function jsonLine(read: Position, message: StoredMessage): string {
  const { headers, unread, value, isNull, timestamp } = message;
  const text = textOf(value);
  return `${JSON.stringify({
    schemaVersion: 1,
    read: formatPosition(read),
    timestamp,
    headers,
    ...(unread.size === 0 ? {} : { unreadHeaders: Object.fromEntries(unread) }),
    ...(isNull ? { value: null } : text === undefined ? { valueBase64: base64(value) } : { value: text }),
  })}\n`;
}

/** One line for the place, one per verdict or further header, one for the value. */
function textLines(read: Position, message: StoredMessage): string {
  const { headers, unread, value, isNull, timestamp } = message;
  const position = headers[positionHeader];
  const verdicts = stageNames.flatMap((stage) => {
    const verdict = headers[verdictHeader(stage)];
    return verdict === undefined ? [] : [`  ${stage.padEnd(10)} ${summaryOf(verdict)}`];
  });
  const own = new Set([positionHeader, ...stageNames.map(verdictHeader)] as string[]);
  const others = Object.entries(headers).filter(([name]) => !own.has(name));
  const lines = [
    `${formatPosition(read)}  ${timeOf(timestamp)}${position === undefined ? '' : `  of ${position}`}`,
    ...verdicts,
    ...others.map(([name, text]) => `  ${name}: ${text}`),
    ...[...unread].map(([name, problem]) => `  ${name}: unreadable header (${problem})`),
    `  ${isNull ? 'no value' : (textOf(value) ?? `${value.byteLength} bytes that are not UTF-8: ${base64(value)}`)}`,
  ];
  return lines.map((line) => `${visible(line.replaceAll('\n', '\\n').replaceAll('\t', '\\t'))}\n`).join('');
}

/** `keep: reason`, of a verdict by any version; what is none is shown as it stands. */
function summaryOf(verdict: string): string {
  try {
    const { action, reason, pool } = z
      .looseObject({ action: z.string(), reason: z.string().optional(), pool: z.string().optional() })
      .parse(JSON.parse(verdict));
    return `${action}: ${[pool, reason].filter((word) => word !== undefined).join(', ')}`;
  } catch {
    return `no verdict: ${verdict}`;
  }
}

function timeOf(timestamp: number): string {
  const time = new Date(timestamp);
  return Number.isNaN(time.getTime()) ? `timestamp ${timestamp}` : time.toISOString();
}

function textOf(value: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(value);
  } catch {
    return undefined;
  }
}

function base64(value: Uint8Array): string {
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64');
}
