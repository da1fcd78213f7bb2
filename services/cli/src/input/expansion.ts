import { BallastError } from '@ballast/stage';
import { inputErrors } from './errors.ts';

/** When decompression counts as a bomb: both must be exceeded. */
export interface ExpansionLimit {
  /** Decompressed bytes per compressed byte. */
  readonly ratio: number;
  /** Decompressed bytes. */
  readonly bytes: number;
}

/** gzip cannot exceed 1032 : 1; text stays below 20 : 1. */
export const expansionLimit: ExpansionLimit = { ratio: 1_000, bytes: 256 * 1024 * 1024 };

/** Counts what goes into and comes out of a decompressor, and throws BALLAST_INPUT_BOMB beyond the limit. */
export class Expansion {
  readonly #limit: ExpansionLimit;
  readonly #name: string;
  #bytesIn = 0;
  #bytesOut = 0;

  constructor(limit: ExpansionLimit, name: string) {
    this.#limit = limit;
    this.#name = name;
  }

  /** Passes the compressed chunks on, counted. */
  async *compressed(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, void> {
    for await (const chunk of chunks) {
      this.#bytesIn += chunk.byteLength;
      yield chunk;
    }
  }

  /** Passes the decompressed chunks on, counted. */
  async *decompressed(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, void> {
    for await (const chunk of chunks) {
      this.#bytesOut += chunk.byteLength;
      yield chunk;
      if (this.#bytesOut > this.#limit.bytes && this.#bytesOut > this.#bytesIn * this.#limit.ratio) {
        throw new BallastError(
          inputErrors.bomb,
          `openInput: ${this.#name} expands ${this.#bytesIn} bytes to more than ${this.#bytesOut}`,
        );
      }
    }
  }
}
