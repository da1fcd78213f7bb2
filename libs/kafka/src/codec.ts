import type { Headers } from '@ballast/document';
import type { IHeaders } from 'kafkajs';

/** Longest header value that is read, in bytes; a verdict takes a few thousand. */
const headerBytesMax = 64 * 1024;

/** A message as kafkajs's producer takes it. */
export interface EncodedMessage {
  readonly value: Buffer;
  readonly partition: number;
  readonly headers: { [name: string]: Buffer };
}

/** Why a header of a message was left out. */
export type HeaderProblem = 'null' | 'repeated' | 'not_utf8' | 'too_large';

/** What a Kafka message holds for us. */
export interface DecodedMessage {
  /** The ingested bytes, untouched; empty for a null value, which is a pointer without value. */
  readonly value: Uint8Array;
  readonly headers: Headers;
  /** Headers that could not be read, by name. On a topic of Ballast's own each is a foreign writer's. */
  readonly unread: ReadonlyMap<string, HeaderProblem>;
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * A message for kafkajs: the value untouched, headers as UTF-8. No key, since the partition is always
 * given: partition p stays partition p through every stage.
 */
export function encodeMessage(value: Uint8Array, headers: Headers, partition: number): EncodedMessage {
  const encoded = Object.entries(headers).map(([name, text]) => [name, Buffer.from(text, 'utf8')] as const);
  const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  return { value: bytes, partition, headers: Object.fromEntries(encoded) };
}

/**
 * Reads a message of kafkajs. Never throws: a header that is null, comes twice, is not UTF-8 or is
 * longer than 64 KiB is left out and named in `unread`, so that two readers can never take two
 * different values from it.
 */
export function decodeMessage(message: {
  readonly value: Buffer | string | null;
  readonly headers?: IHeaders;
}): DecodedMessage {
  const headers: [name: string, text: string][] = [];
  const unread = new Map<string, HeaderProblem>();
  for (const [name, value] of Object.entries(message.headers ?? {})) {
    const read = readHeader(value);
    if (read.problem === undefined) headers.push([name, read.text]);
    else unread.set(name, read.problem);
  }
  const value = typeof message.value === 'string' ? Buffer.from(message.value, 'utf8') : message.value;
  // Object.fromEntries defines properties, so a header named __proto__ stays plain data.
  return { value: value ?? new Uint8Array(), headers: Object.fromEntries(headers), unread };
}

type ReadHeader =
  | { readonly text: string; readonly problem?: undefined }
  | { readonly text?: undefined; readonly problem: HeaderProblem };

/** kafkajs gives null for a null header value, although its types do not say so. */
function readHeader(value: IHeaders[string] | null): ReadHeader {
  if (value === undefined || value === null) return { problem: 'null' };
  if (Array.isArray(value)) return { problem: 'repeated' };
  if (value.length > headerBytesMax) return { problem: 'too_large' };
  if (typeof value === 'string') return value.isWellFormed() ? { text: value } : { problem: 'not_utf8' };
  try {
    return { text: utf8.decode(value) };
  } catch {
    return { problem: 'not_utf8' };
  }
}
