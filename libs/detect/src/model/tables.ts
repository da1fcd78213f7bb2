/// <reference lib="esnext.float16" />
import type { HeadName } from './card.ts';

/** The stored numbers of one head, by bucket. */
export interface HeadTables {
  readonly name: HeadName;
  /** Float16 bits, little-endian as everywhere in ONNX. */
  readonly weights: Uint16Array;
  /** Idf = 1 + idfScale · byte. */
  readonly idf: Uint8Array;
}

/** Rounds fitted weights and idf to what is stored: 3 bytes a bucket. */
export function packTables(
  name: HeadName,
  weights: Float32Array,
  idf: Float32Array,
): { readonly tables: HeadTables; readonly idfScale: number } {
  const largest = idf.reduce((max, value) => Math.max(max, value), 1);
  const idfScale = Math.max(largest - 1, 1e-6) / 255;
  const halves = Float16Array.from(weights);
  return {
    tables: {
      name,
      weights: new Uint16Array(halves.buffer),
      idf: Uint8Array.from(idf, (value) => Math.round((value - 1) / idfScale)),
    },
    idfScale,
  };
}

/** The weights as numbers. */
export function unpackWeights(tables: HeadTables): Float32Array {
  const { buffer, byteOffset, length } = tables.weights;
  return Float32Array.from(new Float16Array(buffer, byteOffset, length));
}
