import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

/**
 * What jieba 0.42.1 knows of Chinese, as libs/verify/scripts/jieba-table.py wrote it. States of the model
 * are numbered in the order of their letters: begin, end, middle, single.
 */
export interface ChineseTable {
  /** Logarithms of the chance of a word; the first is that of a character that is no word. */
  readonly weights: Float64Array;
  /** Words in the order of their UTF-16 units: how many units word k has in common with word k − 1, */
  readonly shared: Uint8Array;
  /** how many it has behind them, */
  readonly lengths: Uint8Array;
  /** and the number of its weight. */
  readonly wordWeights: Uint16Array;
  /** The units of all words behind the shared ones. */
  readonly rests: Uint16Array;
  /** Logarithm of the chance to begin in each state. */
  readonly start: Float64Array;
  /** Logarithm of the chance to go from state a to state b, at 4a + b. */
  readonly steps: Float64Array;
  /** Logarithms of the chance of a character; the first stands for never. */
  readonly chances: Float64Array;
  /** Characters the model knows, rising, */
  readonly characters: Uint16Array;
  /** and the numbers of their chances in each state, at 4k + state. */
  readonly characterChances: Uint16Array;
}

/** Reads the table beside this file: some 3 MB, in some 20 ms. */
export function readChineseTable(): ChineseTable {
  const data = gunzipSync(readFileSync(new URL('jieba.bin.gz', import.meta.url)));
  let at = 0;
  /** The bytes of the next section, copied so that numbers of any width may lie over them. */
  const next = (): ArrayBuffer => {
    const length = Number(data.readBigUInt64LE(at));
    const section = new Uint8Array(length);
    section.set(data.subarray(at + 8, at + 8 + length));
    at += 8 + Math.ceil(length / 8) * 8;
    return section.buffer;
  };
  return {
    weights: new Float64Array(next()),
    shared: new Uint8Array(next()),
    lengths: new Uint8Array(next()),
    wordWeights: new Uint16Array(next()),
    rests: new Uint16Array(next()),
    start: new Float64Array(next()),
    steps: new Float64Array(next()),
    chances: new Float64Array(next()),
    characters: new Uint16Array(next()),
    characterChances: new Uint16Array(next()),
  };
}
