import { createHash } from 'node:crypto';
import type { Hash } from 'node:crypto';
import { maxDocumentBytes } from '@ballast/document';
import type { Row } from '@ballast/stage/embedded';

const newline = 0x0a;

/**
 * Cuts chunks into lines at `\n`. Memory is bounded by `lineBytesMax` and one chunk: of a longer line
 * only size and digest are kept. When the chunks end in an error, what came before it is yielded
 * first, an unterminated last line too, and then the error is thrown.
 */
export async function* splitLines(
  chunks: AsyncIterable<Uint8Array>,
  lineBytesMax: number = maxDocumentBytes,
): AsyncGenerator<Row, void, void> {
  const line = new Line(lineBytesMax);
  let failure: { readonly error: unknown } | undefined;
  const source = chunks[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await settled(source);
      if ('error' in next) failure = next;
      if ('error' in next || next.done === true) break;
      const chunk = next.value;
      let start = 0;
      for (let end = chunk.indexOf(newline); end !== -1; end = chunk.indexOf(newline, start)) {
        line.add(chunk.subarray(start, end));
        yield line.take(true);
        start = end + 1;
      }
      line.add(chunk.subarray(start));
    }
    if (!line.isEmpty()) yield line.take(false);
  } finally {
    await source.return?.();
  }
  if (failure !== undefined) throw failure.error;
}

async function settled(
  source: AsyncIterator<Uint8Array>,
): Promise<IteratorResult<Uint8Array, unknown> | { readonly error: unknown }> {
  try {
    return await source.next();
  } catch (error) {
    return { error };
  }
}

/** The line being put together. */
class Line {
  readonly #bytesMax: number;
  #parts: Uint8Array[] = [];
  #bytes = 0;
  #hash: Hash | undefined;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  isEmpty(): boolean {
    return this.#bytes === 0;
  }

  add(part: Uint8Array): void {
    if (part.byteLength === 0) return;
    this.#bytes += part.byteLength;
    if (this.#hash !== undefined) {
      this.#hash.update(part);
      return;
    }
    this.#parts.push(part);
    if (this.#bytes <= this.#bytesMax) return;
    this.#hash = createHash('sha256');
    for (const held of this.#parts) this.#hash.update(held);
    this.#parts = [];
  }

  take(terminated: boolean): Row {
    const [first, ...rest] = this.#parts;
    const bytes =
      first === undefined ? new Uint8Array(0) : rest.length === 0 ? first : Buffer.concat(this.#parts);
    const row: Row =
      this.#hash === undefined
        ? { bytes, terminated }
        : { bytes, terminated, oversized: { bytes: this.#bytes, sha256: this.#hash.digest('hex') } };
    this.#parts = [];
    this.#bytes = 0;
    this.#hash = undefined;
    return row;
  }
}
