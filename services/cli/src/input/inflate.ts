import type { Transform } from 'node:stream';

/** Where compressed bytes go, and when the decompressor has said all it can. */
export interface Inflater {
  /** Decompresses one piece; yields what came out. Throws when the data is damaged. */
  push(piece: Uint8Array): AsyncGenerator<Uint8Array, void, void>;
  /** Ends the input; yields the rest. Throws when the decompressor expected more. */
  end(): AsyncGenerator<Uint8Array, void, void>;
  /** Frees the decompressor. */
  close(): void;
}

/**
 * Drives a zlib stream piece by piece. Output is taken as it comes, so a piece that expands to
 * gigabytes is held back by the stream's own buffer, and what came out before an error is not lost:
 * piping or iterating such a stream would throw buffered output away with the error.
 */
export function inflater(stream: Transform): Inflater {
  let failure: Error | undefined;
  let wake: (() => void) | undefined;
  const notify = (): void => wake?.();
  stream.on('readable', notify);
  stream.on('end', notify);
  stream.on('error', (error: Error) => {
    failure = error;
    notify();
  });

  async function* drain(isDone: () => boolean): AsyncGenerator<Uint8Array, void, void> {
    for (;;) {
      // Asked before reading: what was pushed before the answer is then read below.
      const done = isDone() || failure !== undefined;
      const chunk: unknown = stream.read();
      if (chunk instanceof Uint8Array) yield chunk;
      else if (done) break;
      else {
        await new Promise<void>((resolve) => {
          wake = resolve;
          if (isDone() || failure !== undefined || stream.readableLength > 0) resolve();
        });
        wake = undefined;
      }
    }
    if (failure !== undefined) throw failure;
  }

  return {
    async *push(piece) {
      let isWritten = false;
      stream.write(piece, () => {
        isWritten = true;
        notify();
      });
      yield* drain(() => isWritten);
    },
    async *end() {
      stream.end();
      yield* drain(() => stream.readableEnded);
    },
    close: () => void stream.destroy(),
  };
}
