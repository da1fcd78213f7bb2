import { BallastError } from '@ballast/stage';
import { decompress } from './compression.ts';
import { kafkaErrors } from './errors.ts';

/** A header as it lies on the wire. */
export type RawHeader = readonly [name: string, value: Buffer | null];

/** A record as a partition holds it; key, value and headers are views of the fetched bytes. */
export interface RawRecord {
  readonly offset: bigint;
  /** Milliseconds since the epoch; may be negative where a producer set it. */
  readonly timestamp: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  /** True when its batch is above the limit unpacked: nothing but offset and timestamp is known of it. */
  readonly isTooLarge: boolean;
  /** Headers in order, repeated names included; read when asked for. */
  headers(): readonly RawHeader[];
}

/** What a run of record batches held. */
export interface RawRecords {
  readonly records: readonly RawRecord[];
  /**
   * Where to read on: after the last whole batch, or within it where it holds too much at once; beyond control records, aborted messages and what compaction has
   * removed. Undefined when there was no whole batch.
   */
  readonly next: bigint | undefined;
}

/** A transaction that was aborted, as a fetch reports it. */
export interface AbortedTransaction {
  readonly producerId: bigint;
  readonly firstOffset: bigint;
}

/** Bytes of a batch before its records, and of what comes before its length (KIP-98, message format 2). */
const headerBytes = 61;
const lengthEnd = 12;
const codecMask = 0x07;
const appendTimeFlag = 0x08;
const transactionalFlag = 0x10;
const controlFlag = 0x20;
/** Records that are read at once, and unpacked bytes after which no further batch is: a stranger may pack millions into kilobytes. */
const recordsMax = 20_000;
const unpackedBytesMax = 16 * 1024 * 1024;

/**
 * Reads record batches of message format 2, the only one since Kafka 0.11: the records from `from` on,
 * without control records and without those of aborted transactions. A batch that was cut off by the
 * fetch's bound is left out. Of a batch that is above the limit unpacked every record is named, without its
 * content. Throws BALLAST_KAFKA_CORRUPT.
 */
export async function readRecordBatches(
  bytes: Buffer,
  from: bigint,
  aborted: readonly AbortedTransaction[] = [],
): Promise<RawRecords> {
  const records: RawRecord[] = [];
  const open = new Set<bigint>();
  const coming = aborted.toSorted((a, b) => (a.firstOffset < b.firstOffset ? -1 : 1));
  let next: bigint | undefined;
  let unpacked = 0;
  for (let at = 0; at + headerBytes <= bytes.length && unpacked < unpackedBytesMax;) {
    const end = at + lengthEnd + bytes.readInt32BE(at + 8);
    if (end < at + headerBytes) throw corrupt('a record batch of negative length');
    if (end > bytes.length) break;
    const batch = bytes.subarray(at, end);
    at = end;
    if (batch.readInt8(16) !== 2)
      throw corrupt(`message format ${batch.readInt8(16)}, older than Kafka 0.11`);
    const attributes = batch.readInt16BE(21);
    const last = batch.readBigInt64BE(0) + BigInt(batch.readInt32BE(23));
    next = last + 1n;
    const producer = batch.readBigInt64BE(43);
    while (coming[0] !== undefined && coming[0].firstOffset <= last) {
      const begun = coming.shift();
      if (begun !== undefined) open.add(begun.producerId);
    }
    if ((attributes & controlFlag) !== 0) open.delete(producer);
    else if ((attributes & transactionalFlag) === 0 || !open.has(producer)) {
      const content = await unpack(batch, attributes);
      unpacked += content?.byteLength ?? 0;
      const isWhole =
        content === undefined
          ? nameRecords(batch, from, records)
          : readRecords(batch, content, from, records);
      if (isWhole) continue;
      next = (records.at(-1)?.offset ?? last) + 1n;
      break;
    }
  }
  return { records, next };
}

/** The records of a batch as bytes; undefined when they are above the limit. */
async function unpack(batch: Buffer, attributes: number): Promise<Buffer | undefined> {
  const codec = attributes & codecMask;
  const packed = batch.subarray(headerBytes);
  if (codec === 0 || packed.length === 0) return packed;
  try {
    return await decompress(codec, packed);
  } catch (error) {
    if (error instanceof BallastError && error.code === kafkaErrors.tooLarge.code) return undefined;
    throw error;
  }
}

/**
 * The records of a batch that is above the limit unpacked. Its broker has counted them when it took them in,
 * so their offsets are known. False when there are more of them.
 */
function nameRecords(batch: Buffer, from: bigint, into: RawRecord[]): boolean {
  const base = batch.readBigInt64BE(0);
  const last = batch.readInt32BE(23);
  if (batch.readInt32BE(57) !== last + 1)
    throw corrupt('a batch above the limit unpacked, of which compaction has taken records');
  const timestamp = Number(batch.readBigInt64BE(27));
  for (let delta = Math.max(0, Number(from - base)); delta <= last; delta += 1) {
    if (into.length >= recordsMax) return false;
    const offset = base + BigInt(delta);
    into.push({ offset, timestamp, key: null, value: null, isTooLarge: true, headers: () => [] });
  }
  return true;
}

/** Reads the records of a batch from `from` on. False when there are more of them. */
function readRecords(batch: Buffer, content: Buffer, from: bigint, into: RawRecord[]): boolean {
  const reader = new Reader(content);
  const attributes = batch.readInt16BE(21);
  const base = batch.readBigInt64BE(0);
  const first = Number(batch.readBigInt64BE(27));
  const appended = (attributes & appendTimeFlag) === 0 ? undefined : Number(batch.readBigInt64BE(35));
  for (let left = batch.readInt32BE(57); left > 0; left -= 1) {
    const end = reader.varint() + reader.at;
    reader.forward(1);
    const delta = reader.varint();
    const offset = base + BigInt(reader.varint());
    const [key, value] = [reader.bytes(), reader.bytes()];
    const headers = reader.at;
    reader.seek(end);
    if (offset < from) continue;
    if (into.length >= recordsMax) return false;
    into.push({
      offset,
      timestamp: appended ?? first + delta,
      key,
      value,
      isTooLarge: false,
      headers: () => readHeaders(reader.buffer, headers),
    });
  }
  return true;
}

function readHeaders(buffer: Buffer, at: number): readonly RawHeader[] {
  const reader = new Reader(buffer, at);
  const headers: RawHeader[] = [];
  for (let left = reader.varint(); left > 0; left -= 1)
    headers.push([reader.bytes()?.toString('utf8') ?? '', reader.bytes()]);
  return headers;
}

/** A place in bytes that a stranger may have written: never reads beyond their end. */
class Reader {
  readonly buffer: Buffer;
  at: number;

  constructor(buffer: Buffer, at = 0) {
    this.buffer = buffer;
    this.at = at;
  }

  forward(count: number): void {
    this.seek(this.at + count);
  }

  seek(at: number): void {
    if (at < this.at || at > this.buffer.length) throw corrupt('a record reaches beyond its batch');
    this.at = at;
  }

  /** Zigzag variable-length integer of up to 64 bits (protocol buffers' encoding); exact up to 2^53. */
  varint(): number {
    let [value, scale] = [0, 1];
    for (let count = 0; count < 10; count += 1) {
      const byte = this.buffer[this.at];
      if (byte === undefined) throw corrupt('a record ends too soon');
      this.at += 1;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
      scale *= 128;
    }
    throw corrupt('an integer of more than 64 bits');
  }

  /** Bytes behind their length; null for the length -1. */
  bytes(): Buffer | null {
    const length = this.varint();
    if (length < 0) return null;
    const start = this.at;
    this.forward(length);
    return this.buffer.subarray(start, this.at);
  }
}

function corrupt(what: string): BallastError {
  return new BallastError(kafkaErrors.corrupt, `record set: ${what}`);
}
