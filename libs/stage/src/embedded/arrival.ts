import {
  decodeDocument,
  decodeHeaders,
  isIngestTopic,
  unreadableHeader,
  unreadableReasons,
} from '@ballast/document';
import type { Headers, TopicPartition, Unreadable } from '@ballast/document';
import type { Arrival } from '../stage.ts';
import type { Message } from './log.ts';

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

/** What the ingest could not carry; an unknown word is a foreign writer's and is ignored. */
function unreadableIn(headers: Headers): Unreadable | undefined {
  const word = headers[unreadableHeader];
  return word === undefined ? undefined : unreadableReasons.find((reason) => reason === word);
}
