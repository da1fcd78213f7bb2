import { createHash, randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import { deflateRaw, inflateRaw } from 'node:zlib';
import { formatTopicPartition } from '@ballast/document';
import type { TopicPartition } from '@ballast/document';
import { BallastError } from '@ballast/stage';
import type { Checkpoint } from '@ballast/stage';
import { z } from 'zod';
import type { Appender } from '../admin/appender.ts';
import type { PartitionReader } from '../admin/partition-reader.ts';
import { snapshotsTopic } from '../admin/topic-plan.ts';
import { kafkaErrors } from '../errors.ts';

/** What a record looked like: tells a topic from another of the same name. */
export interface Fingerprint {
  readonly offset: bigint;
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  /** SHA-256 of its value, 64 hex digits. */
  readonly sha256: string;
}

/** What the offset of a group stands for. */
export interface Stored {
  readonly checkpoint: Checkpoint;
  /** Of the last record before the offset. */
  readonly last: Fingerprint | undefined;
}

/** How a group's offset names a checkpoint. */
export interface Named {
  /** Metadata of the offset. */
  readonly metadata: string;
  /** Key of the snapshot; undefined when the metadata holds the checkpoint itself. */
  readonly key: string | undefined;
}

const offsets = z.record(z.string(), z.string());
const checkpointSchema = z.object({
  marks: offsets,
  previous: z.record(z.string(), offsets),
  state: z.json(),
});
const lastSchema = z.object({ offset: z.string(), timestamp: z.number(), sha256: z.string() }).optional();
/** The metadata of a group's offset: the checkpoint itself, or where among the snapshots it lies. */
const metadataSchema = z.union([
  z.object({ last: lastSchema, at: z.string(), key: z.string() }),
  z.object({ last: lastSchema, checkpoint: checkpointSchema }),
]);

/** Characters of metadata that a broker takes (offset.metadata.max.bytes, default 4096), with room to spare. */
const metadataMax = 3_800;
/** Bytes that metadata may inflate to: forged metadata is refused, ours is far below. */
const inflatedMax = 1024 * 1024;
const [deflate, inflate] = [promisify(deflateRaw), promisify(inflateRaw)];

/**
 * Checkpoints beside the offsets of a group: small ones in the offset's metadata, larger ones as immutable
 * messages of `ballast.snapshots`, each under a key of its own, which the metadata names (protocol P6).
 */
export class Checkpoints {
  readonly #group: string;
  readonly #appender: Appender;
  readonly #reader: PartitionReader;
  /** Key of the snapshot the last ack named, by input: it is deleted only after a later ack. */
  readonly #named = new Map<string, string>();

  constructor(group: string, appender: Appender, reader: PartitionReader) {
    this.#group = group;
    this.#appender = appender;
    this.#reader = reader;
  }

  /** Makes a checkpoint durable and gives what names it. */
  async store(input: TopicPartition, offset: bigint, { checkpoint, last }: Stored): Promise<Named> {
    const seen = last === undefined ? {} : { last: { ...last, offset: String(last.offset) } };
    const inline = await pack({ ...seen, checkpoint });
    if (inline.length <= metadataMax) return { metadata: inline, key: undefined };
    // A zombie may store another snapshot for the same offset: neither may take the other's place.
    const key = `${this.#group}/${formatTopicPartition(input)}/${offset}/${randomUUID()}`;
    const value = Buffer.from(JSON.stringify(checkpoint));
    const place = { topic: snapshotsTopic, partition: input.partition };
    const next = await this.#appender.append(place, [{ key, headers: {}, value }]);
    return { metadata: await pack({ ...seen, at: String(next - 1n), key }), key };
  }

  /** Deletes the snapshot before, once an ack has named the newer one, which has this key if it is one. */
  async acked(input: TopicPartition, key: string | undefined): Promise<void> {
    const before = this.#named.get(formatTopicPartition(input));
    this.#note(input, key);
    if (before === undefined) return;
    const tombstone = [{ key: before, headers: {}, value: undefined }];
    await this.#appender.append({ topic: snapshotsTopic, partition: input.partition }, tombstone);
  }

  /**
   * What metadata names; undefined for none (an offset that was set by hand).
   * Throws BALLAST_KAFKA_SNAPSHOT when the snapshot is gone or the metadata is not ours.
   */
  async load(input: TopicPartition, metadata: string): Promise<Stored | undefined> {
    if (metadata === '') return undefined;
    const named = await unpack(metadata);
    this.#note(input, 'key' in named ? named.key : undefined);
    const last = named.last === undefined ? undefined : { ...named.last, offset: BigInt(named.last.offset) };
    if ('checkpoint' in named) return { checkpoint: named.checkpoint, last };
    return { checkpoint: await this.#read(input, BigInt(named.at), named.key), last };
  }

  #note(input: TopicPartition, key: string | undefined): void {
    if (key === undefined) this.#named.delete(formatTopicPartition(input));
    else this.#named.set(formatTopicPartition(input), key);
  }

  async #read(input: TopicPartition, at: bigint, key: string): Promise<Checkpoint> {
    const place = { topic: snapshotsTopic, partition: input.partition };
    const { messages } = await this.#reader.fetch(place, at, { bytes: 1 });
    const found = messages.find(({ offset }) => offset === at);
    if (found === undefined || found.isNull || found.key !== key)
      throw new BallastError(
        kafkaErrors.snapshot,
        `${formatTopicPartition(input)}: the snapshot at ${formatTopicPartition(place)}/${at} is gone`,
      );
    return checkpointSchema.parse(JSON.parse(Buffer.from(found.value).toString('utf8')));
  }
}

/** What a record with this value at this offset and time is known by. */
export function fingerprintOf(offset: bigint, timestamp: number, value: Uint8Array): Fingerprint {
  return { offset, timestamp, sha256: createHash('sha256').update(value).digest('hex') };
}

async function pack(content: object): Promise<string> {
  return (await deflate(JSON.stringify(content))).toString('base64');
}

async function unpack(metadata: string): Promise<z.infer<typeof metadataSchema>> {
  try {
    const bytes = await inflate(Buffer.from(metadata, 'base64'), { maxOutputLength: inflatedMax });
    return metadataSchema.parse(JSON.parse(bytes.toString('utf8')));
  } catch (cause) {
    throw new BallastError(kafkaErrors.snapshot, 'the metadata of the group’s offset is not of Ballast', {
      cause,
    });
  }
}
