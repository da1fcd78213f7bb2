import { createHash } from 'node:crypto';
import type { Hash } from 'node:crypto';
import type { Row } from '@ballast/stage/embedded';

/** Header that says which row of which input a message is; read back to find what a killed run had sent. */
export const ingestHeader = 'ballast-ingest';

/** What the header says: `<key>/<row>/<digest>`. */
export interface IngestMark {
  /** Input and epoch, as {@link epochKey} makes it. */
  readonly key: string;
  /** Counted from 0. */
  readonly row: number;
  /** Digest of the input up to the end of this row. */
  readonly digest: string;
}

/** Hex digits of keys and digests: 64 bits, as they tell apart the few inputs of one topic. */
const digits = 16;

/** Names an input: its real path and the partitions it is dealt out over. */
export function inputKey(path: string, partitions: number): string {
  return createHash('sha256').update(`${path}\0${partitions}`).digest('hex').slice(0, digits);
}

/** Names one epoch of an input: how often its beginning has changed, from 1. */
export function epochKey(input: string, epoch: number): string {
  return `${input}.${epoch}`;
}

/** The header of a row. */
export function formatMark({ key, row, digest }: IngestMark): string {
  return `${key}/${row}/${digest}`;
}

/** Reads what {@link formatMark} wrote; undefined for anything else. */
export function parseMark(text: string | undefined): IngestMark | undefined {
  const [, key, row, digest] = /^([\da-f]{16}\.\d{1,6})\/(\d{1,15})\/([\da-f]{16})$/.exec(text ?? '') ?? [];
  return key === undefined || digest === undefined ? undefined : { key, row: Number(row), digest };
}

/**
 * Digest of an input up to each of its rows. A line end is taken in after every row, whether the last
 * one has it or not, so an input that only receives its last line end is the same input.
 */
export class RunningDigest {
  readonly #hash: Hash = createHash('sha256');

  /** Takes in a row and gives the digest up to its end. */
  add({ bytes, oversized }: Row): string {
    this.#hash.update(oversized === undefined ? bytes : `\n${oversized.bytes} ${oversized.sha256}`);
    this.#hash.update('\n');
    return this.#hash.copy().digest('hex').slice(0, digits);
  }
}
