import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';

/** A new file that is written from front to back and hashed on the way. For the writing thread: it blocks. */
export class ShardFile {
  readonly path: string;
  readonly #fd: number;
  readonly #hash = createHash('sha256');
  #bytes = 0;

  /** Throws the system's error when the file exists or cannot be made. */
  constructor(path: string) {
    this.path = path;
    this.#fd = openSync(path, 'wx');
  }

  /** Bytes written so far. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Throws the system's error, as on a full device. */
  append(bytes: Uint8Array): void {
    for (let written = 0; written < bytes.byteLength;) written += writeSync(this.#fd, bytes, written);
    this.#hash.update(bytes);
    this.#bytes += bytes.byteLength;
  }

  /** Makes the file durable, closes it and gives its SHA-256, hexadecimal. */
  seal(): string {
    fsyncSync(this.#fd);
    closeSync(this.#fd);
    return this.#hash.digest('hex');
  }

  close(): void {
    closeSync(this.#fd);
  }
}
