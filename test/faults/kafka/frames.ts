/** Kafka's numbers of the requests that faults aim at (Kafka protocol guide, "API keys"). */
export const apiKeys = {
  produce: 0,
  fetch: 1,
  metadata: 3,
  offsetCommit: 8,
  joinGroup: 11,
  heartbeat: 12,
} as const;

/** A request that faults can aim at. */
export type Api = keyof typeof apiKeys;

/** What the head of a request says. */
export interface RequestHead {
  readonly apiKey: number;
  readonly correlationId: number;
  readonly clientId: string;
}

/** Cuts a byte stream into Kafka's frames: a length of four bytes, then as many bytes. */
export class Frames {
  #parts: Buffer[] = [];
  #size = 0;

  push(chunk: Buffer): void {
    this.#parts.push(chunk);
    this.#size += chunk.length;
  }

  /** The next whole frame with its length, or undefined until more bytes have come. */
  next(): Buffer | undefined {
    if (this.#size < 4) return undefined;
    const [first] = this.#parts;
    if (first === undefined || first.length < 4) this.#join();
    const length = 4 + (this.#parts[0]?.readInt32BE(0) ?? 0);
    if (this.#size < length) return undefined;
    if ((this.#parts[0]?.length ?? 0) < length) this.#join();
    const whole = this.#parts[0] ?? Buffer.alloc(0);
    const frame = whole.subarray(0, length);
    const rest = whole.subarray(length);
    this.#parts = rest.length === 0 ? this.#parts.slice(1) : [rest, ...this.#parts.slice(1)];
    this.#size -= length;
    return frame;
  }

  #join(): void {
    this.#parts = [Buffer.concat(this.#parts)];
  }
}

/** Reads the head of a request frame: it is the same in every version (request header v1 and later). */
export function requestHead(frame: Buffer): RequestHead {
  const length = frame.readInt16BE(12);
  return {
    apiKey: frame.readInt16BE(4),
    correlationId: frame.readInt32BE(8),
    clientId: length <= 0 ? '' : frame.toString('utf8', 14, 14 + length),
  };
}

/** Number by which a response frame names its request. */
export function correlationOf(frame: Buffer): number {
  return frame.readInt32BE(4);
}
