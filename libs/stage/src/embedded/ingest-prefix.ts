import { createHash } from 'node:crypto';
import type { Hash } from 'node:crypto';
import type { IngestState } from './environment.ts';

/** One line of an input, without its line end. */
export interface Row {
  /** The line's bytes; empty when it was too long to hold. */
  readonly bytes: Uint8Array;
  /** False only for the last line of an input that does not end in a line end. */
  readonly terminated: boolean;
  /** Set when the line exceeds 8 MiB: its size in bytes and SHA-256 in hex, instead of its bytes. */
  readonly oversized?: { readonly bytes: number; readonly sha256: string };
}

/** Size of a row in bytes, without its line end. */
export function sizeOf(row: Row): number {
  return row.oversized?.bytes ?? row.bytes.byteLength;
}

const lineEnd = Buffer.from('\n');

/**
 * The consumed part of an input, always ended at a line end (protocol P25). The digest runs over the
 * bytes as they are, except that a line too long to hold stands in it by its own digest.
 */
export class Prefix {
  readonly #hash: Hash = createHash('sha256');
  #lines = 0;
  #bytes = 0;

  /** Takes in a terminated row. */
  add(row: Row): void {
    this.#hash.update(
      row.oversized === undefined ? row.bytes : `\n${row.oversized.bytes} ${row.oversized.sha256}`,
    );
    this.#hash.update(lineEnd);
    this.#lines += 1;
    this.#bytes += sizeOf(row) + 1;
  }

  /** What has been taken in so far. */
  get(): Pick<IngestState, 'lines' | 'bytes' | 'sha256'> {
    return { lines: this.#lines, bytes: this.#bytes, sha256: this.#hash.copy().digest('hex') };
  }

  /** True when this is the prefix that the state describes. */
  equals(state: IngestState): boolean {
    return this.#bytes === state.bytes && this.get().sha256 === state.sha256;
  }
}

/** How a row relates to the unterminated last line that became a message earlier. */
export function compareTail(tail: NonNullable<IngestState['tail']>, row: Row): 'same' | 'grown' | 'other' {
  if (row.oversized !== undefined) {
    // Its beginning is gone; a line this long that is not the same can only be read again.
    return row.oversized.bytes === tail.bytes && row.oversized.sha256 === tail.sha256 ? 'same' : 'grown';
  }
  const size = row.bytes.byteLength;
  if (size < tail.bytes || digestOf(row.bytes.subarray(0, tail.bytes)) !== tail.sha256) return 'other';
  return isBlank(row.bytes.subarray(tail.bytes)) ? 'same' : 'grown';
}

/** What is kept of an unterminated row. */
export function tailOf(row: Row): NonNullable<IngestState['tail']> {
  return { bytes: sizeOf(row), sha256: row.oversized?.sha256 ?? digestOf(row.bytes) };
}

function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Only space, tab, carriage return: what may follow a complete JSON value without changing it. */
function isBlank(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0x20 || byte === 0x09 || byte === 0x0d);
}
