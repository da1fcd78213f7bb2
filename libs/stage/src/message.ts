import { createHash } from 'node:crypto';
import {
  decodeDocument,
  decodeHeaders,
  encodeHeaders,
  isIngestTopic,
  parseReplayOf,
  refusals,
  replayHeader,
  topicOf,
  unreadableHeader,
  unreadableReasons,
} from '@ballast/document';
import type {
  Decoded,
  DecodedHeaders,
  Headers,
  Position,
  ReplayOf,
  TopicPartition,
  Unreadable,
} from '@ballast/document';
import type { Routed } from './ports.ts';
import type { Arrival } from './stage.ts';

/** A message as a reader sees it; a pointer has no value. */
export interface Message {
  readonly offset: bigint;
  readonly headers: Headers;
  readonly value: Uint8Array | undefined;
}

const noBytes = new Uint8Array(0);

/**
 * A message as the stages see it. On an ingest topic it is its own position, and whatever its headers say
 * is ignored but for a replay that its own bytes bear out; on a stage's topic the headers say where the
 * document came from and what was said of it so far. A copy keeps the id of its root.
 * Throws when the headers of a stage's topic are malformed: a foreign writer, or a bug.
 */
export function toArrival(input: TopicPartition, message: Message): Arrival {
  const read = { ...input, offset: message.offset };
  const value = message.value ?? noBytes;
  const { position, previous, verdicts, replayOf } = isIngestTopic(input.topic)
    ? ingested(read, message.headers, value)
    : decodeHeaders(message.headers);
  const said = unreadableIn(message.headers);
  const rest = {
    position,
    read,
    previous,
    value,
    verdicts,
    ...(replayOf === undefined ? {} : { replayOf }),
  };
  if (said !== undefined) return { ...rest, said, document: undefined, unreadable: said };
  let decoded: Decoded | undefined;
  const decode = (): Decoded => (decoded ??= decodeDocument(value, replayOf?.root ?? position));
  // Read when it is asked for: a refused document passes the later stages unparsed.
  return {
    ...rest,
    get document() {
      return decode().document;
    },
    get unreadable() {
      return decode().unreadable;
    },
  };
}

/** SHA-256 of a value, 64 hex digits: what a replay header is checked against. */
export function sha256OfValue(value: Uint8Array): string {
  return createHash('sha256').update(value).digest('hex');
}

function ingested(read: Position, headers: Headers, value: Uint8Array): DecodedHeaders {
  const replayOf = replayIn(read, headers, value);
  return {
    position: read,
    previous: undefined,
    verdicts: {},
    ...(replayOf === undefined ? {} : { replayOf }),
  };
}

/**
 * The replay header of an ingested message if it can be true: a copy lies behind its root in the same
 * topic and partition and has the root's bytes. Anything else is a plain document.
 */
function replayIn(read: Position, headers: Headers, value: Uint8Array): ReplayOf | undefined {
  const text = headers[replayHeader];
  const replayOf = text === undefined ? undefined : parseReplayOf(text);
  if (replayOf === undefined) return undefined;
  const { root, sha256 } = replayOf;
  const isBehind =
    root.topic === read.topic && root.partition === read.partition && root.offset < read.offset;
  return isBehind && sha256OfValue(value) === sha256 ? replayOf : undefined;
}

/**
 * The headers of a message on a stage's topic: position, previous position, verdicts, replay. A refused one
 * also names where it came from in the words that redrive tools of other makers look for.
 */
export function headersOf({ topic, arrival, previous, verdicts }: Routed): Headers {
  const own = encodeHeaders(arrival.position, previous, verdicts, arrival.replayOf);
  const headers = refusalTopics.has(topic) ? { ...own, ...originalOf(arrival.position) } : own;
  const { said } = arrival;
  return said === undefined ? headers : { ...headers, [unreadableHeader]: said };
}

const refusalTopics: ReadonlySet<string> = new Set(refusals.map(topicOf));

/**
 * The origin of a refused message as kafbat/kafka-ui#1920 and Spring Kafka's dead letters name it. Spring's
 * partition and offset are binary numbers, which headers of text cannot hold.
 */
function originalOf({ topic, partition, offset }: Position): Headers {
  return {
    'x-original-topic': topic,
    'x-original-partition': String(partition),
    'x-original-offset': String(offset),
    'kafka_dlt-original-topic': topic,
  };
}

/** What the ingest could not carry; an unknown word is a foreign writer's and is ignored. */
function unreadableIn(headers: Headers): Unreadable | undefined {
  const word = headers[unreadableHeader];
  return word === undefined ? undefined : unreadableReasons.find((reason) => reason === word);
}
