import type { Position, TopicPartition } from '@ballast/document';
import type { Message } from '@ballast/stage';
import type { CopySent, EmbeddedTopics, ReplayCopy } from '@ballast/stage/embedded';
import type { ReplayPlan } from './record.ts';

/** The topics of a pipeline as a replay needs them: the embedded ones, or a broker's. */
export interface ReplayTopics extends AsyncDisposable {
  readonly partitions: number;
  /** The ingested message of a document; undefined when its bytes are gone. */
  ingested(position: Position): Promise<Message | undefined>;
  /** Messages of a lane partition from offset `from` on, below `to`, in pages. */
  read(input: TopicPartition, from: bigint, to: bigint): AsyncIterable<readonly Message[]>;
  /** Next offset by `topic/partition`. */
  ends(topics: readonly string[]): Promise<ReadonlyMap<string, bigint>>;
  /** Ingest topics there are. */
  ingestTopics(): Promise<readonly string[]>;
  /** Copies that lie in the ingest topics, of all replays the plans speak of. */
  sent(plans: readonly ReplayPlan[]): AsyncIterable<CopySent>;
  /** Appends copies behind their roots; resolves when they are durable, with how many were new. */
  send(copies: readonly ReplayCopy[]): Promise<number>;
  /** Passes a named point, so that tests can end the process there. */
  readonly failAt: (point: string) => void;
}

const page = { documents: 512, bytes: 16 * 1024 * 1024 } as const;

/** Over the embedded topics; closing it closes them. */
export function embeddedReplayTopics(
  topics: EmbeddedTopics,
  isIngest: (topic: string) => boolean,
): ReplayTopics {
  return {
    partitions: topics.partitions,
    failAt: topics.failAt,
    ingested: async ({ topic, partition, offset }) =>
      offset < topics.endOffset({ topic, partition })
        ? topics.read(topic, partition, offset, { documents: 1, bytes: page.bytes })[0]
        : undefined,
    async *read({ topic, partition }, from, to) {
      for (let next = from; next < to;) {
        const messages = topics.read(topic, partition, next, page).filter(({ offset }) => offset < to);
        if (messages.length === 0) return;
        yield messages;
        next += BigInt(messages.length);
      }
    },
    ends: async (names) =>
      new Map(
        topics
          .counts()
          .filter(({ topic }) => names.includes(topic))
          .flatMap(({ topic, ends }) =>
            ends.map((end, partition) => [`${topic}/${partition}`, end] as const),
          ),
      ),
    ingestTopics: async () => topics.topics().filter(isIngest),
    async *sent() {
      yield* topics.replayed();
    },
    send: (copies) => topics.replay(copies),
    [Symbol.asyncDispose]: () => topics.close(),
  };
}
