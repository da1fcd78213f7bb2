import type { Headers } from '@ballast/document';

/** Ids in place of a topic name: fixed width, so keys sort by topic, partition, offset. */
export interface LogAddress {
  readonly topicId: number;
  readonly partition: number;
  readonly offset: bigint;
}

/** What a record says of its value: the bytes, none at all, or the ingest message that holds them. */
export type Payload =
  | { readonly kind: 'value'; readonly value: Uint8Array }
  | { readonly kind: 'pointer' }
  | { readonly kind: 'reference'; readonly reference: LogAddress };

/** A message as the log stores it. */
export interface LogRecord {
  readonly headers: Headers;
  readonly payload: Payload;
}

/** Bytes of a log key: topic id (4), partition (4), offset (8), all big-endian. */
const addressBytes = 16;
const kinds = ['value', 'pointer', 'reference'] as const;

/** The key of a message. */
export function encodeAddress({ topicId, partition, offset }: LogAddress): Buffer {
  const key = Buffer.allocUnsafe(addressBytes);
  key.writeUInt32BE(topicId, 0);
  key.writeUInt32BE(partition, 4);
  key.writeBigUInt64BE(offset, 8);
  return key;
}

/** The key of a partition's end. */
export function encodePartition(topicId: number, partition: number): Buffer {
  const key = Buffer.allocUnsafe(8);
  key.writeUInt32BE(topicId, 0);
  key.writeUInt32BE(partition, 4);
  return key;
}

/** An offset as the ends table stores it. */
export function encodeOffset(offset: bigint): Buffer {
  const bytes = Buffer.allocUnsafe(8);
  bytes.writeBigUInt64BE(offset);
  return bytes;
}

/** Reads what {@link encodeOffset} wrote; nothing means 0. */
export function decodeOffset(bytes: Buffer | undefined): bigint {
  return bytes === undefined ? 0n : bytes.readBigUInt64BE();
}

/**
 * Record layout: kind (1), for a reference its address (16), header count (2), then per header name
 * length (2), value length (4), name, value in UTF-8, then the value bytes, if any. Numbers are big-endian.
 * Throws a RangeError when a header name exceeds 65,535 bytes.
 */
export function encodeRecord({ headers, payload }: LogRecord): Buffer {
  const entries = Object.entries(headers);
  let size = 3 + (payload.kind === 'reference' ? addressBytes : 0);
  for (const [name, value] of entries) size += 6 + Buffer.byteLength(name) + Buffer.byteLength(value);
  const headerEnd = size;
  if (payload.kind === 'value') size += payload.value.byteLength;
  const bytes = Buffer.allocUnsafe(size);
  let at = bytes.writeUInt8(kinds.indexOf(payload.kind), 0);
  if (payload.kind === 'reference') at += encodeAddress(payload.reference).copy(bytes, at);
  at = bytes.writeUInt16BE(entries.length, at);
  for (const [name, value] of entries) {
    const nameBytes = bytes.write(name, at + 6);
    const valueBytes = bytes.write(value, at + 6 + nameBytes);
    bytes.writeUInt16BE(nameBytes, at);
    bytes.writeUInt32BE(valueBytes, at + 2);
    at += 6 + nameBytes + valueBytes;
  }
  if (payload.kind === 'value') bytes.set(payload.value, headerEnd);
  return bytes;
}

/** Reads what {@link encodeRecord} wrote; the value shares memory with `bytes`. */
export function decodeRecord(bytes: Buffer): LogRecord {
  const kind = kinds[bytes.readUInt8(0)] ?? 'pointer';
  let at = 1;
  let reference: LogAddress | undefined;
  if (kind === 'reference') {
    reference = {
      topicId: bytes.readUInt32BE(1),
      partition: bytes.readUInt32BE(5),
      offset: bytes.readBigUInt64BE(9),
    };
    at += addressBytes;
  }
  const count = bytes.readUInt16BE(at);
  at += 2;
  const entries: [string, string][] = [];
  for (let index = 0; index < count; index += 1) {
    const name = at + 6;
    const value = name + bytes.readUInt16BE(at);
    const end = value + bytes.readUInt32BE(at + 2);
    entries.push([bytes.toString('utf8', name, value), bytes.toString('utf8', value, end)]);
    at = end;
  }
  const headers = Object.fromEntries(entries);
  if (reference !== undefined) return { headers, payload: { kind: 'reference', reference } };
  return { headers, payload: kind === 'value' ? { kind, value: bytes.subarray(at) } : { kind: 'pointer' } };
}
