import {
  decodeDocument,
  decodeHeaders,
  encodeHeaders,
  isIngestTopic,
  unreadableHeader,
  unreadableReasons,
} from '@ballast/document';
import type { Headers, TopicPartition, Unreadable } from '@ballast/document';
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
 * A message as the stages see it. On an ingest topic it is its own position; on a stage's topic the
 * headers say where the document came from and what was said of it so far.
 * Throws when the headers of a stage's topic are malformed: a foreign writer, or a bug.
 */
export function toArrival(input: TopicPartition, message: Message): Arrival {
  const read = { ...input, offset: message.offset };
  const { position, previous, verdicts } = isIngestTopic(input.topic)
    ? { position: read, previous: undefined, verdicts: {} }
    : decodeHeaders(message.headers);
  const value = message.value ?? noBytes;
  const refused = unreadableIn(message.headers);
  const decoded = refused === undefined ? decodeDocument(value, position) : { unreadable: refused };
  return {
    position,
    read,
    previous,
    value,
    verdicts,
    document: decoded.document,
    unreadable: decoded.unreadable,
  };
}

/** Reasons that only the ingest could know: later readers cannot find them in the bytes again. */
const saidByIngest: readonly Unreadable[] = ['too_large', 'unterminated_input'];

/** The headers of a message on a stage's topic: position, previous position, verdicts. */
export function headersOf({ arrival, previous, verdicts }: Routed): Headers {
  const headers = encodeHeaders(arrival.position, previous, verdicts);
  const reason = arrival.unreadable;
  if (reason === undefined || !saidByIngest.includes(reason)) return headers;
  return { ...headers, [unreadableHeader]: reason };
}

/** What the ingest could not carry; an unknown word is a foreign writer's and is ignored. */
function unreadableIn(headers: Headers): Unreadable | undefined {
  const word = headers[unreadableHeader];
  return word === undefined ? undefined : unreadableReasons.find((reason) => reason === word);
}
