/**
 * The little of Protocol Buffers that ONNX files need: fields of wire type 0 (varint) and 2 (bytes),
 * non-negative numbers only. Messages are built inside out as byte chunks.
 */

/** An encoded message or field: chunks in order, so that large tensors are never copied on the way. */
export type Chunks = readonly Uint8Array[];

/** A number field (int32, int64, enum), 0 to 2^53. */
export function numberField(field: number, value: number): Chunks {
  return [varint(field * 8), varint(value)];
}

/** A string field, UTF-8. */
export function textField(field: number, value: string): Chunks {
  return bytesField(field, [new TextEncoder().encode(value)]);
}

/** A field that holds bytes or a message. */
export function bytesField(field: number, content: Chunks): Chunks {
  const length = content.reduce((sum, chunk) => sum + chunk.byteLength, 0);
  return [varint(field * 8 + 2), varint(length), ...content];
}

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  // Division, not shifts: lengths may pass 2^31.
  while (rest >= 128) {
    bytes.push((rest % 128) + 128);
    rest = Math.floor(rest / 128);
  }
  bytes.push(rest);
  return Uint8Array.from(bytes);
}

/** One field as read: a number for varints, the bytes for everything else. */
export interface Field {
  readonly field: number;
  readonly value: number | Uint8Array;
}

/** Walks the fields of a message. Throws RangeError when the bytes are no message. */
export function* readFields(bytes: Uint8Array): Generator<Field> {
  let at = 0;
  const next = (): number => {
    let value = 0;
    for (let scale = 1; scale <= 2 ** 63; scale *= 128) {
      const byte = bytes[at];
      if (byte === undefined) throw new RangeError('readFields: the message ends inside a number');
      at += 1;
      value += (byte % 128) * scale;
      if (byte < 128) return value;
    }
    throw new RangeError('readFields: a number has more than ten bytes');
  };
  while (at < bytes.byteLength) {
    const key = next();
    const field = Math.floor(key / 8);
    const wire = key % 8;
    if (wire === 0) {
      yield { field, value: next() };
      continue;
    }
    const length = wire === 2 ? next() : wire === 5 ? 4 : wire === 1 ? 8 : Number.NaN;
    if (!(at + length <= bytes.byteLength)) throw new RangeError('readFields: a field passes the end');
    yield { field, value: bytes.subarray(at, at + length) };
    at += length;
  }
}
