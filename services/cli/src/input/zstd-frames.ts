/** A piece of a zstd file: bytes of one frame, or its end. Skippable frames do not appear. */
export type FramePiece = { readonly bytes: Uint8Array } | { readonly end: true };

/** What the walk found wrong, at which byte of the compressed input. */
export class FrameError extends Error {
  override readonly name = 'FrameError';
  readonly kind: 'truncated' | 'corrupt';

  constructor(kind: 'truncated' | 'corrupt', message: string) {
    super(message);
    this.kind = kind;
  }
}

const frameMagic = 0xfd2fb528;
/** Skippable frames have magics from this one to + 15; their size follows in 4 bytes. */
const skippableMagic = 0x184d2a50;

/** What the next bytes are; `size` of them belong together. */
type Part =
  | { readonly is: 'magic' | 'skip-size' | 'descriptor' | 'block-header' }
  | { readonly is: 'header-rest' | 'checksum' | 'skip' }
  | { readonly is: 'block'; readonly last: boolean };

/**
 * Finds the frames of a zstd file (RFC 8878, sections 3.1.1 and 3.1.2) by walking over their block
 * headers. node:zlib decompresses only the first of several frames and ignores what follows without a
 * word, so each frame needs a decompressor of its own, and only the walk knows whether the last one is
 * whole. Call {@link FrameWalk.end} after the last chunk.
 */
export class FrameWalk {
  #part: Part = { is: 'magic' };
  /** Bytes of the part still to come. */
  #left = 4;
  /** The bytes of a part that must be understood. */
  #held: number[] = [];
  #hasChecksum = false;
  #at = 0;

  /** Cuts a chunk at frame borders. Throws a FrameError where the bytes are no zstd. */
  *walk(chunk: Uint8Array): Generator<FramePiece, void, void> {
    let start = 0;
    let at = 0;
    while (at < chunk.byteLength) {
      const step = Math.min(this.#left, chunk.byteLength - at);
      if (this.#isUnderstood()) this.#held.push(...chunk.subarray(at, at + step));
      at += step;
      this.#at += step;
      this.#left -= step;
      if (this.#left > 0) continue;
      const before = this.#part.is;
      const isEnd = this.#advance();
      if (before === 'magic' && this.#part.is === 'descriptor') {
        // The magic may have come in pieces, of which earlier chunks yielded nothing.
        yield { bytes: magicBytes };
        start = at;
      } else if (this.#isOutside()) {
        if (isEnd) yield* piece(chunk.subarray(start, at));
        if (isEnd) yield { end: true };
        start = at;
      }
    }
    if (!this.#isOutside()) yield* piece(chunk.subarray(start));
  }

  /** Throws a FrameError when the input ended inside a frame. */
  end(): void {
    if (this.#part.is === 'magic' && this.#left === 4) return;
    throw new FrameError('truncated', `ends inside a frame at byte ${this.#at}`);
  }

  #isUnderstood(): boolean {
    return ['magic', 'skip-size', 'descriptor', 'block-header'].includes(this.#part.is);
  }

  #isOutside(): boolean {
    return ['magic', 'skip-size', 'skip'].includes(this.#part.is);
  }

  /** Goes to the next part once one is complete; true when a frame has ended. */
  #advance(): boolean {
    const number = this.#held.reduceRight((sum, byte) => sum * 256 + byte, 0);
    this.#held = [];
    switch (this.#part.is) {
      case 'magic':
        if (number === frameMagic) return this.#expect({ is: 'descriptor' }, 1);
        if (number < skippableMagic || number > skippableMagic + 15) {
          throw new FrameError('corrupt', `holds no zstd frame at byte ${this.#at - 4}`);
        }
        return this.#expect({ is: 'skip-size' }, 4);
      case 'skip-size':
        return number === 0 ? this.#expect({ is: 'magic' }, 4) : this.#expect({ is: 'skip' }, number);
      case 'skip':
        return this.#expect({ is: 'magic' }, 4);
      case 'descriptor':
        this.#hasChecksum = (number & 4) !== 0;
        return this.#afterHeader(headerRestBytes(number));
      case 'header-rest':
        return this.#expect({ is: 'block-header' }, 3);
      case 'block-header':
        return this.#afterBlockHeader(number);
      case 'block':
        return this.#afterBlock(this.#part.last);
      default:
        return this.#endFrame();
    }
  }

  #afterHeader(restBytes: number): boolean {
    return restBytes === 0
      ? this.#expect({ is: 'block-header' }, 3)
      : this.#expect({ is: 'header-rest' }, restBytes);
  }

  #afterBlockHeader(header: number): boolean {
    const last = (header & 1) === 1;
    const type = (header >> 1) & 3;
    if (type === 3) throw new FrameError('corrupt', `holds a block of reserved type at byte ${this.#at - 3}`);
    // A run-length block holds one byte, whatever size it expands to.
    const size = type === 1 ? 1 : header >> 3;
    return size === 0 ? this.#afterBlock(last) : this.#expect({ is: 'block', last }, size);
  }

  #afterBlock(last: boolean): boolean {
    if (!last) return this.#expect({ is: 'block-header' }, 3);
    return this.#hasChecksum ? this.#expect({ is: 'checksum' }, 4) : this.#endFrame();
  }

  #endFrame(): boolean {
    this.#expect({ is: 'magic' }, 4);
    return true;
  }

  #expect(part: Part, size: number): false {
    this.#part = part;
    this.#left = size;
    return false;
  }
}

const magicBytes = Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd);

/** Bytes of the frame header after its descriptor: window, dictionary id, content size. */
function headerRestBytes(descriptor: number): number {
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const contentSize = [isSingleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0;
  const dictionaryId = [0, 1, 2, 4][descriptor & 3] ?? 0;
  return (isSingleSegment ? 0 : 1) + dictionaryId + contentSize;
}

function* piece(bytes: Uint8Array): Generator<FramePiece, void, void> {
  if (bytes.byteLength > 0) yield { bytes };
}
