import { isUtf8 } from 'node:buffer';
import type { Headers } from '@ballast/document';
import type { RawHeader } from './record-batch.ts';

/** Longest header value that is read, in bytes; a verdict takes a few thousand. */
const headerBytesMax = 64 * 1024;

/** A message as kafkajs's producer takes it. */
export interface EncodedMessage {
  /** Null on every topic that is not compacted: the partition is given. */
  readonly key: string | null;
  /** Null for a pointer without value. */
  readonly value: Buffer | null;
  readonly partition: number;
  readonly headers: { [name: string]: string };
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

/**
 * A message for kafkajs: the value untouched, headers as text, which kafkajs writes as UTF-8.
 * The partition is always given: partition p stays partition p through every stage.
 */
export function encodeMessage(
  value: Uint8Array | undefined,
  headers: Headers,
  partition: number,
  key?: string,
): EncodedMessage {
  const bytes = value === undefined || Buffer.isBuffer(value) ? (value ?? null) : viewOf(value);
  return { key: key ?? null, value: bytes, partition, headers };
}

function viewOf(value: Uint8Array): Buffer {
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
}

/**
 * Reads a message. Never throws: a header that is null, comes twice, is not UTF-8 or is longer than
 * 64 KiB is left out and named in `unread`, so that two readers can never take two different values from it.
 */
export function decodeMessage(message: {
  readonly value: Buffer | null;
  readonly headers: readonly RawHeader[];
}): DecodedMessage {
  const headers: { [name: string]: string } = {};
  const unread = new Map<string, HeaderProblem>();
  for (const [name, value] of message.headers) {
    const problem = Object.hasOwn(headers, name) || unread.has(name) ? 'repeated' : problemOf(value);
    if (problem === undefined && value !== null) define(headers, name, value.toString('utf8'));
    else {
      delete headers[name];
      unread.set(name, problem ?? 'null');
    }
  }
  return { value: message.value ?? noBytes, headers, unread };
}

const noBytes = new Uint8Array(0);

/** A header named `__proto__` stays plain data. */
function define(headers: { [name: string]: string }, name: string, value: string): void {
  if (name === '__proto__')
    Object.defineProperty(headers, name, { value, enumerable: true, configurable: true, writable: true });
  else headers[name] = value;
}

function problemOf(value: Buffer | null): HeaderProblem | undefined {
  if (value === null) return 'null';
  if (value.length > headerBytesMax) return 'too_large';
  return isUtf8(value) ? undefined : 'not_utf8';
}
