import {
  formatPosition,
  formatReplayOf,
  formatTopicPartition,
  isIngestTopic,
  lanes,
  decodeHeaders,
  parseTopicPartition,
  rawTopic,
  refusals,
  replayHeader,
  topicOf,
} from '@ballast/document';
import type { Position, TopicPartition } from '@ballast/document';
import { failPoint } from '@ballast/host';
import { openAppender, openClient, openPartitionReader } from '@ballast/kafka';
import type { Brokers, PartitionReader } from '@ballast/kafka';
import { toArrival } from '@ballast/stage';
import type { Message } from '@ballast/stage';
import type { CopySent } from '@ballast/stage/embedded';
import type { Flags } from '../flags.ts';
import { connectBrokers, ingestTopicsOf } from '../kafka/broker-flags.ts';
import type { ReplayPlan } from './record.ts';
import type { ReplayTopics } from './replay-topics.ts';

const fetchBytes = 4 * 1024 * 1024;

/**
 * The topics of the brokers that the flags name. Which copies a replay has sent is read back from the
 * ingest topics behind the ends its plan names. A document whose ingest message has expired is taken from
 * the topic it was refused to, which keeps it.
 */
export async function brokerReplayTopics(flags: Flags): Promise<ReplayTopics> {
  await using opened = new AsyncDisposableStack();
  const brokers = opened.use(await connectBrokers(flags, 'replay'));
  const ends = await endsOf(brokers);
  const ingest = [...ends.keys()].filter((topic) => isIngestTopic(topic) || isNamed(brokers, topic));
  const own = [...lanes, ...refusals].map(topicOf).filter((topic) => ends.has(topic));
  const reader = opened.use(await openPartitionReader(brokers.kafka, [...ingest, ...own]));
  const appender = opened.use(
    await openAppender(
      await openClient(brokers.pipeline.kafka, { name: 'replay', insecure: flags.on('insecure') }, 'patient'),
    ),
  );
  const refused = new RefusedMessages(reader, ends);
  const stack = opened.move();
  return {
    partitions: ends.get(rawTopic)?.size ?? 0,
    failAt: failPoint,
    ingested: async (position) => (await messageAt(reader, position)) ?? (await refused.find(position)),
    read: (input, from, to) => pages(reader, input, from, to),
    ends: async (topics) => {
      const fresh = await endsOf(brokers);
      return new Map(
        topics.flatMap((topic) =>
          [...(fresh.get(topic) ?? [])].map(
            ([partition, { high }]) => [`${topic}/${partition}`, high] as const,
          ),
        ),
      );
    },
    ingestTopics: async () => ingest,
    sent: (plans) => copiesBehind(reader, brokers, plans),
    async send(copies) {
      const groups = Map.groupBy(copies, ({ replayOf: { root } }) => formatTopicPartition(root));
      for (const [input, group] of groups)
        await appender.append(
          parseTopicPartition(input),
          group.map(({ replayOf, value }) => ({
            value,
            headers: { [replayHeader]: formatReplayOf(replayOf) },
          })),
        );
      return copies.length;
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

type Ends = ReadonlyMap<string, ReadonlyMap<number, { readonly low: bigint; readonly high: bigint }>>;
type Connected = Awaited<ReturnType<typeof connectBrokers>>;

function isNamed({ pipeline }: Connected, topic: string): boolean {
  return ingestTopicsOf(pipeline).includes(topic);
}

/** First and next offset of every partition of every topic that matters here. */
async function endsOf(brokers: Connected): Promise<Ends> {
  const wanted = new Set<string>([...lanes, ...refusals].map(topicOf));
  const names = (await brokers.admin.listTopics()).filter(
    (topic) => wanted.has(topic) || isIngestTopic(topic) || isNamed(brokers, topic),
  );
  const entries = names.map(async (topic) => {
    const offsets = await brokers.admin.fetchTopicOffsets(topic);
    return [
      topic,
      new Map(
        offsets.map(({ partition, low, high }) => [partition, { low: BigInt(low), high: BigInt(high) }]),
      ),
    ] as const;
  });
  return new Map(await Promise.all(entries));
}

async function messageAt(reader: PartitionReader, position: Position): Promise<Message | undefined> {
  try {
    const { messages } = await reader.fetch(position, position.offset, { bytes: 1 });
    return messages.find(({ offset }) => offset === position.offset);
  } catch (error) {
    // The offset has expired: the topic begins behind it.
    if (error instanceof Error && 'type' in error && error.type === 'OFFSET_OUT_OF_RANGE') return undefined;
    throw error;
  }
}

async function* pages(
  reader: PartitionReader,
  input: TopicPartition,
  from: bigint,
  to: bigint,
): AsyncGenerator<readonly Message[]> {
  for (let next = from; next < to;) {
    const { messages, next: after } = await reader.fetch(input, next, { bytes: fetchBytes, waitMs: 500 });
    yield messages.filter(({ offset }) => offset < to);
    // Behind the control records of transactions too, which are no messages.
    if (after <= next) return;
    next = after;
  }
}

/** Copies in the ingest topics, behind the ends that the oldest plan names. */
async function* copiesBehind(
  reader: PartitionReader,
  brokers: Brokers & Connected,
  plans: readonly ReplayPlan[],
): AsyncGenerator<CopySent> {
  const starts = new Map<string, bigint>();
  for (const { ingestEnds } of plans)
    for (const [input, text] of Object.entries(ingestEnds)) {
      const known = starts.get(input);
      if (known === undefined || BigInt(text) < known) starts.set(input, BigInt(text));
    }
  const ends = await endsOf(brokers);
  for (const [key, start] of starts) {
    const input = parseTopicPartition(key);
    const { low = 0n, high = 0n } = ends.get(input.topic)?.get(input.partition) ?? {};
    for await (const messages of pages(reader, input, start > low ? start : low, high)) {
      for (const message of messages) {
        if (message.headers[replayHeader] === undefined) continue;
        // Read as a stage reads it, so a forged header counts here as little as there.
        const { replayOf, position } = toArrival(input, message);
        if (replayOf !== undefined) yield { replay: replayOf.replay, root: replayOf.root, position };
      }
    }
  }
}

/** Messages of `documents.rejected`, `.deferred` and `.dead` by ingest position, looked through at the first need. */
class RefusedMessages {
  readonly #reader: PartitionReader;
  readonly #ends: Ends;
  #places: ReadonlyMap<string, Position> | undefined;

  constructor(reader: PartitionReader, ends: Ends) {
    this.#reader = reader;
    this.#ends = ends;
  }

  async find(position: Position): Promise<Message | undefined> {
    this.#places ??= await this.#look();
    const place = this.#places.get(formatPosition(position));
    return place === undefined ? undefined : await messageAt(this.#reader, place);
  }

  async #look(): Promise<ReadonlyMap<string, Position>> {
    const places = new Map<string, Position>();
    for (const topic of refusals.map(topicOf)) {
      for (const [partition, { low, high }] of this.#ends.get(topic) ?? []) {
        for await (const messages of pages(this.#reader, { topic, partition }, low, high)) {
          for (const { headers, offset } of messages)
            places.set(formatPosition(decodeHeaders(headers).position), { topic, partition, offset });
        }
      }
    }
    return places;
  }
}
